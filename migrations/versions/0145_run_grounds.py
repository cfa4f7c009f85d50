"""What the lines of a run rest on, as one hash."""

import sqlalchemy as sa
from alembic import op

revision = "0145"
down_revision = "0140"
branch_labels = None
depends_on = None

TABLE = "distribution_run"
FIXED = (
    *("id", "tenant_id", "audience", "recorded_at", "number", "kind", "first_month"),
    *("last_month", "follows_id", "until", "lines", "run_hash"),
)


def upgrade() -> None:
    added = sa.Column("grounds", sa.String(), nullable=False, server_default=sa.text("''"))
    op.add_column(TABLE, added)
    _fix(*FIXED, "grounds", "totals")


def downgrade() -> None:
    _fix(*FIXED, "totals")
    op.drop_column(TABLE, "grounds")


def _fix(*columns: str) -> None:
    """Refuse to change these columns of a run."""
    names = ", ".join(f'"{name}"' for name in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{TABLE} is append-only'); END"
    op.execute(f'DROP TRIGGER "{TABLE}_no_update"')
    op.execute(f'CREATE TRIGGER "{TABLE}_no_update" BEFORE UPDATE OF {names} ON "{TABLE}" {refuse}')
