"""Frameworks of unions, and which licences were made under them."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0058"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
FIXED = {
    "framework": (
        *OWNED,
        "framework_id",
        "version",
        "group_id",
        "document",
        "digest",
        "seq",
        "log_index",
    ),
    "licence_framework": (*OWNED, "licence_id", "framework_id", "version", "group_id", "suspends"),
}


def upgrade() -> None:
    op.create_table(
        "framework",
        *_owned(),
        sa.Column("framework_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("log_index", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["performer_group.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("framework_id", "version"),
        sa.UniqueConstraint("seq"),
    )
    op.create_table(
        "licence_framework",
        *_owned(),
        sa.Column("licence_id", sa.String(), nullable=False),
        sa.Column("framework_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("suspends", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"]),
        sa.ForeignKeyConstraint(["group_id"], ["performer_group.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("licence_id"),
    )
    for table, columns in FIXED.items():
        for column in ("tenant_id", "group_id"):
            op.create_index(f"ix_{table}_{column}", table, [column])
        _append_only(table, columns)


def downgrade() -> None:
    op.drop_table("licence_framework")
    op.drop_table("framework")


def _owned() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )


def _append_only(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
