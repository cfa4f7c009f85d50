"""Cuts by their works, works by their titles, the newest decision on a cut, open invoices."""

from alembic import op

revision = "0136"
down_revision = "0135"
branch_labels = None
depends_on = None

SUMS = ("net_micro", "vat_micro")


def upgrade() -> None:
    op.create_index("work_title", "work", ["tenant_id", "title", "id"], unique=True)
    op.drop_index("ix_cut_work_id", "cut")
    op.create_index("cut_of_work", "cut", ["work_id", "id"], unique=True)
    op.drop_index("ix_clearance_cut_id", "clearance")
    op.drop_index("clearance_newest", "clearance")
    op.create_index("clearance_newest", "clearance", ["cut_id", "seq", "verdict", "tenant_id"])
    op.create_index(
        "invoice_asks", "invoice", ["tenant_id", "kind", "due_on", "currency", *SUMS, "id"]
    )
    op.drop_index("ix_invoice_credits_id", "invoice")
    op.create_index("invoice_credited", "invoice", ["credits_id", *SUMS])
    op.drop_index("ix_receipt_allocation_invoice_id", "receipt_allocation")
    op.create_index("receipt_allocation_paid", "receipt_allocation", ["invoice_id", "amount_micro"])


def downgrade() -> None:
    op.drop_index("receipt_allocation_paid", "receipt_allocation")
    op.create_index("ix_receipt_allocation_invoice_id", "receipt_allocation", ["invoice_id"])
    op.drop_index("invoice_credited", "invoice")
    op.create_index("ix_invoice_credits_id", "invoice", ["credits_id"])
    op.drop_index("invoice_asks", "invoice")
    op.drop_index("clearance_newest", "clearance")
    op.create_index("clearance_newest", "clearance", ["cut_id", "seq"])
    op.create_index("ix_clearance_cut_id", "clearance", ["cut_id"])
    op.drop_index("cut_of_work", "cut")
    op.create_index("ix_cut_work_id", "cut", ["work_id"])
    op.drop_index("work_title", "work")
