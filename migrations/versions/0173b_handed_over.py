"""Whose an account in an organisation of one family is, once that person came of age."""

import sqlalchemy as sa
from alembic import op

revision = "0173b"
down_revision = "0173"
branch_labels = None
depends_on = None

TABLES = ("invitation", "membership")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("performer_id", sa.String(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "performer_id")
