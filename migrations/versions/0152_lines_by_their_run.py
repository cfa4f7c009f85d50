"""Lines of runs without an index of books: each is found by its run, its claim or its performer.

A book is one of a few that a registry has, and names nearly every line.
"""

from alembic import op

revision = "0152"
down_revision = "0149"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_distribution_line_tenant_id", "distribution_line")


def downgrade() -> None:
    op.create_index("ix_distribution_line_tenant_id", "distribution_line", ["tenant_id"])
