"""Performers: created by their own side, and read across tenants only for what is due."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlmodel import Session

from core.errors import BadInput, NotAllowed
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from registry.minority import adult_on
from registry.models.people import Performer
from registry.store import enrolments, people

SCOPE = "performers"
# After every month that a report can name.
NEVER = "9999-99"
# A studio or society that enrolled performers would be the impostor enrolment to be prevented.
ENROLLING_KINDS = frozenset({"performer", "agency", "operator"})
NAME_LENGTH_MAX = 200


def create_performer(
    session: Session, principal: Principal, *, name: str, public_name: str, now: datetime
) -> Performer:
    """Store a performer of the caller's own tenant.

    Raises `NotAllowed` for a tenant that does not stand for performers, `BadInput` for a name
    that is empty or longer than 200 characters.
    """
    require(principal, SCOPE)
    if principal.tenant_kind not in ENROLLING_KINDS:
        raise NotAllowed(
            "This kind of organisation does not enrol performers.",
            next_step="The performer or the performer's agency enrols.",
            code="not-enrolling",
        )
    performer = Performer(
        id=new_id("prf"),
        tenant_id=principal.tenant_id,
        name=name_of(name),
        public_name=name_of(public_name),
        payee_id=new_id("pay"),
        created_at=now,
    )
    people.add_performer(session, performer)
    return performer


def get_performer(session: Session, principal: Principal, performer_id: str) -> Performer:
    """One performer of the caller's; raises `NotFound`, also for another tenant's."""
    require(principal, SCOPE)
    return people.get_performer(session, principal, performer_id)


def require_standing(session: Session, principal: Principal, performer_id: str) -> Performer:
    """One performer of the caller's who was not erased; raises `NotFound` or `Conflict`."""
    return people.require_standing(session, principal, performer_id)


def list_performers(
    session: Session,
    principal: Principal,
    *,
    after: str = "",
    named: str = "",
    limit: int = people.PAGE_MAX,
) -> tuple[Performer, ...]:
    """The caller's performers in the order of their ids; page on with the last id.

    With `named` only those in one of whose names it stands, whatever its case.
    """
    require(principal, SCOPE)
    return people.list_performers(session, principal, after=after, named=named.strip(), limit=limit)


def owners(
    session: Session, capability: SearchCapability, performer_ids: Collection[str]
) -> Mapping[str, str]:
    """Tenant id of each performer, across tenants."""
    return people.owners(session, capability, performer_ids)


def standing_owners(
    session: Session, capability: SearchCapability, performer_ids: Collection[str]
) -> Mapping[str, str]:
    """Tenant id of each performer who was not erased, across tenants."""
    return people.owners(session, capability, performer_ids, standing=True)


def payees(
    session: Session, capability: SearchCapability, performer_ids: Collection[str]
) -> Mapping[str, str]:
    """Payee id of each performer, across tenants: what money is booked to."""
    return people.payees(session, capability, performer_ids)


def claims_from(
    session: Session, capability: SearchCapability, performer_ids: Collection[str]
) -> Mapping[str, str]:
    """The first month (YYYY-MM) whose use performers can claim money for, across tenants.

    It is that of the first activation, and later than every month while there is none yet; who
    was never enrolled is not in it, for such a claim rests on a licence alone.
    """
    found = enrolments.first_activations(session, capability, performer_ids)
    return {name: NEVER if at is None else f"{at:%Y-%m}" for name, at in found.items()}


def lifetimes(
    session: Session, capability: SearchCapability, performer_ids: Collection[str]
) -> tuple[Mapping[str, date], Mapping[str, date]]:
    """18th birthdays of those known as minors once, and days of death, across tenants.

    For deciding only: neither date is shown to a studio.
    """
    found = people.lifetimes(session, capability, performer_ids)
    of_age = {who: adult_on(born) for who, (born, _) in found.items() if born is not None}
    return of_age, {who: died for who, (_, died) in found.items() if died is not None}


def name_of(text: str) -> str:
    """A name as it is kept, its spaces single; raises `BadInput` for what cannot be one."""
    name = " ".join(text.split())
    if not name or len(name) > NAME_LENGTH_MAX or not name.isprintable():
        raise BadInput(
            f"A name must have 1 to {NAME_LENGTH_MAX} printable characters.",
            next_step="Give the name as it should be shown.",
            code="bad-name",
        )
    return name
