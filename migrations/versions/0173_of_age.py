"""Who came of age is looked up with every request of an account that may be a guardian's."""

from alembic import op

revision = "0173"
down_revision = "0163"
branch_labels = None
depends_on = None

INDEX = ("ix_performer_born_on", "performer")


def upgrade() -> None:
    op.create_index(*INDEX, ["born_on"])


def downgrade() -> None:
    op.drop_index(INDEX[0], INDEX[1])
