"""Which use a clip is about, where it was found in a submission here and no file was handed in."""

import sqlalchemy as sa
from alembic import op

revision = "0134"
down_revision = "0117"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("found_clip", sa.Column("use_id", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("found_clip", "use_id")
