"""How thoroughly a scan looked, and how long a job still takes.

Scans made before were thorough ones.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("scan", sa.Column("mode", sa.String(), server_default="thorough", nullable=False))
    op.add_column("job", sa.Column("remaining_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("job", "remaining_seconds")
    op.drop_column("scan", "mode")
