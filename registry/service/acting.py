"""Who acts for whom: an act for somebody else is bounded by a mandate and recorded as such.

People of the performer's own side act for themselves; a guardian acts as a guardian; an agent's
person, and any other organisation, only as far as a mandate goes that the performer signed.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.errors import NotAllowed, NotFound
from core.principal import (
    Principal,
    SearchCapability,
    is_closed,
    opened,
    require,
    system,
)
from registry.mandates import uncovered
from registry.models.mandates import Act, Mandate
from registry.models.works import KindOfUse
from registry.service.guardians import acting_guardian
from registry.store import enrolments, mandates, people

OWN_ROLES = frozenset({"performer", "guardian", "admin"})
AGENT = "agent"
SCOPE = "performers"


def represent(
    session: Session,
    principal: Principal,
    performer_id: str,
    act: Act,
    *,
    kinds: Collection[KindOfUse] = (),
    scope: str = SCOPE,
    record: bool = True,
    now: datetime,
) -> Principal:
    """The principal who does this for the performer; call it in `write()`, which records it.

    `kinds` have all to lie in one mandate, `scope` is what the act itself asks for, so that nobody
    learns more for want of it. Who only looks need not have it recorded.
    Raises `NotFound` where the performer is another organisation's without a mandate for the
    caller's, `NotAllowed` where a mandate does not cover the act.
    """
    require(principal, scope)
    owner = _owner(session, performer_id)
    if owner == principal.tenant_id and not _is_agent(principal, performer_id):
        guardian = acting_guardian(session, principal, performer_id, now)
        if guardian is not None and record:
            _note(
                session,
                principal,
                performer_id,
                {"as": "guardian", "by": guardian, "act": act},
                now,
            )
        return principal
    held = _held(session, principal, performer_id)
    mandate = _covering(held, principal, act, kinds, now, own=owner == principal.tenant_id)
    if record:
        _note(session, principal, performer_id, {"as": "agent", "by": mandate.id, "act": act}, now)
    return _lent(principal, performer_id, owner)


def represent_enrolment(
    session: Session, principal: Principal, enrolment_id: str, act: Act, *, now: datetime
) -> Principal:
    """The same, where an enrolment is named and not its performer."""
    require(principal, SCOPE)
    performer_id = _performer_of(session, enrolment_id)
    try:
        return represent(session, principal, performer_id, act, now=now)
    except NotFound:
        raise NotFound("There is no such enrolment.", next_step="Check the enrolment id.") from None


def view(
    session: Session,
    principal: Principal,
    performer_id: str,
    *acts: Act,
    now: datetime,
) -> Principal:
    """The principal by whom something about a performer is read; nothing is recorded.

    A mandate for one of `acts` lets an agent read as the performer's side does. Whoever has none
    and is of another organisation reads as himself: what is addressed to him, or nothing. Raises
    `NotAllowed` for an agent of the performer's own side without one.
    """
    capability = SearchCapability("mandate", performer_id)
    owner = people.owners(session, capability, [performer_id]).get(performer_id)
    own = owner == principal.tenant_id
    if owner is None or (own and not _is_agent(principal, performer_id)):
        return principal
    held = _held(session, principal, performer_id)
    covered = [
        act
        for act in acts
        for item in held
        if not uncovered(item, holder_id=principal.tenant_id, act=act, at=now)
    ]
    if own and not covered:
        _covering(held, principal, acts[0], (), now, own=True)
    return _lent(principal, performer_id, owner) if covered else principal


def check_agent(
    session: Session, principal: Principal, performer_id: str, act: Act, *, now: datetime
) -> None:
    """Return unless this is an agent of the performer's own side whom no mandate covers.

    For what only that side does: other organisations are refused where the thing is looked for.
    """
    view(session, principal, performer_id, act, now=now)


def view_enrolment(
    session: Session, principal: Principal, enrolment_id: str, *acts: Act, now: datetime
) -> Principal:
    """The same, where an enrolment is named and not its performer; raises `NotFound`."""
    require(principal, SCOPE)
    return view(session, principal, _performer_of(session, enrolment_id), *acts, now=now)


def speaks_alone(principal: Principal, performer_id: str = "") -> bool:
    """Whether this is no agent: a key, or somebody of the performer's own side."""
    return not _is_agent(principal, performer_id)


def _performer_of(session: Session, enrolment_id: str) -> str:
    capability = SearchCapability("mandate", enrolment_id)
    side = system(enrolments.owner_of(session, capability, enrolment_id))
    return enrolments.get_enrolment(session, side, enrolment_id).performer_id


def _held(session: Session, principal: Principal, performer_id: str) -> tuple[Mandate, ...]:
    """A performer's mandates, which let even him through to whom the performer is closed."""
    asking = opened(principal, performer_id)
    return mandates.list_mandates(session, asking, performer_id=performer_id)


def _lent(principal: Principal, performer_id: str, owner: str) -> Principal:
    """The principal who speaks for a performer by a mandate."""
    return replace(opened(principal, performer_id), tenant_id=owner)


def _is_agent(principal: Principal, performer_id: str) -> bool:
    """Whether this is a person who is nothing but an agent; a key stands for the organisation.

    So is, for one performer, whoever was that one's guardian.
    """
    return is_closed(principal, performer_id) or (
        principal.person is not None
        and bool(AGENT in principal.roles and not principal.roles & OWN_ROLES)
    )


def _covering(
    held: tuple[Mandate, ...],
    principal: Principal,
    act: Act,
    kinds: Collection[KindOfUse],
    now: datetime,
    *,
    own: bool,
) -> Mandate:
    judged = [
        (item, uncovered(item, holder_id=principal.tenant_id, act=act, kinds=kinds, at=now))
        for item in held
    ]
    for item, reasons in judged:
        if not reasons:
            return item
    if not own and not any(item.signed for item in held):
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    against = {reason.code: reason for _, reasons in judged for reason in reasons}
    why = sorted(against)
    raise NotAllowed(
        f"No mandate of the performer's covers this: {', '.join(why) or 'none was given'}.",
        next_step=f"Ask the performer for a mandate that names {act.value}: ebenbild mandate give.",
        code="no-mandate",
        reasons=[against[code] for code in why],
    )


def _owner(session: Session, performer_id: str) -> str:
    found = people.owners(session, SearchCapability("mandate", performer_id), [performer_id])
    if performer_id not in found:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    return found[performer_id]


def _note(
    session: Session,
    principal: Principal,
    performer_id: str,
    details: dict[str, str],
    now: datetime,
) -> None:
    audit.record(
        session, principal, action="acted.for", subject_id=performer_id, details=details, now=now
    )
