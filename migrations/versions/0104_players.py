"""Players that report by a key of their own, and what they saw."""

import sqlalchemy as sa
from alembic import op

revision = "0104"
down_revision = "0108"
branch_labels = None
depends_on = None

FIXED = ("id", "tenant_id", "audience", "recorded_at", "label", "did", "scope_id")


def upgrade() -> None:
    op.create_table(
        "player",
        *_owned(),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("did", sa.String(), nullable=False),
        sa.Column("scope_id", sa.String(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("did"),
    )
    op.create_index("ix_player_tenant_id", "player", ["tenant_id"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'player is append-only'); END"
    op.execute(f'CREATE TRIGGER "player_no_update" BEFORE UPDATE OF {fixed} ON "player" {refuse}')
    op.execute(f'CREATE TRIGGER "player_no_delete" BEFORE DELETE ON "player" {refuse}')
    op.create_table(
        "player_event",
        *_owned(),
        sa.Column("player_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("territory", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("watched_ms", sa.BigInteger(), nullable=True),
        sa.Column("amount_micro", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["player_id"], ["player.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    place = ["tenant_id", "period", "cut_id", "territory"]
    op.create_index("player_event_month", "player_event", place)
    op.create_index("player_event_period", "player_event", ["period"])


def downgrade() -> None:
    op.drop_table("player_event")
    op.drop_table("player")


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
