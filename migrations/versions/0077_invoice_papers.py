"""Who is named on invoices, and their papers, both sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0077"
down_revision = "0093"
branch_labels = None
depends_on = None

FIXED = {
    "billing_party": ("id", "tenant_id", "audience", "recorded_at", "party_id", "version"),
    "invoice_paper": ("id", "tenant_id", "audience", "recorded_at", "invoice_id", "xml_sha256"),
}


def upgrade() -> None:
    op.create_table(
        "billing_party",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("party_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "party_id", "version"),
    )
    op.create_index(("ix_billing_party_tenant_id"), "billing_party", ["tenant_id"], unique=False)
    op.create_table(
        "invoice_paper",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("invoice_id", sa.String(), nullable=False),
        sa.Column("xml_sha256", sa.String(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_xml", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invoice_id"],
            ["invoice.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("invoice_id"),
    )
    op.create_index(("ix_invoice_paper_tenant_id"), "invoice_paper", ["tenant_id"], unique=False)
    for table, columns in FIXED.items():
        fixed = ", ".join(f'"{column}"' for column in columns)
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def downgrade() -> None:
    for table in reversed(FIXED):
        op.drop_table(table)
