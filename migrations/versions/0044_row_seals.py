"""Digests of append-only rows, each bound to a leaf of the public log."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0025"
branch_labels = None
depends_on = None

COLUMNS = (
    "table_name",
    "first_row",
    "last_row",
    "count",
    "columns",
    "digest",
    "log_index",
)


def upgrade() -> None:
    op.create_table(
        "log_seal",
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("last_row", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "first_row"),
    )
    fixed = ", ".join(f'"{column}"' for column in COLUMNS)
    refuse = "BEGIN SELECT RAISE(ABORT, 'log_seal is append-only'); END"
    op.execute(
        f'CREATE TRIGGER "log_seal_no_update" BEFORE UPDATE OF {fixed} ON "log_seal" {refuse}'
    )
    op.execute(f'CREATE TRIGGER "log_seal_no_delete" BEFORE DELETE ON "log_seal" {refuse}')


def downgrade() -> None:
    op.drop_table("log_seal")
