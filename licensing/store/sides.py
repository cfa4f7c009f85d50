"""Whose likeness a licence is about, told before anybody may see the licence itself."""

from sqlmodel import Session, col, select

from core.principal import SearchCapability
from licensing.store.licencerows import LicenceDraftRow


def performer_of(session: Session, _capability: SearchCapability, licence_id: str) -> str | None:
    """The performer of a licence or draft, for deciding who may see it; None when there is none."""
    query = select(LicenceDraftRow.performer_id).where(col(LicenceDraftRow.id) == licence_id)
    return session.exec(query).first()


def issuer_of(session: Session, _capability: SearchCapability, licence_id: str) -> str | None:
    """The did:key that a licence or draft asks to sign first; None when there is none."""
    query = select(LicenceDraftRow.performer_did).where(col(LicenceDraftRow.id) == licence_id)
    return session.exec(query).first()
