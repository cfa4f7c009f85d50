"""Many requests answered in one call, each for itself, and an answer taken back in time.

What fails is listed with its reason and stops nothing else: who answers a hundred requests must
not begin anew because one of them was withdrawn meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session

from core.errors import Broken, EbenbildError
from core.principal import Principal, require_any
from licensing.models_requests import Request, Turn
from licensing.negotiation import undone
from licensing.service.requests import accept, end, tell
from licensing.service.requestsides import SCOPES, newest_offer, reach
from licensing.store import requests as store


class Answer(StrEnum):
    """What is said to each request; REFUSE is to withdraw for the one who asked."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    UNDO = "undo"


@dataclass(frozen=True, slots=True)
class Named:
    """A request, and for accepting it the offer that was read."""

    request_id: str
    version: int = 0
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one: the request as it stands now, or why it could not be answered."""

    request_id: str
    request: Request | None = None
    problem: EbenbildError | None = None


def answer_all(
    session: Session, principal: Principal, answer: Answer, named: Sequence[Named], *, now: datetime
) -> tuple[Answered, ...]:
    """Answer each request for itself, in order; what failed leaves nothing behind."""
    require_any(principal, *SCOPES.values())
    return tuple(_one(session, principal, answer, item, now) for item in named)


def undo(session: Session, principal: Principal, request_id: str, *, now: datetime) -> Request:
    """Take one's own last step back: an acceptance before it is signed, a refusal, a withdrawal.

    Raises `Conflict` for the other side's step, and once it is too late.
    """
    # Load.
    reached = reach(session, principal, request_id, turn=Turn.UNDO, now=now)
    newest = newest_offer(session, reached.request)
    # Decide.
    state = undone(reached.request, newest, reached.side, now)
    again = replace(reached.request, state=state, licence_id=None, changed_at=now)
    # Save.
    store.save_request(session, again)
    tell(session, again, reached.side, "request.reopened", now)
    return again


def _one(
    session: Session, principal: Principal, answer: Answer, item: Named, now: datetime
) -> Answered:
    try:
        with session.begin_nested():
            made = _answer(session, principal, answer, item, now)
    except Broken:
        raise
    except EbenbildError as problem:
        return Answered(item.request_id, problem=problem)
    return Answered(item.request_id, made)


def _answer(
    session: Session, principal: Principal, answer: Answer, item: Named, now: datetime
) -> Request:
    if answer is Answer.UNDO:
        return undo(session, principal, item.request_id, now=now)
    if answer is Answer.REFUSE:
        return end(session, principal, item.request_id, now=now)
    return accept(
        session, principal, item.request_id, version=item.version, digest=item.digest, now=now
    )
