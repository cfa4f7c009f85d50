"""Claims on an invoice by their ids: a credit note no longer sorts them for each page."""

from alembic import op

revision = "0169"
down_revision = "0172"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_invoice_line_invoice_id", "invoice_line")
    op.create_index("invoice_line_claims", "invoice_line", ["invoice_id", "transaction_id"])


def downgrade() -> None:
    op.drop_index("invoice_line_claims", "invoice_line")
    op.create_index("ix_invoice_line_invoice_id", "invoice_line", ["invoice_id"])
