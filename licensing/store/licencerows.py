"""Tables of drafts, signatures, licences and revocations, and what their rows say together."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from licensing.credential import names_guardians
from licensing.models import Licence, LicenceInForce, LicenceState, Terms
from licensing.terms import terms_from_dict


class LicenceDraftRow(Owned, table=True):
    """Terms offered for signature; a signed draft stays and its licence has the same id."""

    __tablename__ = "licence_draft"
    __table_args__ = (UniqueConstraint("status_list", "status_index"), append_only())

    performer_id: str = Field(index=True)
    performer_did: str
    licensee_id: str
    vc_id: str = Field(unique=True)
    tariff_id: str = Field(unique=True)
    status_list: int
    status_index: int
    terms: dict[str, Any] = Field(sa_type=JsonText)
    proof_id: str
    document: bytes


class SignatureRow(Owned, table=True):
    """One signature under a draft that waits for others; `did` is the key that made it."""

    __tablename__ = "licence_signature"
    __table_args__ = (UniqueConstraint("draft_id", "did"), append_only())

    draft_id: str = Field(foreign_key="licence_draft.id")
    did: str
    signature: bytes


class LicenceRow(Owned, table=True):
    """A licence signed by performer and registry; `signed` are its exact bytes."""

    __tablename__ = "licence"
    __table_args__ = (Index("licence_known", "performer_id", "licensee_id", "seq"), append_only())

    draft_id: str = Field(unique=True, foreign_key="licence_draft.id")
    performer_id: str
    licensee_id: str
    seq: int = Field(unique=True)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    log_index: int
    signed: bytes


class RevocationRow(Owned, table=True):
    """The end of a licence; there is one at most, and it is never taken back."""

    __tablename__ = "licence_revocation"
    __table_args__ = (append_only(),)

    licence_id: str = Field(unique=True, foreign_key="licence.id")
    seq: int = Field(unique=True)
    reason: str
    log_index: int


def drafted(row: LicenceDraftRow) -> Licence:
    """The licence that a draft would be."""
    return Licence(
        id=row.id,
        tenant_id=row.tenant_id,
        vc_id=row.vc_id,
        terms=_terms(row),
        tariff_id=row.tariff_id,
        state=LicenceState.DRAFT,
        performer_did=row.performer_did,
        status_list=row.status_list,
        status_index=row.status_index,
        seq=None,
        recorded_at=row.recorded_at,
    )


def signed_licence(draft: LicenceDraftRow, row: LicenceRow, end: RevocationRow | None) -> Licence:
    """The signed licence that these rows say, revoked where there is an end."""
    return Licence(
        id=row.id,
        tenant_id=row.tenant_id,
        vc_id=draft.vc_id,
        terms=_terms(draft),
        tariff_id=draft.tariff_id,
        state=LicenceState.SIGNED if end is None else LicenceState.REVOKED,
        performer_did=draft.performer_did,
        status_list=draft.status_list,
        status_index=draft.status_index,
        seq=row.seq,
        recorded_at=row.recorded_at,
        signed=row.signed,
        log_index=row.log_index,
        revoked_seq=None if end is None else end.seq,
        revoked_at=None if end is None else end.recorded_at,
        revoke_reason="" if end is None else end.reason,
    )


def in_force(licence: Licence, up_to_seq: int) -> LicenceInForce:
    """A signed licence as it was known at a number."""
    assert licence.seq is not None
    revoked = licence.revoked_seq is not None and licence.revoked_seq <= up_to_seq
    return LicenceInForce(
        id=licence.id,
        vc_id=licence.vc_id,
        tariff_id=licence.tariff_id,
        terms=licence.terms,
        seq=licence.seq,
        revoked_at=licence.revoked_at if revoked else None,
        signed_at=licence.recorded_at,
        guarded=names_guardians(licence.signed),
    )


def _terms(row: LicenceDraftRow) -> Terms:
    return terms_from_dict(row.terms)
