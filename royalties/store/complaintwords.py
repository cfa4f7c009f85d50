"""Table of what the sides of complaints say; what was said never changes."""

from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.principal import Principal
from royalties.models_complaints import Word
from royalties.store.complaints import concerns
from royalties.store.complainttables import ComplaintRow


class ComplaintWordRow(Owned, table=True):
    """Table of what the sides of complaints say, each for whoever rules; sealed."""

    __tablename__ = "complaint_word"
    __table_args__ = (append_only("sealed"),)

    complaint_id: str = Field(foreign_key="complaint.id", index=True)
    by_tenant_id: str
    sealed: bytes


def add_word(session: Session, word: Word) -> None:
    """Store what a side says."""
    session.add(
        ComplaintWordRow(
            id=word.id,
            tenant_id=word.tenant_id,
            recorded_at=word.said_at,
            complaint_id=word.complaint_id,
            by_tenant_id=word.by_tenant_id,
            sealed=word.sealed,
        )
    )
    session.flush()


def words_of(session: Session, principal: Principal, complaint_id: str) -> list[Word]:
    """What was said of a complaint that concerns the principal, in order."""
    query = (
        select(ComplaintWordRow)
        .join(ComplaintRow, col(ComplaintRow.id) == col(ComplaintWordRow.complaint_id))
        .where(col(ComplaintWordRow.complaint_id) == complaint_id, concerns(principal))
        .order_by(col(ComplaintWordRow.recorded_at), col(ComplaintWordRow.id))
    )
    return [
        Word(row.id, row.complaint_id, row.tenant_id, row.by_tenant_id, row.recorded_at, row.sealed)
        for row in session.exec(query)
    ]
