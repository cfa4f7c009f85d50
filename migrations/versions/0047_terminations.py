"""Notices that end licences after the agreed days."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0028"
branch_labels = None
depends_on = None

FIXED = ("id", "tenant_id", "audience", "recorded_at", "licence_id", "by_tenant", "seq")
FIXED += ("ends_at", "log_index")


def upgrade() -> None:
    op.create_table(
        "licence_termination",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("licence_id", sa.String(), nullable=False),
        sa.Column("by_tenant", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.Text(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("licence_id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_licence_termination_tenant_id", "licence_termination", ["tenant_id"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'licence_termination is append-only'); END"
    op.execute(
        'CREATE TRIGGER "licence_termination_no_update" '
        f'BEFORE UPDATE OF {fixed} ON "licence_termination" {refuse}'
    )
    op.execute(
        'CREATE TRIGGER "licence_termination_no_delete" '
        f'BEFORE DELETE ON "licence_termination" {refuse}'
    )


def downgrade() -> None:
    op.drop_table("licence_termination")
