"""Invoices, the claims on them, money that came in, and what it pays."""

import sqlalchemy as sa
from alembic import op

revision = "0076"
down_revision = "0084"
branch_labels = None
depends_on = None

FIXED = {
    "invoice": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "seq",
        "kind",
        "year",
        "no",
        "licensee_id",
        "month",
        "currency",
        "issued_on",
        "due_on",
        "lines",
        "claims_micro",
        "net_micro",
        "vat_micro",
        "credits_id",
        "reason",
        "tax",
    ),
    "invoice_line": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "invoice_id",
        "transaction_id",
        "turn",
        "follows",
        "amount_micro",
    ),
    "receipt": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "seq",
        "reference",
        "booked_on",
        "amount_micro",
        "currency",
        "licensee_id",
        "file_sha256",
    ),
    "receipt_allocation": (
        "id",
        "tenant_id",
        "audience",
        "recorded_at",
        "seq",
        "receipt_id",
        "invoice_id",
        "step",
        "amount_micro",
        "reason",
    ),
}
GUARDS = (
    (
        'CREATE TRIGGER "invoice_next" BEFORE INSERT ON invoice WHEN NEW.no <> 1 + '
        "coalesce((SELECT max(no) FROM invoice WHERE tenant_id = NEW.tenant_id AND year = "
        "NEW.year), 0) BEGIN SELECT RAISE(ABORT, 'numbers have no gaps'); END"
    ),
    (
        'CREATE TRIGGER "invoice_whole" BEFORE INSERT ON invoice WHEN NEW.lines <> (SELECT '
        "count(*) FROM invoice_line WHERE invoice_id = NEW.id) OR NEW.claims_micro <> (SELECT "
        "sum(amount_micro) FROM invoice_line WHERE invoice_id = NEW.id) BEGIN SELECT "
        "RAISE(ABORT, 'an invoice is the sum of its lines'); END"
    ),
    (
        'CREATE TRIGGER "invoice_line_whole" BEFORE INSERT ON invoice_line WHEN EXISTS (SELECT '
        "1 FROM invoice WHERE id = NEW.invoice_id) BEGIN SELECT RAISE(ABORT, 'an invoice takes "
        "no more lines'); END"
    ),
    (
        'CREATE TRIGGER "receipt_allocation_covered" BEFORE INSERT ON receipt_allocation WHEN '
        "coalesce((SELECT sum(amount_micro) FROM receipt_allocation WHERE receipt_id = "
        "NEW.receipt_id), 0) + NEW.amount_micro NOT BETWEEN 0 AND (SELECT amount_micro FROM "
        "receipt WHERE id = NEW.receipt_id) OR coalesce((SELECT sum(amount_micro) FROM "
        "receipt_allocation WHERE receipt_id = NEW.receipt_id AND invoice_id = NEW.invoice_id),"
        " 0) + NEW.amount_micro < 0 BEGIN SELECT RAISE(ABORT, 'no more is matched than came "
        "in'); END"
    ),
    (
        'CREATE TRIGGER "receipt_allocation_alike" BEFORE INSERT ON receipt_allocation WHEN NOT'
        " EXISTS (SELECT 1 FROM receipt JOIN invoice USING (tenant_id, currency) WHERE "
        "receipt.id = NEW.receipt_id AND invoice.id = NEW.invoice_id AND tenant_id = "
        "NEW.tenant_id) BEGIN SELECT RAISE(ABORT, 'a receipt pays in its own book and "
        "currency'); END"
    ),
)


def upgrade() -> None:
    op.create_table(
        "invoice",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("licensee_id", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("issued_on", sa.String(), nullable=False),
        sa.Column("due_on", sa.String(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("claims_micro", sa.BigInteger(), nullable=False),
        sa.Column("net_micro", sa.BigInteger(), nullable=False),
        sa.Column("vat_micro", sa.BigInteger(), nullable=False),
        sa.Column("credits_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("tax", sa.Text(), nullable=False),
        sa.CheckConstraint("(kind = 'credit-note') = (credits_id IS NOT NULL)", name="credits"),
        sa.ForeignKeyConstraint(
            ["credits_id"],
            ["invoice.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("tenant_id", "year", "no"),
    )
    op.create_index(("ix_invoice_credits_id"), "invoice", ["credits_id"], unique=False)
    op.create_index(("ix_invoice_licensee_id"), "invoice", ["licensee_id"], unique=False)
    op.create_index(("ix_invoice_tenant_id"), "invoice", ["tenant_id"], unique=False)
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("booked_on", sa.String(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("licensee_id", sa.String(), nullable=True),
        sa.Column("file_sha256", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("amount_micro > 0", name="above_nought"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("tenant_id", "reference"),
    )
    op.create_index(("ix_receipt_licensee_id"), "receipt", ["licensee_id"], unique=False)
    op.create_index(("ix_receipt_tenant_id"), "receipt", ["tenant_id"], unique=False)
    op.create_table(
        "receipt_allocation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.String(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("amount_micro <> 0", name="something"),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["receipt.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("receipt_id", "invoice_id", "step"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index(
        ("ix_receipt_allocation_invoice_id"), "receipt_allocation", ["invoice_id"], unique=False
    )
    op.create_index(
        ("ix_receipt_allocation_tenant_id"), "receipt_allocation", ["tenant_id"], unique=False
    )
    op.create_table(
        "invoice_line",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("(turn % 2 = 1) = (amount_micro > 0)", name="side"),
        sa.CheckConstraint(
            "(turn = 1 AND follows IS NULL) OR (turn > 1 AND follows = turn - 1)", name="turns"
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id", "follows"],
            ["invoice_line.transaction_id", "invoice_line.turn"],
        ),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["book_transaction.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("transaction_id", "turn"),
    )
    op.create_index(("ix_invoice_line_invoice_id"), "invoice_line", ["invoice_id"], unique=False)
    op.create_index(("ix_invoice_line_tenant_id"), "invoice_line", ["tenant_id"], unique=False)
    for table, columns in FIXED.items():
        fixed = ", ".join(f'"{column}"' for column in columns)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(FIXED):
        op.drop_table(table)
