"""What happens to a performer who is found to be a minor, and to one who comes of age."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core import audit, log, notices
from core.canonical import parse_strict
from core.clock import to_text
from core.errors import Conflict
from core.principal import Principal, SearchCapability, require, system
from registry import minority as rules
from registry.consent import consent_terms
from registry.models.guardianship import Minority
from registry.models.people import Enrolment, EnrolmentState, Performer
from registry.service.enrolment import withdraw_enrolment
from registry.store import enrolments, guardians, people

SCOPE = "performers"
OF_AGE_AT_ONCE = 100
OF_AGE = "performer.of-age"


def declare_minor(
    session: Session,
    principal: Principal,
    performer_id: str,
    born_on: date,
    *,
    agrees_from_years: int,
    now: datetime,
) -> Performer:
    """Record the birth date of a minor, and end consents that the guardians did not sign.

    Raises `Conflict` for another date than the one that a signed consent rests on.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.require_standing(session, principal, performer_id)
    known = rules.minority_in(performer)
    signed = _signed(enrolments.list_enrolments(session, principal, performer_id))
    alone = [item for item in signed if not _guarded(item)]
    # Decide.
    made = rules.minority_of(born_on, agrees_from_years=agrees_from_years, at=now)
    if known is not None and known.born_on == born_on:
        return performer
    if known is not None and signed:
        raise Conflict(
            "Another birth date is known, and a consent was signed on it.",
            next_step="Erase this performer and add the person anew.",
            code="birth-date-known",
        )
    # Save.
    people.save_minority(session, principal, performer_id, made)
    for item in alone:
        _end(session, item, now)
    told = {"performer": performer_id}
    log.append(session, kind="performer.minor", subject_id=performer_id, payload=told, at=now)
    audit.record(
        session, principal, action="performer.minor", subject_id=performer_id, details={}, now=now
    )
    return people.get_performer(session, principal, performer_id)


@dataclass(frozen=True, slots=True)
class OfAge:
    """Who came of age; `alone` says that nobody had custody until that day."""

    performer: Performer
    alone: bool


def come_of_age(
    session: Session, capability: SearchCapability, *, at: datetime
) -> tuple[OfAge, ...]:
    """End the rights of guardians whose child is of age, and say once who came of age.

    Consents and licences end by themselves: they were cut at that day when they were signed. Keys
    that guardians keep are silent since the child was old enough to be asked.
    """
    found = people.come_of_age(
        session,
        capability,
        born_by=rules.born_by(at),
        told_as=OF_AGE,
        limit=OF_AGE_AT_ONCE,
    )
    return tuple(
        OfAge(performer, not _release(session, performer, minority, at))
        for performer in found
        if (minority := rules.minority_in(performer)) is not None
    )


def _release(session: Session, performer: Performer, minority: Minority, at: datetime) -> int:
    """End what guardians may; returns how many there were."""
    side = system(performer.tenant_id)
    capability = SearchCapability("guardianship", performer.id)
    ended = rules.midnight(rules.adult_on(minority.born_on))
    over = [
        item for item in guardians.list_guardians(session, side, performer.id) if not item.until
    ]
    for item in over:
        guardians.end(session, capability, item.id, at=ended)
    told = {"performer": performer.id}
    log.append(session, kind=OF_AGE, subject_id=performer.id, payload=told, at=at)
    details = {"since": to_text(ended), "guardians": [item.id for item in over]}
    audit.record(session, side, action=OF_AGE, subject_id=performer.id, details=details, now=at)
    _tell(session, performer.tenant_id, "minor.majority", performer.id, facts={}, now=at)
    return len(over)


def _signed(found: Iterable[Enrolment]) -> list[Enrolment]:
    """Enrolments that stand on a consent."""
    return [
        item
        for item in found
        if item.consent is not None and item.state is not EnrolmentState.WITHDRAWN
    ]


def _guarded(item: Enrolment) -> bool:
    """Whether guardians signed a consent."""
    return item.consent is not None and bool(consent_terms(parse_strict(item.consent)).guardians)


def _end(session: Session, item: Enrolment, now: datetime) -> None:
    withdraw_enrolment(session, system(item.tenant_id), item.id, now=now)
    facts = {"performer": item.performer_id}
    _tell(session, item.tenant_id, "minor.consent.ended", item.id, facts=facts, now=now)


def _tell(
    session: Session,
    tenant_id: str,
    kind: str,
    subject_id: str,
    *,
    facts: Mapping[str, str],
    now: datetime,
) -> None:
    notices.notify(
        session,
        tenant_id=tenant_id,
        person=None,
        kind=kind,
        subject_id=subject_id,
        facts=facts,
        now=now,
    )
