"""Money that nobody owed, sent back by payouts of their own; what it is matched to meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = "0163"
down_revision = "0169"
branch_labels = None
depends_on = None

TABLE = "receipt_refund"
WAITING = ("payout_batch_waiting", "payout_batch", ["tenant_id", "kind", "currency"])
FIXED = (
    *("id", "tenant_id", "audience", "recorded_at"),
    *("seq", "receipt_id", "batch_id", "amount_micro", "reason"),
)
MATCHED = "coalesce((SELECT sum(amount_micro) FROM receipt_allocation WHERE {}), 0)"
OF_RECEIPT = MATCHED.format("receipt_id = NEW.receipt_id")
OF_BOTH = MATCHED.format("receipt_id = NEW.receipt_id AND invoice_id = NEW.invoice_id")
THERE = "(SELECT amount_micro FROM receipt WHERE id = NEW.receipt_id)"
REFUNDS = (
    "FROM receipt_refund JOIN payout ON payout.id = receipt_refund.id"
    " WHERE receipt_refund.receipt_id = NEW.receipt_id AND payout.state"
)
SENT_BACK = (
    f"coalesce((SELECT sum(receipt_refund.amount_micro) {REFUNDS} IN ('sent', 'settled')), 0)"
)
PROPOSED = f"EXISTS (SELECT 1 {REFUNDS} = 'pending')"


def upgrade() -> None:
    op.create_table(
        TABLE,
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("batch_id", sa.String(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["payout.id"]),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"]),
        sa.ForeignKeyConstraint(["batch_id"], ["payout_batch.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("batch_id"),
    )
    for name in ("tenant_id", "receipt_id"):
        op.create_index(f"ix_{TABLE}_{name}", TABLE, [name])
    op.drop_index(WAITING[0], WAITING[1])
    where = sa.text("state = 'PROPOSED' AND kind <> 'refund'")
    op.create_index(*WAITING, unique=True, sqlite_where=where)
    fixed = ", ".join(f'"{name}"' for name in FIXED)
    _refuse(f"{TABLE}_no_update", f'UPDATE OF {fixed} ON "{TABLE}"', "", _kept(TABLE))
    _refuse(f"{TABLE}_no_delete", f'DELETE ON "{TABLE}"', "", _kept(TABLE))
    _guard(
        "receipt_refund_covered",
        TABLE,
        f"{PROPOSED} OR NEW.amount_micro <= 0"
        f" OR {OF_RECEIPT} + {SENT_BACK} + NEW.amount_micro > {THERE}",
        "no more is sent back than is unmatched",
    )
    _guard(
        "receipt_refund_alike",
        TABLE,
        "NOT EXISTS (SELECT 1 FROM receipt JOIN payout USING (tenant_id, currency)"
        " WHERE receipt.id = NEW.receipt_id AND payout.id = NEW.id"
        " AND payout.batch_id = NEW.batch_id AND payout.amount_micro = NEW.amount_micro"
        " AND tenant_id = NEW.tenant_id)",
        "a refund is one payout of its own book and currency",
    )
    op.execute("DROP TRIGGER receipt_allocation_covered")
    _covered(f"{THERE} - {SENT_BACK}")
    _guard(
        "receipt_allocation_waits",
        "receipt_allocation",
        f"NEW.amount_micro > 0 AND {PROPOSED}",
        "nothing is matched while a refund is proposed",
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER receipt_allocation_waits")
    op.execute("DROP TRIGGER receipt_allocation_covered")
    _covered(THERE)
    op.drop_index(WAITING[0], WAITING[1])
    op.create_index(*WAITING, unique=True, sqlite_where=sa.text("state = 'PROPOSED'"))
    op.drop_table(TABLE)


def _covered(most: str) -> None:
    """Refuse to match more than this of a receipt."""
    _guard(
        "receipt_allocation_covered",
        "receipt_allocation",
        f"{OF_RECEIPT} + NEW.amount_micro NOT BETWEEN 0 AND {most}"
        f" OR {OF_BOTH} + NEW.amount_micro < 0",
        "no more is matched than came in",
    )


def _guard(name: str, table: str, when: str, says: str) -> None:
    _refuse(name, f"INSERT ON {table}", f" WHEN {when}", says)


def _refuse(name: str, event: str, when: str, says: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    op.execute(f'CREATE TRIGGER "{name}" BEFORE {event}{when} {refuse}')


def _kept(table: str) -> str:
    return f"{table} is append-only"
