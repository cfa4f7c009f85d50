"""What a run was dropped for."""

import sqlalchemy as sa
from alembic import op

revision = "0106"
down_revision = "0105"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("distribution_run", sa.Column("dropped_for", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("distribution_run", "dropped_for")
