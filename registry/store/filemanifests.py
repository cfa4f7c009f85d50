"""The table of C2PA manifest stores that submitted files carried, sealed until somebody may see."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.columns import Owned
from core.ids import new_id
from core.principal import Principal
from core.visibility import visible


class FileManifestRow(Owned, table=True):
    """Table of manifest stores, one a submission at most."""

    __tablename__ = "file_manifest"

    submission_id: str = Field(foreign_key="submission.id", unique=True)
    sealed: bytes


def add_manifest(
    session: Session, principal: Principal, submission_id: str, sealed: bytes, *, at: datetime
) -> None:
    """Store the sealed manifest store of a submission of the principal's."""
    session.add(
        FileManifestRow(
            id=new_id("fmf"),
            tenant_id=principal.tenant_id,
            recorded_at=at,
            submission_id=submission_id,
            sealed=sealed,
        )
    )
    session.flush()


def manifest_of(session: Session, principal: Principal, submission_id: str) -> bytes | None:
    """The sealed manifest store of a submission of the principal's."""
    query = select(FileManifestRow.sealed).where(
        visible(FileManifestRow, principal), col(FileManifestRow.submission_id) == submission_id
    )
    return session.exec(query).first()
