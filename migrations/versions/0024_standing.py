"""Standing declarations: drafts, signed ones, and one row per kind of use for search."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0047"
branch_labels = None
depends_on = None

TABLES = {
    "standing_draft": (
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("proof_id", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    ),
    "standing_declaration": (
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    ),
    "standing_entry": (
        sa.Column("declaration_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stance", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["declaration_id"], ["standing_declaration.id"]),
        sa.PrimaryKeyConstraint("id"),
    ),
}


def upgrade() -> None:
    for table, columns in TABLES.items():
        op.create_table(table, *_owned(), *columns)
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        names = ["id", "tenant_id", "audience", "recorded_at"]
        names += [column.name for column in columns if isinstance(column, sa.Column)]
        _fix(table, names)
    for table in ("standing_draft", "standing_declaration"):
        op.create_index(f"ix_{table}_performer_id", table, ["performer_id"])
    op.create_index("standing_entry_kind", "standing_entry", ["kind", "stance"])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _fix(table: str, names: list[str]) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    fixed = ", ".join(f'"{column}"' for column in names)
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
