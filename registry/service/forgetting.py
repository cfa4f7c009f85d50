"""Erasing a performer: all rows in one transaction, then keys and files, then a signed receipt.

What stays is what the registry must be able to prove or pay, under an id that names nobody. Each
step may run twice: a crash in between is made good by the job that carries on.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit, integrity, jobs, log
from core.canonical import canonical
from core.clock import to_text
from core.db import next_seq
from core.ids import new_id
from core.integrity import ProofOptions
from core.jobs import Job
from core.keys import PrivateKey, verification_method
from core.objects import Objects
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from registry.models.heldkeys import EndOfHolding
from registry.models.people import EnrolmentState
from registry.models.privacy import Erased, ErasureState
from registry.privacy.receipts import Receipt, receipt_document
from registry.service import indexfile
from registry.service.endingkeys import end_all
from registry.service.enrolment import withdraw_enrolment
from registry.service.records import records
from registry.store import enrolments, erasures, traces
from registry.store.erasures import Going, Person

SCOPE = "performers"
FORGET_JOB = "forget"


@dataclass(frozen=True, slots=True)
class Pending:
    """What is still to go once the rows went."""

    erasure_id: str
    performer_id: str
    enrolment_ids: tuple[str, ...]
    objects: tuple[str, ...]


def erase_performer(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    now: datetime,
    erasure_id: str = "",
) -> tuple[Erased, Job]:
    """Take a performer out of the registry; a job destroys keys and files and signs the receipt.

    A second call gives the same erasure; a restore names the one that it carries out again.
    Raises `NotFound` for another tenant's performer.
    """
    # Load.
    require(principal, SCOPE)
    known = erasures.of_performer(session, principal, performer_id)
    if known is not None:
        return known, _queue(session, principal, known.id)
    found = erasures.person(session, principal, performer_id)
    capability = SearchCapability("erasure", performer_id)
    going = erasures.going(session, capability, found, records())
    # Save.
    erasure_id = erasure_id or new_id("era")
    job = _queue(session, principal, erasure_id)
    item = Erased(
        id=erasure_id,
        tenant_id=found.tenant_id,
        performer_id=performer_id,
        seq=next_seq(session),
        state=ErasureState.RUNNING,
        counts=erase_rows(session, principal, found, going, spare_job=job.id, now=now),
        receipt=None,
        requested_at=now,
        finished_at=None,
    )
    pending = {"enrolments": list(found.enrolment_ids), "objects": list(going.objects)}
    erasures.add_erasure(session, item, pending=pending)
    _record(session, principal, item, now)
    return item, job


def erase_rows(
    session: Session,
    principal: Principal,
    found: Person,
    going: Going,
    *,
    spare_job: str,
    now: datetime,
) -> dict[str, int]:
    """Delete or blank every row that may go; returns how many, by what they were."""
    capability = SearchCapability("erasure", found.performer_id)
    seen = sum(
        traces.erase_by_consent(session, capability, enrolment_id)
        for enrolment_id in found.enrolment_ids
    )
    counts = erasures.delete_declared(session, capability, found, records())
    end_all(session, performer_id=found.performer_id, why=EndOfHolding.ERASURE, now=now)
    for enrolment_id in found.enrolment_ids:
        enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
        if enrolment.state is not EnrolmentState.WITHDRAWN:
            withdraw_enrolment(session, principal, enrolment_id, now=now)
    ids = (found.performer_id, *found.enrolment_ids, *going.row_ids)
    mentions = erasures.delete_mentions(session, capability, found, ids, spare_job=spare_job)
    forgotten = erasures.forget_details(session, capability, ids)
    erasures.blank_performer(session, found.performer_id, at=now)
    return {**counts, **mentions, "found_vectors": seen, "details": forgotten, "names": 2}


def pending(session: Session, principal: Principal, erasure_id: str) -> Pending:
    """What an erasure has still to destroy; raises `NotFound`."""
    item = erasures.get_erasure(session, principal, erasure_id)
    left = erasures.pending_of(session, principal, erasure_id)
    return Pending(
        erasure_id,
        item.performer_id,
        tuple(left.get("enrolments", ())),
        tuple(left.get("objects", ())),
    )


def destroy(session: Session, vault: Vault, objects: Objects, left: Pending) -> dict[str, int]:
    """Destroy the person's keys and files; call it once the rows are committed as gone."""
    subjects = (*left.enrolment_ids, left.performer_id)
    for subject in subjects:
        vault.erase(subject)
    indexfile.shred(vault, *indexfile.Kind)  # the search's own copies of the vectors
    gone = [name for name in left.objects if erasures.object_uses(session, name) == 0]
    for name in gone:
        objects.delete(name)
    return {"keys": len(subjects), "files": len(gone)}


def sign_receipt(
    session: Session,
    registry_key: PrivateKey,
    principal: Principal,
    erasure_id: str,
    *,
    destroyed: dict[str, int],
    now: datetime,
) -> Erased:
    """Sign what was done and commit to it in the public log; a second call changes nothing."""
    # Load.
    item = erasures.get_erasure(session, principal, erasure_id)
    if item.state is ErasureState.DONE:
        return item
    # Decide.
    counts = {**item.counts, **destroyed}
    document = receipt_document(
        Receipt(
            erasure_id=item.id,
            performer_id=item.performer_id,
            registry=registry_key.did,
            requested_at=item.requested_at,
            finished_at=now,
            gone=counts,
        ),
        records(),
    )
    options = ProofOptions(verification_method(registry_key.did), to_text(now))
    receipt = canonical(integrity.sign(document, options, registry_key))
    # Save.
    erasures.finish(session, principal, item.id, counts=counts, receipt=receipt, at=now)
    payload = {"receipt": hashlib.sha256(receipt).hexdigest()}
    log.append(session, kind="erasure.finished", subject_id=item.id, payload=payload, at=now)
    return erasures.get_erasure(session, principal, item.id)


def get_erasure(session: Session, principal: Principal, erasure_id: str) -> Erased:
    """One erasure of the caller's; raises `NotFound`."""
    require(principal, SCOPE)
    return erasures.get_erasure(session, principal, erasure_id)


def list_erasures(session: Session, principal: Principal) -> tuple[Erased, ...]:
    """The caller's erasures, oldest first."""
    require(principal, SCOPE)
    return erasures.list_erasures(session, principal)


def _queue(session: Session, principal: Principal, erasure_id: str) -> Job:
    return jobs.enqueue(
        session,
        principal,
        kind=FORGET_JOB,
        subject_key=erasure_id,
        payload={"erasure_id": erasure_id},
    )


def _record(session: Session, principal: Principal, item: Erased, now: datetime) -> None:
    payload = {"erasure": item.id, "performer": item.performer_id}
    log.append(session, kind="performer.erased", subject_id=item.id, payload=payload, at=now)
    audit.record(
        session,
        principal,
        action="performer.erased",
        subject_id=item.id,
        details={"erasure": item.id},
        now=now,
    )
