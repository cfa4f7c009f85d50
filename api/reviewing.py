"""Carries what people say about finds into decisions, in the transaction of their word.

The performer's side may say "not me" of a submission that it must not see, so decisions are made
on the studio's behalf; the cut spoken of at once, others with the same recording by a worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api import freezing
from api.deciding import clear_and_accrue, queue
from core.clock import utc_now
from core.ids import is_id
from core.principal import Principal, system
from fingerprint.models import Span
from licensing.service import enforcing
from registry.models.reviews import LaneSplit, Review, ReviewVerdict, Why
from registry.service import acts
from registry.service.lanes import split_lane
from registry.service.reviews import review_match
from registry.store import reviews
from registry.store.matches import get_match


@dataclass(frozen=True, slots=True)
class Undone:
    """What takes an act back, and the first submission that it changes, for its studio only."""

    id: str
    undoes: str
    submission_id: str | None


def settle_match(
    session: Session,
    caller: Principal,
    match_id: str,
    verdict: ReviewVerdict,
    why: Why | None = None,
) -> tuple[Review, str | None]:
    """Keep a person's word on a match and decide anew; the submission's id only for its studio."""
    now = utc_now()
    side = enforcing.enforce(session, caller, match_id, now)
    word, concerned = review_match(session, side, match_id, verdict, why=why, now=now)
    studio_id, _, match = get_match(session, side, match_id)
    freezing.heed_word(session, side, match_id, verdict, word.id)
    _decide(session, system(studio_id), concerned, word.id)
    _tell(session, caller, side, word, now)
    return word, match.submission_id if studio_id == caller.tenant_id else None


def split(
    session: Session, caller: Principal, lane_id: str, spans: Sequence[Span], why: Why
) -> LaneSplit:
    """Take a lane apart and decide anew."""
    made, concerned = split_lane(session, caller, lane_id, spans, why=why, now=utc_now())
    _decide(session, system(made.tenant_id), concerned, made.id)
    return made


def undo(session: Session, caller: Principal, act_id: str) -> Undone:
    """Take an act back and decide anew."""
    now = utc_now()
    side = enforcing.enforce(session, caller, act_id, now)
    studio_id = _studio(session, side, act_id)
    undone_id, concerned = acts.undo(session, side, act_id, now=now)
    freezing.heed_undone(session, side, act_id)
    _decide(session, system(studio_id), concerned, undone_id)
    if side is not caller:
        _tell(session, caller, side, reviews.get_review(session, side, undone_id), now)
    own = studio_id == caller.tenant_id and concerned
    return Undone(undone_id, act_id, concerned[0] if own else None)


def _tell(
    session: Session, caller: Principal, side: Principal, word: Review, now: datetime
) -> None:
    enforcing.tell(
        session,
        caller,
        side,
        f"word.{word.verdict}",
        subject_id=word.id,
        performer_id=word.performer_id,
        now=now,
    )


def _decide(session: Session, studio: Principal, concerned: Sequence[str], cause: str) -> None:
    for submission_id in concerned[:1]:
        clear_and_accrue(session, studio, submission_id)
    queue(session, studio, concerned[1:], cause)


def _studio(session: Session, caller: Principal, act_id: str) -> str:
    """Whose decisions an act changes."""
    if is_id("rev", act_id):
        word = reviews.get_review(session, caller, act_id)
        return get_match(session, caller, word.match_id)[0]
    if is_id("spl", act_id):
        return reviews.get_split(session, caller, act_id).tenant_id
    return caller.tenant_id
