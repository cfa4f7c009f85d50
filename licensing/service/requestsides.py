"""Which side of a request a caller speaks for: his own organisation's, or a performer's by mandate.

Everything that is done about a request begins here, so that nobody answers for somebody else
beyond what was signed, and a minor agrees to nothing alone.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from core.principal import (
    Principal,
    SearchCapability,
    holds,
    is_closed,
    require,
    require_any,
    system,
)
from licensing.models_requests import Offer, Request, RequestState, Side, Turn
from licensing.negotiation import state_at
from licensing.store import requests as store
from registry.models.mandates import Act
from registry.models.works import KindOfUse
from registry.service.acting import represent
from registry.service.guardians import acting_guardian, guardians_due

SCOPES = {Side.STUDIO: "submissions", Side.PERFORMER: "licences"}
PERFORMER = "performer"


@dataclass(frozen=True, slots=True)
class Reached:
    """A request, the side that the caller speaks for, and as whom he does it."""

    request: Request
    side: Side
    acting: Principal


def reach(
    session: Session,
    principal: Principal,
    request_id: str,
    *,
    turn: Turn | None = None,
    kinds: Collection[KindOfUse] = (),
    now: datetime,
) -> Reached:
    """A request that the caller is a party of, or speaks for under a mandate to license.

    For a `turn` the mandate has to cover the kinds of use on the table and those `kinds`, and it
    is recorded who took it. Raises `NotFound` for a stranger's, `NotAllowed` beyond the mandate
    and for a minor who would agree alone.
    """
    require_any(principal, *SCOPES.values())
    found = store.request(session, principal, request_id)
    if found is None and not holds(principal, SCOPES[Side.PERFORMER]):
        raise _no_request()
    side = Side.PERFORMER if found is None else side_of(principal, found)
    require(principal, SCOPES[side])
    if found is None:
        found = store.addressed(session, SearchCapability("request", request_id), request_id)
    if found is None:
        raise _no_request()
    if side is Side.STUDIO:
        return Reached(found, side, principal)
    own = principal.tenant_id == found.performer_tenant
    if turn is None and own and not is_closed(principal, found.performer_id):
        return Reached(found, side, principal)
    asked = {*kinds, *newest_offer(session, found).terms.kinds} if turn else ()
    try:
        acting = represent(
            session,
            principal,
            found.performer_id,
            Act.LICENSE,
            kinds=asked,
            scope=SCOPES[side],
            record=turn is not None,
            now=now,
        )
    except NotFound:
        raise _no_request() from None
    if turn in (Turn.ACCEPT, Turn.OFFER):
        _not_a_child_alone(session, principal, acting, found.performer_id, now)
    return Reached(found, side, acting)


def list_requests(
    session: Session,
    principal: Principal,
    *,
    states: Collection[RequestState] = (),
    performer_id: str | None = None,
    submission_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
    now: datetime,
) -> tuple[Request, ...]:
    """Requests made or received, newest first; page on with the last number.

    Whoever holds a mandate to license lists what reached that performer by naming him.
    """
    require_any(principal, *SCOPES.values())
    side = principal
    if performer_id is not None and holds(principal, SCOPES[Side.PERFORMER]):
        side = _side_of_performer(session, principal, performer_id, now)
    return store.requests(
        session,
        side,
        states=states,
        performer_id=performer_id,
        submission_id=submission_id,
        before_seq=before_seq,
        limit=limit,
    )


def asked_for(
    session: Session, principal: Principal, submission_ids: Collection[str], *, now: datetime
) -> Mapping[str, Mapping[RequestState, int]]:
    """How many performers were asked about each submission of the caller's, by how that stands."""
    require(principal, SCOPES[Side.STUDIO])
    newest: dict[tuple[str, str], RequestState] = {}
    for item in store.of_submissions(session, principal, submission_ids):
        key = (item.submission_id or "", item.performer_id)
        newest.setdefault(key, state_at(item, now))
    found: dict[str, Counter[RequestState]] = {}
    for (submission_id, _), state in newest.items():
        found.setdefault(submission_id, Counter())[state] += 1
    return found


def list_offers(session: Session, request: Request) -> tuple[Offer, ...]:
    """Every offer of a request that the caller has reached, oldest first."""
    return store.offers(session, system(request.tenant_id), request.id)


def of_licence(session: Session, licence_id: str) -> Request | None:
    """The request that a licence or its draft came of, for whoever has reached that."""
    return store.of_licence(session, SearchCapability("request-of", licence_id), licence_id)


def newest_offer(session: Session, request: Request) -> Offer:
    """The offer that is on the table."""
    return list_offers(session, request)[-1]


def side_of(principal: Principal, request: Request) -> Side:
    """For whom the caller's organisation speaks, whatever the caller himself may do.

    Where it is both, the caller speaks for the side of which he has the scope; with both scopes,
    for the side whose turn it is.
    """
    if principal.tenant_id not in (request.tenant_id, request.performer_tenant):
        return Side.PERFORMER  # under a mandate
    if request.tenant_id != request.performer_tenant:
        return Side.STUDIO if principal.tenant_id == request.tenant_id else Side.PERFORMER
    sides = [side for side in Side if holds(principal, SCOPES[side])]
    if len(sides) == 1:
        return sides[0]
    return Side.STUDIO if request.state is RequestState.COUNTERED else Side.PERFORMER


def _side_of_performer(
    session: Session, principal: Principal, performer_id: str, now: datetime
) -> Principal:
    """The performer's side where the caller may speak for it, else the caller himself."""
    try:
        return represent(
            session,
            principal,
            performer_id,
            Act.LICENSE,
            scope=SCOPES[Side.PERFORMER],
            record=False,
            now=now,
        )
    except (NotFound, NotAllowed):
        return principal


def _not_a_child_alone(
    session: Session, principal: Principal, acting: Principal, performer_id: str, now: datetime
) -> None:
    """A minor may refuse alone; who agrees is a guardian, or whoever looks after the account."""
    if principal.person is None or principal.roles != {PERFORMER}:
        return
    if not guardians_due(session, acting, performer_id, now):
        return
    if acting_guardian(session, acting, performer_id, now) is None:
        raise NotAllowed(
            "This performer is a minor: a guardian agrees to terms.",
            next_step="Ask a guardian to answer; refusing needs nobody else.",
            code="guardian-due",
        )


def _no_request() -> NotFound:
    return NotFound("There is no such request.", next_step="List the requests.")
