"""Shares that parties claim of a performer's money, and roles in a cut."""

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
COLUMNS = {
    "share_claim": ("performer_id", "cut_id", "share", "from_period"),
    "cast_credit": ("scope_id", "performer_id", "role"),
}
INDEXED = {"share_claim": "performer_id", "cast_credit": "scope_id"}


def upgrade() -> None:
    for table, names in COLUMNS.items():
        op.create_table(
            table,
            sa.Column("id", sa.String(), nullable=False),
            sa.Column("tenant_id", sa.String(), nullable=False),
            sa.Column("audience", sa.String(), nullable=False),
            sa.Column("recorded_at", sa.Text(), nullable=False),
            *(sa.Column(name, sa.String(), nullable=False) for name in names),
            sa.Column("seq", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("seq"),
        )
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        indexed = INDEXED[table]
        op.create_index(f"{table}_{indexed.removesuffix('_id')}", table, [indexed, "seq"])
        fixed = ", ".join(f'"{column}"' for column in (*OWNED, *names, "seq"))
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def downgrade() -> None:
    for table in reversed(COLUMNS):
        op.drop_table(table)
