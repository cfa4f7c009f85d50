"""Taking back one purpose and leaving the others: as easy as it was to give it.

Whatever rests on the purpose alone goes in the same transaction. Keeping samples and excerpts rests
on matching, because they serve for nothing else; the last purpose takes the enrolment with it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from core import jobs, log
from core.errors import Conflict
from core.principal import Principal, SearchCapability, require
from fingerprint.models import Reason
from registry.models.people import Enrolment, EnrolmentState, Purpose
from registry.service.enrolment import ERASE_JOB, withdraw_enrolment
from registry.store import enrolments, excerpts, prints, purposes, samples, traces

SCOPE = "performers"
# What is erased where one of these alone is taken back.
ALONE = {Purpose.REEMBEDDING: "material", Purpose.COMPARISON: "excerpts"}


def withdraw_purpose(
    session: Session, principal: Principal, enrolment_id: str, purpose: Purpose, *, now: datetime
) -> Enrolment:
    """Take back one purpose of an enrolment.

    Raises `Conflict` for a purpose that was never given or is taken back already.
    """
    # Load.
    require(principal, SCOPE)
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    given = given_purposes(session, enrolment)
    # Decide.
    if purpose not in given:
        raise Conflict(
            "This purpose is not given.", next_step="Read which purposes the enrolment has."
        )
    going = {purpose}
    if purpose is Purpose.MATCHING:
        going |= {Purpose.REEMBEDDING, Purpose.COMPARISON} & given
    # Save.
    for each in sorted(going):
        purposes.add_withdrawal(session, enrolment, each, at=now)
        payload = {"enrolment": enrolment_id, "purpose": each.value}
        log.append(session, kind="purpose.withdrawn", subject_id=enrolment_id, payload=payload)
    if given == going:
        return withdraw_enrolment(session, principal, enrolment_id, now=now)
    if Purpose.COMPARISON in going:
        excerpts.forget(session, principal, enrolment_id)
    if Purpose.MATCHING in going:
        _drop_vectors(session, principal, enrolment_id, now)
    elif purpose in ALONE:
        _queue(session, principal, enrolment_id, only=ALONE[purpose])
    return enrolments.get_enrolment(session, principal, enrolment_id)


def given_purposes(session: Session, enrolment: Enrolment) -> frozenset[Purpose]:
    """What the performer lets be done under this enrolment now."""
    if enrolment.consent is None or enrolment.state is EnrolmentState.WITHDRAWN:
        return frozenset()
    return frozenset(enrolment.purposes) - purposes.withdrawn(session, enrolment.id)


def require_not_withdrawn(
    session: Session, principal: Principal, performer_id: str, purpose: Purpose
) -> None:
    """Return unless the performer gave this purpose, took it back and gave it nowhere else."""
    all_of_them = enrolments.list_enrolments(session, principal, performer_id)
    if not _taken_back(session, all_of_them, purpose):
        return
    if not any(purpose in given_purposes(session, item) for item in all_of_them):
        raise Conflict(
            f"The performer took back the purpose {purpose.value}.",
            next_step="Have the performer sign an enrolment that names it again.",
            code="purpose-withdrawn",
        )


def _taken_back(session: Session, found: Iterable[Enrolment], purpose: Purpose) -> bool:
    return any(purpose in purposes.withdrawn(session, item.id) for item in found)


def _drop_vectors(session: Session, principal: Principal, enrolment_id: str, now: datetime) -> None:
    prints.withdraw_prints(session, principal, enrolment_id, at=now)
    traces.erase_by_consent(session, SearchCapability("erasure", enrolment_id), enrolment_id)
    reason = Reason("purpose-withdrawn", {"purpose": Purpose.MATCHING.value})
    samples.settle_open_samples(session, principal, enrolment_id, reason, at=now)
    _queue(session, principal, enrolment_id)


def _queue(session: Session, principal: Principal, enrolment_id: str, *, only: str = "") -> None:
    jobs.enqueue(
        session,
        principal,
        kind=ERASE_JOB,
        subject_key=f"{enrolment_id}:{only}" if only else enrolment_id,
        payload={"enrolment_id": enrolment_id} | ({f"{only}_only": True} if only else {}),
    )
