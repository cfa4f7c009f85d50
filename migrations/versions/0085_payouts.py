"""Batches of payouts, the payments in them, accounts of books, answers of banks."""

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0085"
down_revision = "0075"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
ACCOUNT = (*OWNED, "whose", "version", "name", "iban", "bic")
BATCH = (*OWNED, "number", "kind", "currency", "execute_on", "account_id", "count")
BATCH += ("total_micro", "left_micro", "sources", "digest", "approval_id")
PAYOUT = (*OWNED, "batch_id", "account", "payee_id", "version_id", "amount_micro", "currency")
PAYOUT += ("way", "end_to_end_id", "reasons")
ANSWER = (*OWNED, "sha256", "form", "counts")
PAYOUT_STEP = (
    "NEW.state <> OLD.state AND NOT ("
    "(OLD.state = 'pending' AND NEW.state IN ('sent', 'dropped'))"
    " OR (OLD.state = 'blocked' AND NEW.state = 'dropped')"
    " OR (OLD.state = 'sent' AND NEW.state IN ('settled', 'returned'))"
    " OR (OLD.state = 'settled' AND NEW.state = 'returned'))"
)


def upgrade() -> None:
    op.create_table(
        "book_account",
        *_owned(),
        *_texts("whose"),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("name", "iban", "bic"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "whose", "version"),
    )
    op.create_table(
        "payout_batch",
        *_owned(),
        sa.Column("number", sa.Integer(), nullable=False),
        *_texts("kind", "currency", "state"),
        sa.Column("execute_on", sa.Date(), nullable=False),
        *_texts("account_id"),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_micro", sa.BigInteger(), nullable=False),
        sa.Column("left_micro", sa.BigInteger(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        *_texts("digest", "approval_id", "sha256"),
        sa.Column("sealed_file", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_list", sa.LargeBinary(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.Column("sent_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["book_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "number"),
    )
    op.create_index(
        "payout_batch_waiting",
        "payout_batch",
        ["tenant_id", "kind", "currency"],
        unique=True,
        sqlite_where=sa.text("state = 'PROPOSED'"),
    )
    op.create_table(
        "payout",
        *_owned(),
        *_texts("batch_id", "account", "payee_id", "version_id"),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        *_texts("currency", "way", "end_to_end_id", "state"),
        sa.Column("reasons", sa.Text(), nullable=False),
        *_texts("bank_code"),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batch.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("end_to_end_id"),
        sa.UniqueConstraint("batch_id", "account"),
    )
    op.create_index("payout_state", "payout", ["tenant_id", "state"])
    op.create_index("payout_account", "payout", ["account", "state"])
    op.create_index("ix_payout_payee_id", "payout", ["payee_id"])
    op.create_table(
        "payout_answer",
        *_owned(),
        *_texts("sha256", "form"),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "sha256"),
    )
    tables = {"book_account": ACCOUNT, "payout_batch": BATCH, "payout": PAYOUT}
    for table, fixed in {**tables, "payout_answer": ANSWER}.items():
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        _append_only(table, fixed)
    _guard(
        "payout_batch_steps",
        "payout_batch",
        "OLD.state <> 'PROPOSED' AND NEW.state <> OLD.state",
        "a batch is decided once",
    )
    _guard(
        "payout_steps",
        "payout",
        PAYOUT_STEP,
        "a payout goes from pending over sent to settled or returned",
    )


def downgrade() -> None:
    for table in ("payout_answer", "payout", "payout_batch", "book_account"):
        op.drop_table(table)


def _owned() -> list[sa.Column[str]]:
    names = (("id", sa.String()), ("tenant_id", sa.String()))
    more = (("audience", sa.String()), ("recorded_at", sa.Text()))
    return [sa.Column(name, kind, nullable=False) for name, kind in (*names, *more)]


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _append_only(table: str, fixed: Iterable[str]) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    columns = ", ".join(f'"{name}"' for name in fixed)
    op.execute(
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {columns} ON "{table}" {refuse}'
    )
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def _guard(name: str, table: str, when: str, says: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    op.execute(f'CREATE TRIGGER "{name}" BEFORE UPDATE ON {table} WHEN {when} {refuse}')
