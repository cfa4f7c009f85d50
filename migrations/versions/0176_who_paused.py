"""Which person began a pause: where several guardians speak, that one is asked before it ends."""

import sqlalchemy as sa
from alembic import op

revision = "0176"
down_revision = "0173b"
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
ADDED = "begun_by"


def upgrade() -> None:
    op.add_column("pause", sa.Column(ADDED, sa.String(), nullable=True))
    _guard(*FIXED, ADDED)


def downgrade() -> None:
    _guard(*FIXED)
    op.drop_column("pause", ADDED)


def _guard(*names: str) -> None:
    fixed = ", ".join(f'"{name}"' for name in names)
    refuse = "BEGIN SELECT RAISE(ABORT, 'pause is append-only'); END"
    op.execute('DROP TRIGGER "pause_no_update"')
    op.execute(f'CREATE TRIGGER "pause_no_update" BEFORE UPDATE OF {fixed} ON "pause" {refuse}')
