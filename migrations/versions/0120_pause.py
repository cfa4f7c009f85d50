"""Consent that performers suspend for a time by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0120"
down_revision = "0113"
branch_labels = None
depends_on = None

FIXED = (
    "id",
    "tenant_id",
    "audience",
    "recorded_at",
    "performer_id",
    "seq",
    "kinds",
    "since",
    "until",
)


def upgrade() -> None:
    op.create_table(
        "pause",
        *(sa.Column(name, sa.String(), nullable=False) for name in FIXED[:3]),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.Text(), nullable=True),
        sa.Column("lifted_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("lifted_seq"),
    )
    for name in ("tenant_id", "performer_id"):
        op.create_index(f"ix_pause_{name}", "pause", [name])
    fixed = ", ".join(f'"{name}"' for name in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'pause is append-only'); END"
    op.execute(f'CREATE TRIGGER "pause_no_update" BEFORE UPDATE OF {fixed} ON "pause" {refuse}')
    op.execute(f'CREATE TRIGGER "pause_no_delete" BEFORE DELETE ON "pause" {refuse}')


def downgrade() -> None:
    op.drop_table("pause")
