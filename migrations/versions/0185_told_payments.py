"""Payments that a bank's files name and that are no receipts by that: told before, or held."""

import sqlalchemy as sa
from alembic import op

revision = "0185"
down_revision = "0178"
branch_labels = None
depends_on = None

TABLE = "told_payment"
OWNED = ("id", "tenant_id", "audience")
TEXTS = ("currency", "file_sha256", "cause", "like")
FIXED = (*OWNED, "recorded_at", "seq", "reference", "booked_on", "amount_micro", *TEXTS)


def upgrade() -> None:
    op.create_table(
        TABLE,
        *(sa.Column(name, sa.String(), nullable=False) for name in OWNED),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("booked_on", sa.String(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.CheckConstraint("amount_micro > 0", name="above_nought"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("tenant_id", "reference"),
    )
    op.create_index(f"ix_{TABLE}_tenant_id", TABLE, ["tenant_id"])
    op.create_index("told_payment_state", TABLE, ["tenant_id", "state", "seq"])
    op.create_index("told_payment_day", TABLE, ["tenant_id", "booked_on"])
    op.create_index("receipt_day", "receipt", ["tenant_id", "booked_on"])
    fixed = ", ".join(f'"{name}"' for name in FIXED)
    kept = f"{TABLE} is append-only"
    _refuse(f"{TABLE}_no_update", f'UPDATE OF {fixed} ON "{TABLE}"', "", kept)
    _refuse(f"{TABLE}_no_delete", f'DELETE ON "{TABLE}"', "", kept)
    _refuse(
        "told_payment_once",
        f"UPDATE OF state ON {TABLE}",
        " WHEN OLD.state <> 'held' OR NEW.state NOT IN ('entered', 'dropped')",
        "a held payment is decided on once",
    )


def downgrade() -> None:
    op.drop_index("receipt_day", "receipt")
    op.drop_table(TABLE)


def _refuse(name: str, event: str, when: str, says: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    op.execute(f'CREATE TRIGGER "{name}" BEFORE {event}{when} {refuse}')
