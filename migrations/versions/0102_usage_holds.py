"""Usage lines that wait for a person, and how many of an import do."""

import sqlalchemy as sa
from alembic import op

revision = "0102"
down_revision = "0078"
branch_labels = None
depends_on = None

FIXED = (
    *("id", "tenant_id", "audience", "recorded_at"),
    *("line_id", "cut_id", "period", "rules_id", "reasons"),
)
DECISION = ("state", "approval_id", "decided_at")
GROWING = (
    *("lines", "accepted", "duplicates", "overlapping", "rejected"),
    *("form", "running", "reached_line"),
)


def upgrade() -> None:
    op.create_table(
        "usage_hold",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("rules_id", sa.String(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=True),
        sa.Column("decided_at", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["line_id"], ["usage_line.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id"),
    )
    op.create_index("ix_usage_hold_tenant_id", "usage_hold", ["tenant_id"])
    op.create_index("usage_hold_open", "usage_hold", ["tenant_id", "state", "id"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'usage_hold is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "usage_hold_no_update" BEFORE UPDATE OF {fixed} ON "usage_hold" {refuse}'
    )
    op.execute(f'CREATE TRIGGER "usage_hold_no_delete" BEFORE DELETE ON "usage_hold" {refuse}')
    op.execute(
        f'CREATE TRIGGER "usage_hold_decided" BEFORE UPDATE OF {", ".join(DECISION)} ON usage_hold '
        "WHEN OLD.state IS NOT 'HELD' "
        "BEGIN SELECT RAISE(ABORT, 'what was decided on a held line stays'); END"
    )
    op.execute('DROP TRIGGER "usage_import_ended"')
    op.add_column("usage_import", sa.Column("held", sa.Integer(), nullable=True))
    _ended((*GROWING, "held"))


def downgrade() -> None:
    op.execute('DROP TRIGGER "usage_import_ended"')
    op.drop_column("usage_import", "held")
    _ended(GROWING)
    op.drop_table("usage_hold")


def _ended(columns: tuple[str, ...]) -> None:
    op.execute(
        f'CREATE TRIGGER "usage_import_ended" BEFORE UPDATE OF {", ".join(columns)} '
        "ON usage_import WHEN OLD.running IS NOT 1 "
        "BEGIN SELECT RAISE(ABORT, 'an import that has ended stays as it is'); END"
    )
