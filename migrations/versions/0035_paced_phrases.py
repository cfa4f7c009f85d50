"""Each word of a phrase is shown at a moment of its own, counted from when the words began."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A phrase of before was shown whole: it has no moments, and is judged as it was.
    op.add_column(
        "challenge", sa.Column("shown_ms", sa.Text(), nullable=False, server_default="[]")
    )
    op.add_column("challenge", sa.Column("begun_at", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("challenge", "begun_at")
    op.drop_column("challenge", "shown_ms")
