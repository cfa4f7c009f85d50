"""Reports that are missing: reminders, estimates, and months that the clock has done."""

import sqlalchemy as sa
from alembic import op

revision = "0103"
down_revision = "0106"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")


def upgrade() -> None:
    _table(
        "usage_reminder",
        sa.Column("licensee_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("titles", sa.Integer(), nullable=False),
        sa.UniqueConstraint("tenant_id", "period", "licensee_id", "level"),
    )
    _table(
        "usage_estimate",
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("rule_id", sa.String(), nullable=False),
        sa.Column("months", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.UniqueConstraint("cut_id", "period"),
    )
    op.create_index("ix_usage_estimate_period", "usage_estimate", ["period"])
    _table(
        "usage_sweep",
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.UniqueConstraint("tenant_id", "period", "step"),
    )


def downgrade() -> None:
    for name in ("usage_sweep", "usage_estimate", "usage_reminder"):
        op.drop_table(name)


def _table(name: str, *items: sa.Column[str] | sa.Column[int] | sa.UniqueConstraint) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *items,
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(f"ix_{name}_tenant_id", name, ["tenant_id"])
    own = [one.name for one in items if isinstance(one, sa.Column)]
    fixed = ", ".join(f'"{column}"' for column in (*OWNED, *own))
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{name}_no_update" BEFORE UPDATE OF {fixed} ON "{name}" {refuse}')
    op.execute(f'CREATE TRIGGER "{name}_no_delete" BEFORE DELETE ON "{name}" {refuse}')
