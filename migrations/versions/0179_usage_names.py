"""What a usage line calls its title and its people, kept with the line."""

import sqlalchemy as sa
from alembic import op

revision = "0179"
down_revision = "0176"
branch_labels = None
depends_on = None

FIXED = (
    *("id", "tenant_id", "audience", "recorded_at", "import_id", "line_no", "cut_id"),
    *("territory", "period", "views", "reference", "content_hash", "unique_views"),
    *("watched_ms", "completion", "income_micro", "income_kind", "currency", "payments"),
    *("free", "subscribers", "days", "supersedes", "origin"),
)
ADDED = "names"


def upgrade() -> None:
    op.add_column("usage_line", sa.Column(ADDED, sa.Text(), nullable=True))
    _guard(*FIXED, ADDED)


def downgrade() -> None:
    _guard(*FIXED)
    op.drop_column("usage_line", ADDED)


def _guard(*names: str) -> None:
    fixed = ", ".join(f'"{name}"' for name in names)
    refuse = "BEGIN SELECT RAISE(ABORT, 'usage_line is append-only'); END"
    op.execute('DROP TRIGGER "usage_line_no_update"')
    made = f'CREATE TRIGGER "usage_line_no_update" BEFORE UPDATE OF {fixed} ON "usage_line"'
    op.execute(f"{made} {refuse}")
