"""Whom of an organisation an account or a key may not see any more, because they came of age."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from core.errors import Conflict, NotFound
from core.principal import Principal, SearchCapability, system
from registry import minority as rules
from registry.grownup import Asking, is_out
from registry.mandates import uncovered
from registry.models.people import Performer
from registry.store import guardians, mandates, people


def closed_to(session: Session, tenant_id: str, who: Asking, *, at: datetime) -> tuple[str, ...]:
    """The ids of the performers who came of age and are none of the caller's business at `at`."""
    capability = SearchCapability("coming-of-age", tenant_id)
    side = system(tenant_id)
    found = people.grown(session, capability, tenant_id, born_by=rules.born_by(at))
    return tuple(
        item.id
        for item in found
        if (minority := rules.minority_in(item)) is not None
        and is_out(who, guardians.list_guardians(session, side, item.id), minority, at)
    )


def has_others(session: Session, principal: Principal) -> bool:
    """Whether somebody of the caller's organisation is left who is open to him."""
    return bool(people.own_ids(session, principal, after="", limit=1))


def lets_in(
    session: Session, tenant_id: str, performer_ids: Iterable[str], *, at: datetime
) -> bool:
    """Whether one of these has a mandate in force for their own organisation's people."""
    return any(
        item.signed and not uncovered(item, holder_id=tenant_id, act=item.terms.acts[0], at=at)
        for one in performer_ids
        for item in mandates.list_mandates(session, system(tenant_id), performer_id=one)
    )


def others(session: Session, tenant_id: str, performer_id: str) -> tuple[str, ...]:
    """Everybody of an organisation of one family but this one, for whoever is this one alone."""
    found = people.own_ids(session, system(tenant_id), after="", limit=people.PAGE_MAX)
    return tuple(one for one in found if one != performer_id)


def require_of_age(
    session: Session, capability: SearchCapability, performer_id: str, at: datetime
) -> Performer:
    """A performer of any tenant who was known as a minor and is none any more, without names.

    Raises `NotFound`, and `Conflict` for a child, for who was never known as one and for who was
    erased.
    """
    found = people.unnamed(session, capability, performer_ids=[performer_id])
    if not found:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    (performer,) = found
    minority = rules.minority_in(performer)
    if minority is None or performer.erased_at or rules.is_minor(minority, at):
        raise Conflict(
            "Nobody came of age here who was known as a minor.",
            next_step="Check the performer id and the birth date.",
            code="not-of-age",
        )
    return performer


def was_guardian(session: Session, performer: Performer, person_id: str) -> bool:
    """Whether an account was ever named as a guardian of a performer's."""
    found = guardians.list_guardians(session, system(performer.tenant_id), performer.id)
    return any(item.person == person_id for item in found)
