"""Versions of payees' details, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0084"
down_revision = "0070"
branch_labels = None
depends_on = None

FIXED = ("id", "tenant_id", "audience", "recorded_at", "payee_id", "performer_id", "heir_id")
FIXED += ("version", "approval_id")
COUNTS = (
    'CREATE TRIGGER "payee_version_counts" BEFORE UPDATE OF effective_at ON payee_version '
    "WHEN OLD.effective_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'when a version counts is decided once'); END"
)


def upgrade() -> None:
    op.create_table(
        "payee_version",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("heir_id", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=True),
        sa.Column("effective_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("payee_id", "version"),
    )
    for name in ("tenant_id", "performer_id"):
        op.create_index(f"ix_payee_version_{name}", "payee_version", [name])
    refuse = "BEGIN SELECT RAISE(ABORT, 'payee_version is append-only'); END"
    columns = ", ".join(f'"{name}"' for name in FIXED)
    op.execute(
        f'CREATE TRIGGER "payee_version_no_update" BEFORE UPDATE OF {columns} '
        f'ON "payee_version" {refuse}'
    )
    op.execute(
        f'CREATE TRIGGER "payee_version_no_delete" BEFORE DELETE ON "payee_version" {refuse}'
    )
    op.execute(COUNTS)


def downgrade() -> None:
    op.drop_table("payee_version")
