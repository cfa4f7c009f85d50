"""What whoever collects asks for uses that nobody licensed."""

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0091"
branch_labels = None
depends_on = None

FIXED = (
    *("id", "tenant_id", "audience", "recorded_at"),
    *("use_kind", "from_period", "tariff_id", "version", "digest", "currency", "rate_micro"),
    *("seq", "log_index"),
)


def upgrade() -> None:
    op.create_table(
        "unlicensed_price",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("use_kind", sa.String(), nullable=False),
        sa.Column("from_period", sa.String(), nullable=False),
        sa.Column("tariff_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("rate_micro", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(tariff_id = '') = (digest = '') AND (tariff_id = '') = (currency = '')", name="whole"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("ix_unlicensed_price_tenant_id", "unlicensed_price", ["tenant_id"])
    op.create_index("unlicensed_price_book", "unlicensed_price", ["tenant_id", "seq"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'unlicensed_price is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "unlicensed_price_no_update" BEFORE UPDATE OF {fixed}'
        f' ON "unlicensed_price" {refuse}'
    )
    op.execute(
        f'CREATE TRIGGER "unlicensed_price_no_delete" BEFORE DELETE ON "unlicensed_price" {refuse}'
    )


def downgrade() -> None:
    op.drop_table("unlicensed_price")
