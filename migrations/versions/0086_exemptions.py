"""Certificates of exemption from withheld tax, each book's own."""

import sqlalchemy as sa
from alembic import op

revision = "0086"
down_revision = "0094"
branch_labels = None
depends_on = None

FIXED = ("id", "tenant_id", "audience", "recorded_at", "payee_id", "numerator", "denominator")
FIXED += ("valid_from", "valid_until", "approval_id")
GRANTED = (
    'CREATE TRIGGER "tax_exemption_granted" BEFORE UPDATE OF granted_at ON tax_exemption '
    "WHEN OLD.granted_at IS NOT NULL "
    "BEGIN SELECT RAISE(ABORT, 'an exemption is granted once'); END"
)


def upgrade() -> None:
    op.create_table(
        "tax_exemption",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("payee_id", sa.String(), nullable=False),
        sa.Column("sealed_certificate", sa.LargeBinary(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.Column("granted_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("tenant_id", "payee_id"):
        op.create_index(f"ix_tax_exemption_{name}", "tax_exemption", [name])
    refuse = "BEGIN SELECT RAISE(ABORT, 'tax_exemption is append-only'); END"
    columns = ", ".join(f'"{name}"' for name in FIXED)
    op.execute(
        f'CREATE TRIGGER "tax_exemption_no_update" BEFORE UPDATE OF {columns} '
        f'ON "tax_exemption" {refuse}'
    )
    op.execute(
        f'CREATE TRIGGER "tax_exemption_no_delete" BEFORE DELETE ON "tax_exemption" {refuse}'
    )
    op.execute(GRANTED)


def downgrade() -> None:
    op.drop_table("tax_exemption")
