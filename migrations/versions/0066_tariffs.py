"""Tariffs that societies publish, by version."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0063"
branch_labels = None
depends_on = None

FIXED = (
    *("id", "tenant_id", "audience", "recorded_at"),
    *("tariff_id", "version", "document", "digest", "seq", "log_index"),
)


def upgrade() -> None:
    op.create_table(
        "tariff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("tariff_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tariff_id", "version"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_tariff_tenant_id", "tariff", ["tenant_id"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'tariff is append-only'); END"
    op.execute(f'CREATE TRIGGER "tariff_no_update" BEFORE UPDATE OF {fixed} ON "tariff" {refuse}')
    op.execute(f'CREATE TRIGGER "tariff_no_delete" BEFORE DELETE ON "tariff" {refuse}')


def downgrade() -> None:
    op.drop_table("tariff")
