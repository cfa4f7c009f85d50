"""Uses as a performer's pages show them: where, how sure, allowed by what, and for how much."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.found import BasisOut
from api.paging import Window, page
from api.performer import disputing
from api.performer.whom import Whom
from api.wire import ReasonOut
from core.errors import NotFound
from fingerprint.models import Span
from licensing.models import Licence
from licensing.models_clearance import PerformerClearance, Verdict
from licensing.models_enforcement import Clip
from licensing.service import clearances, clips, licences
from registry.models.mandates import Act
from registry.models.reviews import ReviewVerdict, Why
from registry.service import useseen
from registry.service.useseen import SeenMatch, SeenUse
from royalties.models_earned import Earned
from royalties.service import earnings

WIDTH = 1000
SPANS_MAX = 200
OPEN, LICENSED, ALLOWED, REFUSED, REVIEW = "open", "licensed", "allowed", "refused", "review"
WHYS = (Why.NOT_ME, Why.SOMEBODY_ELSE, Why.TOO_POOR)


@dataclass(frozen=True, slots=True)
class ShownUse:
    """One use of a list: how it was decided, where on the strip it is, what it came to."""

    seen: SeenUse
    standing: str
    strip: tuple[tuple[int, int], ...]
    earned: tuple[Earned, ...]

    @property
    def id(self) -> str:
        """The use's id."""
        return self.seen.use.id


def uses_page(session: Session, acting: Whom, window: Window, now: datetime) -> dict[str, Any]:
    """A page of the list, by cut, and how many there are in all."""
    found = useseen.uses_of(
        session,
        acting.side,
        acting.performer.id,
        at=now,
        before_seq=window.before_seq,
        limit=window.limit,
    )
    shown = page(found, window, lambda item: item.seq, cursor=lambda item: item.seq)
    items = shown_uses(session, acting, found[: window.shown_max])
    return {
        "cuts": by_cut(items),
        "more": shown.next_cursor,
        "total": useseen.count_uses(session, acting.side, acting.performer.id),
    }


def shown_uses(session: Session, acting: Whom, found: Sequence[SeenUse]) -> list[ShownUse]:
    """These uses with their decisions and their money."""
    who, ids = acting.performer.id, [item.use.id for item in found]
    decided = clearances.newest_parts(session, acting.side, who, ids)
    cuts = sorted({item.use.cut_id for item in found})
    earned = earnings.by_use(session, acting.side, who, cuts)
    return [
        ShownUse(
            item,
            standing_of(decided.get(item.use.id)),
            strip(item.use.spans, item.duration_ms),
            earned.get(item.use.id, ()),
        )
        for item in found
    ]


def by_cut(items: Sequence[ShownUse]) -> list[list[ShownUse]]:
    """The uses of one cut stand together, where its newest one stands."""
    groups: dict[str, list[ShownUse]] = {}
    for item in items:
        groups.setdefault(item.seen.use.cut_id, []).append(item)
    return list(groups.values())


def use_page(session: Session, acting: Whom, use_id: str, now: datetime) -> dict[str, Any]:
    """One use with all that it rests on; raises `NotFound`."""
    who = acting.performer.id
    seen, finds = useseen.use_of(session, acting.side, who, use_id, at=now)
    part = clearances.newest_parts(session, acting.side, who, [use_id]).get(use_id)
    earned = earnings.by_use(session, acting.side, who, [seen.use.cut_id]).get(use_id, ())
    pictures = seen.out and acting.may(Act.ENFORCE)
    lines = earnings.by_line(session, acting.side, who, seen.use.cut_id, use_id)
    return {
        "use": ShownUse(seen, standing_of(part), strip(seen.use.spans, seen.duration_ms), earned),
        "finds": [_find(item, acting, pictures=pictures) for item in finds],
        "reasons": [] if part is None else [ReasonOut.of(one).model_dump() for one in part.reasons],
        "decided_at": None if part is None else part.decided_at,
        "licence": _licence(session, acting, part),
        "lines": lines,
        "disputes": disputing.of_use(session, acting, use_id, lines, now),
        "whys": [why.value for why in WHYS],
        "clips": _clips(session, acting, use_id),
    }


def _clips(session: Session, acting: Whom, use_id: str) -> tuple[Clip, ...] | None:
    """Where this use was found online and notices were begun; None for who may make none."""
    if not acting.may(Act.ENFORCE):
        return None
    found = clips.list_clips(session, acting.side, acting.performer.id)
    return tuple(clip for clip in found if clip.use_id == use_id)


def standing_of(part: PerformerClearance | None) -> str:
    """In a word how a use was decided last."""
    if part is None:
        return OPEN
    if part.verdict is Verdict.CLEARED:
        return LICENSED if part.licence_id else ALLOWED
    return REFUSED if part.verdict is Verdict.REFUSED else REVIEW


def strip(spans: Sequence[Span], duration_ms: int | None) -> tuple[tuple[int, int], ...]:
    """(from, width) of each span on a strip of `WIDTH`; none is too narrow to be seen."""
    whole = max([duration_ms or 0, *(span.end_ms for span in spans)], default=0)
    if not whole:
        return ()
    return tuple(
        (
            min(WIDTH - 2, WIDTH * span.start_ms // whole),
            max(2, WIDTH * span.duration_ms // whole),
        )
        for span in spans[:SPANS_MAX]
    )


def _find(item: SeenMatch, acting: Whom, *, pictures: bool) -> dict[str, Any]:
    """A find with what it rests on in figures, and the word of this side that may be undone."""
    basis = BasisOut.of(item.match)
    word = item.standing
    return {
        "match": item.match,
        "told": {"basis": None if basis is None else basis.model_dump()},
        "picture": pictures and item.kept,
        "rejected": word is not None and word.what == ReviewVerdict.REJECTED,
        "word": word,
        "own": word is not None and word.by_tenant == acting.side.tenant_id,
    }


def _licence(session: Session, acting: Whom, part: PerformerClearance | None) -> Licence | None:
    if part is None or not part.licence_id:
        return None
    try:
        return licences.get_licence(session, acting.side, part.licence_id)
    except NotFound:
        return None


def tally(standings: Mapping[str, int]) -> str:
    """In a word how new uses stand together: `none`, `licensed`, `open` or `refused`."""
    if not sum(standings.values()):
        return "none"
    if standings.get(REFUSED):
        return "refused"
    return "open" if standings.get(OPEN) or standings.get(REVIEW) else "licensed"
