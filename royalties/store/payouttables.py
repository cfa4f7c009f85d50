"""Tables of paying out: accounts of a book, batches with their sealed file, payouts, answers.

A payout's end-to-end id is unique and its payment never changes, so that nothing is sent twice; the
database itself refuses to take back that something was sent.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field

from core.appendonly import append_only, guard
from core.columns import JsonText, Owned, UtcDateTime

_BATCH_STEP = "OLD.state <> 'PROPOSED' AND NEW.state <> OLD.state"
_PAYOUT_STEP = (
    "NEW.state <> OLD.state AND NOT ("
    "(OLD.state = 'pending' AND NEW.state IN ('sent', 'dropped'))"
    " OR (OLD.state = 'blocked' AND NEW.state = 'dropped')"
    " OR (OLD.state = 'sent' AND NEW.state IN ('settled', 'returned'))"
    " OR (OLD.state = 'settled' AND NEW.state = 'returned'))"
)


class BookAccountRow(Owned, table=True):
    """Table of accounts that a book pays from, and of authorities that it pays taxes to."""

    __tablename__ = "book_account"
    __table_args__ = (UniqueConstraint("tenant_id", "whose", "version"), append_only())

    whose: str
    version: int
    name: str
    iban: str
    bic: str


class BatchRow(Owned, table=True):
    """Table of batches; one at a time waits for its second person, of refunds one a receipt."""

    __tablename__ = "payout_batch"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        Index(
            "payout_batch_waiting",
            "tenant_id",
            "kind",
            "currency",
            unique=True,
            sqlite_where=text("state = 'PROPOSED' AND kind <> 'refund'"),
        ),
        append_only(
            "state",
            "sealed_file",
            "sealed_list",
            "sha256",
            "single_operator",
            "sent_at",
            guards=(
                guard(
                    "payout_batch_steps",
                    "UPDATE ON payout_batch",
                    when=_BATCH_STEP,
                    says="a batch is decided once",
                ),
            ),
        ),
    )

    number: int
    kind: str
    currency: str
    state: str
    execute_on: date
    account_id: str = Field(foreign_key="book_account.id")
    count: int
    total_micro: int = Field(sa_type=BigInteger)
    left_micro: int = Field(sa_type=BigInteger)
    sources: dict[str, Any] = Field(sa_type=JsonText)
    digest: str
    approval_id: str
    sha256: str = ""
    sealed_file: bytes | None = None
    sealed_list: bytes | None = None
    single_operator: bool
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PayoutRow(Owned, table=True):
    """Table of payouts; the payee's side sees its own."""

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("batch_id", "account"),
        Index("payout_state", "tenant_id", "state"),
        Index("payout_in_batch", "batch_id", "state"),
        Index("payout_account", "account", "state"),
        append_only(
            "state",
            "bank_code",
            "changed_at",
            guards=(
                guard(
                    "payout_steps",
                    "UPDATE ON payout",
                    when=_PAYOUT_STEP,
                    says="a payout goes from pending over sent to settled or returned",
                ),
            ),
        ),
    )

    batch_id: str = Field(foreign_key="payout_batch.id")
    account: str
    payee_id: str = Field(index=True)
    version_id: str
    amount_micro: int = Field(sa_type=BigInteger)
    currency: str
    way: str
    end_to_end_id: str = Field(unique=True)
    state: str
    reasons: list[dict[str, Any]] = Field(sa_type=JsonText)
    bank_code: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


class AnswerRow(Owned, table=True):
    """Table of answers that banks gave: what each changed, by the hash of its bytes."""

    __tablename__ = "payout_answer"
    __table_args__ = (UniqueConstraint("tenant_id", "sha256"), append_only())

    sha256: str
    form: str
    counts: dict[str, int] = Field(sa_type=JsonText)
