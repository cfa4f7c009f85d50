"""Making sure that what must go is gone: strangers' vectors on their day, keys after withdrawal.

Rows go in a transaction, data keys after it: a key destroyed in a transaction that is rolled back
would leave rows that claim to hold what nobody can read. All of it may run twice.
"""

from datetime import datetime

from sqlmodel import Session

from core.errors import Conflict
from core.principal import Principal, SearchCapability, system
from core.vault import Vault
from registry.models.people import EnrolmentState, Purpose
from registry.retention import STRANGERS, is_over, strangers_of
from registry.service import excerpts, indexfile
from registry.service.indexfile import Kind
from registry.service.seals import reseal_trace
from registry.store import enrolments, purposes, traces


def purge_expired(
    session: Session, capability: SearchCapability, *, at: datetime, limit: int = 100
) -> tuple[str, ...]:
    """Drop the vectors of unknown people whose day has come; returns the scans they were in.

    Call `shred_scans` with them after this is committed. Their spans stay listed.
    """
    scan_ids = traces.expired_scans(session, capability, at=at, limit=limit)
    for scan_id in scan_ids:
        traces.erase_expired(session, capability, scan_id, at=at)
    return scan_ids


def shred_scans(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    scan_ids: tuple[str, ...],
) -> None:
    """Destroy the data keys of scans under which nothing is kept any more, backups included."""
    if scan_ids:
        indexfile.shred(vault, Kind.ARCHIVE)
    for scan_id in scan_ids:
        if not traces.holds_vectors(session, capability, scan_id):
            vault.erase(scan_id)


def settle_keys(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    *,
    at: datetime,
    limit: int = 500,
) -> int:
    """Seal each vector under the key of the ground on which it is kept now; returns how many.

    A match that was rejected had its vector under the performer's key, which outlives the day on
    which a stranger's vector goes; one that was confirmed after all must not go with that day.
    Call it before `shred_days`.
    """
    rows = traces.under_others(session, capability, at=at, limit=limit)
    for row in rows:
        if row.consent_id is not None:
            subject_id = row.consent_id
        elif row.expires_at is not None:
            subject_id = strangers_of(row.tenant_id, row.expires_at)
        else:
            continue
        traces.save_answer(session, system(row.tenant_id), reseal_trace(vault, row, subject_id))
    return len(rows)


def shred_days(vault: Vault, *, at: datetime) -> int:
    """Destroy the keys of unknown people whose day has passed, backups included; returns how many.

    Call it after `purge_expired` is committed.
    """
    over = [name for name in vault.subjects(STRANGERS) if is_over(name, at)]
    for subject_id in over:
        vault.erase(subject_id)
    return len(over)


def shred_enrolment(
    session: Session, vault: Vault, principal: Principal, enrolment_id: str
) -> None:
    """Destroy the data key of a withdrawn enrolment: its vectors are unreadable in every copy.

    Call it after the withdrawal is committed, of the enrolment or of matching alone. Raises
    `Conflict` while its vectors may be kept.
    """
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    unmatched = Purpose.MATCHING in purposes.withdrawn(session, enrolment_id)
    if enrolment.state is not EnrolmentState.WITHDRAWN and not unmatched:
        raise Conflict("The enrolment is not withdrawn.", next_step="Withdraw it first.")
    vault.erase(enrolment_id)
    excerpts.shred(vault, enrolment_id)
    # Both hold vectors of this enrolment in the clear beneath their own seal.
    indexfile.shred(vault, Kind.GALLERY, Kind.ARCHIVE)
