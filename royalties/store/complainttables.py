"""Tables of complaints and of the lines that they dispute; what was complained never changes."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from core.appendonly import append_only, guard
from core.columns import Owned, UtcDateTime

DECIDING = ("ruling", "numerator", "denominator", "approval_id", "decided_at", "single_operator")


class ComplaintRow(Owned, table=True):
    """Table of complaints in a book; what may change of one is how it is ruled, once."""

    __tablename__ = "complaint"
    __table_args__ = (
        Index("complaint_newest", "recorded_at", "id"),
        *(
            Index(f"complaint_{shelf}", "tenant_id", "recorded_at", "id", sqlite_where=text(which))
            for shelf, which in (
                ("open", "decided_at IS NULL"),
                ("ended", "decided_at IS NOT NULL"),
            )
        ),
        append_only(
            *DECIDING,
            "sealed_proof",
            guards=(
                guard(
                    "complaint_decided",
                    f"UPDATE OF {', '.join(DECIDING)} ON complaint",
                    when="OLD.decided_at IS NOT NULL",
                    says="a complaint is decided once",
                ),
            ),
        ),
    )

    by_tenant_id: str = Field(index=True)
    ground: str
    claimant_performer_id: str
    claimant_tenant_id: str = Field(index=True)
    claimant_payee_id: str
    late: bool
    sealed_proof: bytes
    ruling: str | None = None
    numerator: str
    denominator: str
    approval_id: str
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    single_operator: bool


class ComplaintLineRow(Owned, table=True):
    """Table of the lines of complaints, each as it stood when it was disputed."""

    __tablename__ = "complaint_line"
    __table_args__ = (
        UniqueConstraint("complaint_id", "live_key"),
        Index("complaint_line_claim", "live_key"),
        append_only(),
    )

    complaint_id: str = Field(foreign_key="complaint.id", index=True)
    live_key: str
    transaction_id: str
    cut_id: str = Field(index=True)
    performer_id: str
    performer_tenant_id: str = Field(index=True)
    licensee_id: str = Field(index=True)
    currency: str
    amount_micro: int = Field(sa_type=BigInteger)
