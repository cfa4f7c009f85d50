"""Notices to platforms from the performer's side: clips found elsewhere, what became of each."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.performer.whom import Whom
from api.rates import one_in
from core.errors import NotFound
from licensing import enforcementdata
from licensing.models_enforcement import Clip, Outcome, Takedown
from licensing.service import clips, takedowns

SHOWN_MAX = 50
RESULTS = (Outcome.UPHELD, Outcome.RESTORED, Outcome.WITHDRAWN)


def list_page(session: Session, acting: Whom, _now: datetime) -> dict[str, Any]:
    """Every clip that was handed in for this performer, with the notices about it."""
    who = acting.performer.id
    made = takedowns.takedowns_of(session, acting.side, who)
    found = clips.list_clips(session, acting.side, who)[:SHOWN_MAX]
    return {
        "clips": [(one, [item for item in made if item.clip_id == one.id]) for one in found],
        "out": sum(item.closed_at is None for item in made),
    }


def clip_page(session: Session, acting: Whom, clip_id: str, lang: str) -> dict[str, Any]:
    """What was found in one clip, and what a notice about it needs."""
    clip = clips.get_clip(session, acting.side, clip_id)
    _check(acting, clip)
    made = takedowns.takedowns_of(session, acting.side, acting.performer.id)
    return {
        "clip": clip,
        "seen": [(one, one_in(one.fpir)) for one in clip.seen],
        "made": [item for item in made if item.clip_id == clip.id],
        "capacities": {key: said[lang] for key, said in enforcementdata.capacities().items()},
    }


def notice_page(session: Session, acting: Whom, takedown_id: str) -> dict[str, Any]:
    """How one notice stands, and by when what was taken down may come back."""
    item = takedowns.get_takedown(session, acting.side, takedown_id)
    _check(acting, item)
    return {
        "item": item,
        "clip": clips.get_clip(session, acting.side, item.clip_id),
        "deadlines": takedowns.deadlines_of(item),
        "results": RESULTS,
    }


def _check(acting: Whom, item: Clip | Takedown) -> None:
    if item.performer_id != acting.performer.id:
        raise NotFound("There is no such notice.", next_step="List the notices to platforms.")
