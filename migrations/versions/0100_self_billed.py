"""Self-billed notes with their papers."""

import sqlalchemy as sa
from alembic import op

revision = "0100"
down_revision = "0110"
branch_labels = None
depends_on = None

TEXTS = ("kind", "run_id", "payee_id", "month", "currency", "issued_on", "xml_sha256")
NUMBERS = ("seq", "year", "no", "lines")
AMOUNTS = ("claims_micro", "net_micro", "vat_micro", "withheld_micro")
FIXED = (
    *("id", "tenant_id", "audience", "recorded_at"),
    *("seq", "kind", "year", "no", "run_id", "payee_id", "month", "currency", "issued_on", "lines"),
    *(*AMOUNTS, "tax", "credits_id", "xml_sha256"),
)


def upgrade() -> None:
    op.create_table(
        "self_billed",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in NUMBERS),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in AMOUNTS),
        sa.Column("tax", sa.Text(), nullable=False),
        sa.Column("credits_id", sa.String(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_xml", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["distribution_run.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("tenant_id", "year", "no"),
        sa.UniqueConstraint("run_id", "payee_id", "currency"),
    )
    op.create_index("ix_self_billed_tenant_id", "self_billed", ["tenant_id"])
    op.create_index("ix_self_billed_payee_id", "self_billed", ["payee_id"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'self_billed is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "self_billed_no_update" BEFORE UPDATE OF {fixed} ON "self_billed" {refuse}'
    )
    op.execute(f'CREATE TRIGGER "self_billed_no_delete" BEFORE DELETE ON "self_billed" {refuse}')


def downgrade() -> None:
    op.drop_table("self_billed")
