"""Drafts, licences and revocations in the database; all append-only, joined when they are read.

A licence known at a sequence number is one signed at or before it, and it is revoked there only
when the revocation was recorded at or before it too: so any past decision can be made again.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from licensing.drafting import Draft
from licensing.models import Licence, LicenceInForce
from licensing.store.licencerows import (
    LicenceDraftRow,
    LicenceRow,
    RevocationRow,
    SignatureRow,
    drafted,
    in_force,
    signed_licence,
)
from licensing.sublicensing import Link
from licensing.terms import terms_to_dict

ROWS_MAX = 5_000


def add_draft(session: Session, draft: Draft) -> None:
    """Store a draft; only its owner sees it."""
    licence = draft.licence
    row = LicenceDraftRow(
        id=licence.id,
        tenant_id=licence.tenant_id,
        recorded_at=licence.recorded_at,
        performer_id=licence.terms.performer_id,
        performer_did=licence.performer_did,
        licensee_id=licence.terms.licensee_id,
        vc_id=licence.vc_id,
        tariff_id=licence.tariff_id,
        status_list=licence.status_list,
        status_index=licence.status_index,
        terms=terms_to_dict(licence.terms),
        proof_id=draft.proof_id,
        document=draft.document,
    )
    session.add(row)
    session.flush()


def add_signature(
    session: Session, draft: Draft, did: str, signature: bytes, *, at: datetime
) -> None:
    """Keep one of several signatures until the others are there."""
    row = SignatureRow(
        id=new_id("lsg"),
        tenant_id=draft.licence.tenant_id,
        recorded_at=at,
        draft_id=draft.licence.id,
        did=did,
        signature=signature,
    )
    session.add(row)
    session.flush()


def signatures(session: Session, principal: Principal, licence_id: str) -> dict[str, bytes]:
    """The signatures that wait for others under a draft of the principal's own, by did:key."""
    query = select(SignatureRow).where(
        col(SignatureRow.draft_id) == licence_id, visible(SignatureRow, principal)
    )
    return {row.did: row.signature for row in session.exec(query)}


def add_licence(session: Session, licence: Licence) -> None:
    """Store a signed licence; its licensee sees it from now on."""
    assert licence.seq is not None and licence.log_index is not None
    row = LicenceRow(
        id=licence.id,
        tenant_id=licence.tenant_id,
        audience=f"tenant:{licence.terms.licensee_id}",
        recorded_at=licence.recorded_at,
        draft_id=licence.id,
        performer_id=licence.terms.performer_id,
        licensee_id=licence.terms.licensee_id,
        seq=licence.seq,
        valid_from=licence.terms.valid_from,
        valid_until=licence.terms.valid_until,
        log_index=licence.log_index,
        signed=licence.signed,
    )
    session.add(row)
    session.flush()


def add_revocation(session: Session, licence: Licence, *, log_index: int) -> None:
    """Store the end of a licence, as the revoked licence states it; its licensee sees it."""
    assert licence.revoked_seq is not None and licence.revoked_at is not None
    row = RevocationRow(
        id=new_id("rev"),
        tenant_id=licence.tenant_id,
        audience=f"tenant:{licence.terms.licensee_id}",
        recorded_at=licence.revoked_at,
        licence_id=licence.id,
        seq=licence.revoked_seq,
        reason=licence.revoke_reason,
        log_index=log_index,
    )
    session.add(row)
    session.flush()


def draft(session: Session, principal: Principal, licence_id: str) -> Draft | None:
    """A draft of the principal's own, signed by now or not."""
    query = select(LicenceDraftRow).where(
        col(LicenceDraftRow.id) == licence_id, visible(LicenceDraftRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else Draft(drafted(row), row.document, row.proof_id)


def licence(session: Session, principal: Principal, licence_id: str) -> Licence | None:
    """A signed licence that the principal may see, with its revocation."""
    found = _signed(session, principal, col(LicenceRow.id) == licence_id)
    return found[0] if found else None


def by_ids(
    session: Session, principal: Principal, licence_ids: Collection[str]
) -> tuple[Licence, ...]:
    """Signed licences among these that the principal may see."""
    clause = col(LicenceRow.id).in_(licence_ids)
    return tuple(_signed(session, principal, clause, limit=ROWS_MAX))


def licences(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> list[Licence]:
    """Signed licences that the principal may see, newest first; `before_seq` pages on."""
    clauses: list[Any] = []
    if performer_id is not None:
        clauses.append(col(LicenceRow.performer_id) == performer_id)
    if before_seq is not None:
        clauses.append(col(LicenceRow.seq) < before_seq)
    return _signed(session, principal, *clauses, limit=limit)


def known(
    session: Session,
    principal: Principal,
    *,
    performer_ids: Collection[str],
    licensee_id: str,
    up_to_seq: int,
) -> tuple[LicenceInForce, ...]:
    """Licences to this licensee as they were known at `up_to_seq`, in order of signing.

    Expired and revoked ones are among them: they explain a refusal.
    """
    found = _signed(
        session,
        principal,
        col(LicenceRow.performer_id).in_(performer_ids),
        col(LicenceRow.licensee_id) == licensee_id,
        col(LicenceRow.seq) <= up_to_seq,
        limit=ROWS_MAX,
    )
    return tuple(in_force(licence, up_to_seq) for licence in reversed(found))


def of_performer(
    session: Session, principal: Principal, performer_id: str
) -> tuple[LicenceInForce, ...]:
    """One performer's licences that the principal may see, in order of signing, as of now."""
    found = _signed(
        session, principal, col(LicenceRow.performer_id) == performer_id, limit=ROWS_MAX
    )
    return tuple(in_force(item, item.revoked_seq or item.seq or 0) for item in reversed(found))


def links(
    session: Session, _capability: SearchCapability, licence_ids: Collection[str]
) -> dict[str, Link]:
    """What stands above each of these licences and whether it was revoked, across tenants."""
    query = (
        select(LicenceRow.id, LicenceDraftRow.terms, RevocationRow)
        .join(LicenceDraftRow, col(LicenceDraftRow.id) == col(LicenceRow.id))
        .outerjoin(RevocationRow, col(RevocationRow.licence_id) == col(LicenceRow.id))
        .where(col(LicenceRow.id).in_(licence_ids))
    )
    return {
        licence_id: Link(
            parent_licence_id=str(terms.get("parent_licence_id") or ""),
            revoked_seq=None if end is None else end.seq,
            revoked_at=None if end is None else end.recorded_at,
        )
        for licence_id, terms, end in session.exec(query)
    }


def resting_on(
    session: Session,
    _capability: SearchCapability,
    performer_id: str,
    licence_ids: Collection[str],
) -> tuple[tuple[str, str], ...]:
    """(licence, licensee) of one performer's sublicences directly below these, across tenants."""
    query = (
        select(LicenceRow.id, LicenceRow.licensee_id)
        .join(LicenceDraftRow, col(LicenceDraftRow.id) == col(LicenceRow.id))
        .where(
            col(LicenceRow.performer_id) == performer_id,
            func.json_extract(LicenceDraftRow.terms, "$.parent_licence_id").in_(licence_ids),
        )
    )
    return tuple((row[0], row[1]) for row in session.exec(query.order_by(col(LicenceRow.seq))))


def revoked_indices(session: Session, status_list: int) -> list[int]:
    """Indices of all revoked licences of one status list, whoever owns them."""
    query = (
        select(LicenceDraftRow.status_index)
        .join(RevocationRow, col(RevocationRow.licence_id) == col(LicenceDraftRow.id))
        .where(col(LicenceDraftRow.status_list) == status_list)
    )
    return sorted(session.exec(query))


def newest_status_list(session: Session) -> int:
    """Number of the status list that new licences are put on; 1 before the first one."""
    query = select(LicenceDraftRow.status_list).order_by(col(LicenceDraftRow.status_list).desc())
    return session.exec(query.limit(1)).first() or 1


def places_taken(session: Session, status_list: int) -> int:
    """How many indices of a status list are given out."""
    query = select(func.count()).where(col(LicenceDraftRow.status_list) == status_list)
    return session.exec(query).one()


def place_taken(session: Session, status_list: int, status_index: int) -> bool:
    """Whether one index of a status list is given out."""
    query = select(LicenceDraftRow.id).where(
        col(LicenceDraftRow.status_list) == status_list,
        col(LicenceDraftRow.status_index) == status_index,
    )
    return session.exec(query).first() is not None


def signed_between(session: Session, *clauses: Any, limit: int = ROWS_MAX) -> list[Licence]:
    """Signed licences of whoever, for the registry's own housekeeping; in order of signing."""
    return _joined(session, *clauses, order=col(LicenceRow.seq), limit=limit)


def _signed(session: Session, principal: Principal, *clauses: Any, limit: int = 1) -> list[Licence]:
    seen = visible(LicenceRow, principal)
    return _joined(session, seen, *clauses, order=col(LicenceRow.seq).desc(), limit=limit)


def _joined(session: Session, *clauses: Any, order: Any, limit: int) -> list[Licence]:
    query = (
        select(LicenceDraftRow, LicenceRow, RevocationRow)
        .join(LicenceRow, col(LicenceRow.id) == col(LicenceDraftRow.id))
        .outerjoin(RevocationRow, col(RevocationRow.licence_id) == col(LicenceRow.id))
        .where(*clauses)
        .order_by(order)
        .limit(limit)
    )
    return [signed_licence(draft, row, end) for draft, row, end in session.exec(query)]
