"""People who are shut out of an organisation without losing their roles."""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("membership", sa.Column("disabled_at", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("membership", "disabled_at")
