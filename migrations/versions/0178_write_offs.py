"""What two people wrote off of invoices that nobody pays, and what of it came in after all."""

import sqlalchemy as sa
from alembic import op

revision = "0178"
down_revision = "0180"
branch_labels = None
depends_on = None

TABLE = "write_off"
FIXED = (
    *("id", "tenant_id", "audience", "recorded_at"),
    *("seq", "invoice_id", "step", "amount_micro", "vat_micro", "month", "reason"),
)
LOST = "coalesce((SELECT sum({}) FROM write_off WHERE invoice_id = NEW.invoice_id), 0)"
ASKED = (
    "(SELECT sum(net_micro + vat_micro) FROM invoice"
    " WHERE id = NEW.invoice_id OR credits_id = NEW.invoice_id)"
)
PAID = (
    "coalesce((SELECT sum(amount_micro) FROM receipt_allocation"
    " WHERE invoice_id = NEW.invoice_id), 0)"
)
AMOUNT = f"{LOST.format('amount_micro')} + NEW.amount_micro"


def upgrade() -> None:
    op.create_table(
        TABLE,
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("vat_micro", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("amount_micro <> 0", name="something"),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("invoice_id", "step"),
    )
    op.create_index(f"ix_{TABLE}_tenant_id", TABLE, ["tenant_id"])
    op.create_index("write_off_lost", TABLE, ["invoice_id", "tenant_id", "amount_micro"])
    fixed = ", ".join(f'"{name}"' for name in FIXED)
    _refuse(f"{TABLE}_no_update", f'UPDATE OF {fixed} ON "{TABLE}"', "", _kept())
    _refuse(f"{TABLE}_no_delete", f'DELETE ON "{TABLE}"', "", _kept())
    _guard(
        "write_off_owed",
        f"{AMOUNT} NOT BETWEEN 0 AND max(0, {ASKED} - {PAID})"
        f" OR {LOST.format('vat_micro')} + NEW.vat_micro NOT BETWEEN 0 AND {AMOUNT}",
        "no more is written off than is owed",
    )
    _guard(
        "write_off_own",
        "NOT EXISTS (SELECT 1 FROM invoice WHERE id = NEW.invoice_id"
        " AND tenant_id = NEW.tenant_id AND kind = 'invoice')",
        "a book writes its own invoices off",
    )


def downgrade() -> None:
    op.drop_table(TABLE)


def _guard(name: str, when: str, says: str) -> None:
    _refuse(name, f"INSERT ON {TABLE}", f" WHEN {when}", says)


def _refuse(name: str, event: str, when: str, says: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    op.execute(f'CREATE TRIGGER "{name}" BEFORE {event}{when} {refuse}')


def _kept() -> str:
    return f"{TABLE} is append-only"
