"""Leaves of the log by kind, by time and by commitment, so that anybody may look for one."""

from alembic import op

revision = "0117"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("log_leaf_kind", "log_leaf", ["kind", "seq"])
    op.create_index("log_leaf_at", "log_leaf", ["at"])
    op.create_index("ix_log_leaf_commitment", "log_leaf", ["commitment"])


def downgrade() -> None:
    op.drop_index("ix_log_leaf_commitment", "log_leaf")
    op.drop_index("log_leaf_at", "log_leaf")
    op.drop_index("log_leaf_kind", "log_leaf")
