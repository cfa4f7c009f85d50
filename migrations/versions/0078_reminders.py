"""Reminders of overdue invoices, each level once."""

import sqlalchemy as sa
from alembic import op

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None

FIXED = {"invoice_reminder": ("id", "tenant_id", "audience", "recorded_at", "invoice_id", "level")}


def upgrade() -> None:
    op.create_table(
        "invoice_reminder",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("invoice_id", "level"),
    )
    op.create_index(
        ("ix_invoice_reminder_tenant_id"), "invoice_reminder", ["tenant_id"], unique=False
    )
    for table, columns in FIXED.items():
        fixed = ", ".join(f'"{column}"' for column in columns)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def downgrade() -> None:
    for table in reversed(FIXED):
        op.drop_table(table)
