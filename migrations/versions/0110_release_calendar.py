"""Decisions by the day of their release, so that a page of a calendar reads a page of rows."""

from alembic import op

revision = "0110"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "clearance_release", "clearance", ["tenant_id", "release_at", "cut_id", "verdict", "seq"]
    )
    op.create_index("clearance_newest", "clearance", ["cut_id", "seq"])


def downgrade() -> None:
    op.drop_index("clearance_newest", "clearance")
    op.drop_index("clearance_release", "clearance")
