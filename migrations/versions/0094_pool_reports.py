"""What licensees report of a month as a whole."""

import sqlalchemy as sa
from alembic import op

revision = "0094"
down_revision = "0080"
branch_labels = None
depends_on = None

FIXED = (
    *("id", "tenant_id", "audience", "recorded_at"),
    *("period", "subscribers", "income", "currency", "seq"),
)


def upgrade() -> None:
    op.create_table(
        "pool_report",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("subscribers", sa.BigInteger(), nullable=True),
        sa.Column("income", sa.Text(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_pool_report_tenant_id", "pool_report", ["tenant_id"])
    op.create_index("pool_report_month", "pool_report", ["tenant_id", "period", "seq"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'pool_report is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "pool_report_no_update" BEFORE UPDATE OF {fixed} ON "pool_report" {refuse}'
    )
    op.execute(f'CREATE TRIGGER "pool_report_no_delete" BEFORE DELETE ON "pool_report" {refuse}')


def downgrade() -> None:
    op.drop_table("pool_report")
