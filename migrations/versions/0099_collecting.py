"""Collecting mandates, licences that say otherwise, and what was decided of them."""

import sqlalchemy as sa
from alembic import op

revision = "0099"
down_revision = "0103"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
FIXED = {
    "collecting_mandate": (
        *OWNED,
        *("seq", "mandate_id", "version", "society_id", "giver_id", "document", "approval_id"),
    ),
    "collecting_conflict": (
        *OWNED,
        *("seq", "licence_id", "licensee_id", "performer_id", "mandate_id"),
    ),
    "collecting_settlement": (*OWNED, "seq", "conflict_id", "collects", "decided_by"),
}


def upgrade() -> None:
    op.create_table(
        "collecting_mandate",
        *_owned(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("society_id", sa.String(), nullable=False),
        sa.Column("giver_id", sa.String(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("approval_id"),
        sa.UniqueConstraint("mandate_id", "version"),
        sa.UniqueConstraint("seq"),
    )
    op.create_table(
        "collecting_conflict",
        *_owned(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("licence_id", sa.String(), nullable=False),
        sa.Column("licensee_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("mandate_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("licence_id", "tenant_id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_table(
        "collecting_settlement",
        *_owned(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("conflict_id", sa.String(), nullable=False),
        sa.Column("collects", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conflict_id"], ["collecting_conflict.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for table in FIXED:
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        _append_only(table)
    op.create_index("ix_collecting_mandate_giver_id", "collecting_mandate", ["giver_id"])
    op.create_index("ix_collecting_conflict_licence_id", "collecting_conflict", ["licence_id"])
    op.create_index("ix_collecting_conflict_licensee_id", "collecting_conflict", ["licensee_id"])
    op.create_index(
        "ix_collecting_settlement_conflict_id", "collecting_settlement", ["conflict_id"]
    )


def downgrade() -> None:
    for table in reversed(FIXED):
        op.drop_table(table)


def _owned() -> list[sa.Column[str]]:
    return [
        sa.Column(name, sa.Text() if name == "recorded_at" else sa.String(), nullable=False)
        for name in OWNED
    ]


def _append_only(table: str) -> None:
    fixed = ", ".join(f'"{column}"' for column in FIXED[table])
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
