"""How far the accruing of whole books is."""

import sqlalchemy as sa
from alembic import op

revision = "0097"
down_revision = "0100"
branch_labels = None
depends_on = None

FIXED = ("id", "tenant_id", "audience", "recorded_at", "cuts")
GROWING = ("running", "done", "after", "new", "unchanged", "reversed", "skipped", "kept")


def upgrade() -> None:
    op.create_table(
        "book_accrual",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("cuts", sa.Integer(), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("reversed", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_book_accrual_tenant_id", "book_accrual", ["tenant_id"])
    fixed = ", ".join(f'"{column}"' for column in FIXED)
    refuse = "BEGIN SELECT RAISE(ABORT, 'book_accrual is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "book_accrual_no_update" BEFORE UPDATE OF {fixed} '
        f'ON "book_accrual" {refuse}'
    )
    op.execute(f'CREATE TRIGGER "book_accrual_no_delete" BEFORE DELETE ON "book_accrual" {refuse}')
    op.execute(
        f'CREATE TRIGGER "book_accrual_ended" BEFORE UPDATE OF {", ".join(GROWING)} '
        "ON book_accrual WHEN OLD.running IS NOT 1 "
        "BEGIN SELECT RAISE(ABORT, 'an accruing that has ended stays as it is'); END"
    )


def downgrade() -> None:
    op.drop_table("book_accrual")
