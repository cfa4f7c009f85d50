"""Invoices in the order of their lists: the newest of a book, and what is due by a day."""

from alembic import op

revision = "0137"
down_revision = "0136"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("invoice_newest", "invoice", ["tenant_id", "seq"])
    op.create_index("invoice_due", "invoice", ["kind", "due_on", "seq"])


def downgrade() -> None:
    op.drop_index("invoice_due", "invoice")
    op.drop_index("invoice_newest", "invoice")
