"""A tenant's performers are read page by page in the order of their ids, without sorting them."""

import sqlalchemy as sa
from alembic import op

revision = "0186"
down_revision = "0185"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "performer_page",
        "performer",
        ["tenant_id", "id"],
        unique=True,
        sqlite_where=sa.text("erased_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("performer_page", "performer")
