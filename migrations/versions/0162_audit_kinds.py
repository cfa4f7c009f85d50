"""Decisions by their kind, so that who decided what can be narrowed without reading all of it."""

from alembic import op

revision = "0162"
down_revision = "0152"
branch_labels = None
depends_on = None


def upgrade() -> None:
    columns = ["tenant_id", "action", "seq", "person", "subject"]
    op.create_index("audit_entry_kinds", "audit_entry", columns)


def downgrade() -> None:
    op.drop_index("audit_entry_kinds", "audit_entry")
