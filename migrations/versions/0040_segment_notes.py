"""What of a scanned segment could not be read."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "scan_segment", sa.Column("notes", sa.Text(), nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("scan_segment", "notes")
