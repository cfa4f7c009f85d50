"""The table of labels as made with AI that were read from submitted files.

One row per kind of label and reading; the rows of the newest reading hold.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.principal import Principal
from core.visibility import visible


class FileLabelRow(Owned, table=True):
    """Table of labels; `scheme` and `state` are words of `fingerprint.labels.models`."""

    __tablename__ = "file_label"
    __table_args__ = (append_only(),)

    submission_id: str = Field(foreign_key="submission.id", index=True)
    scheme: str
    state: str
    detail: str
    seq: int


def add_labels(
    session: Session,
    principal: Principal,
    submission_id: str,
    labels: Sequence[tuple[str, str, str, str]],
    *,
    seq: int,
    at: datetime,
) -> None:
    """Store one reading: (row id, scheme, state, detail) of each kind of label."""
    for row_id, scheme, state, detail in labels:
        session.add(
            FileLabelRow(
                id=row_id,
                tenant_id=principal.tenant_id,
                recorded_at=at,
                submission_id=submission_id,
                scheme=scheme,
                state=state,
                detail=detail,
                seq=seq,
            )
        )
    session.flush()


def labels_of(
    session: Session, principal: Principal, submission_id: str
) -> tuple[tuple[str, str, str], ...] | None:
    """(scheme, state, detail) of the newest reading, None where nobody has looked."""
    query = (
        select(FileLabelRow)
        .where(visible(FileLabelRow, principal), col(FileLabelRow.submission_id) == submission_id)
        .order_by(col(FileLabelRow.seq).desc(), col(FileLabelRow.scheme))
    )
    rows = session.exec(query).all()
    if not rows:
        return None
    return tuple((row.scheme, row.state, row.detail) for row in rows if row.seq == rows[0].seq)
