"""How senders write their reports, what the world calls a cut, and imports that go on."""

import sqlalchemy as sa
from alembic import op

revision = "0071"
down_revision = "0092"
branch_labels = None
depends_on = None

GROWING = (
    *("lines", "accepted", "duplicates", "overlapping", "rejected"),
    *("form", "running", "reached_line"),
)
IMPORT_OWN = ("id", "tenant_id", "audience", "recorded_at", "file_sha256")
IMPORT_ADDED = {
    "sender": "VARCHAR",
    "form": "VARCHAR",
    "running": "BOOLEAN",
    "reached_line": "INTEGER",
    "rejects_object": "VARCHAR",
}
MAPPING_FIXED = ("id", "tenant_id", "audience", "recorded_at", "sender", "mapping")
ENDED = (
    'CREATE TRIGGER "usage_import_ended" BEFORE UPDATE OF '
    "lines, accepted, duplicates, overlapping, rejected, form, running, reached_line "
    "ON usage_import WHEN OLD.running IS NOT 1 "
    "BEGIN SELECT RAISE(ABORT, 'an import that has ended stays as it is'); END"
)


def upgrade() -> None:
    for name, kind in IMPORT_ADDED.items():
        op.execute(f"ALTER TABLE usage_import ADD COLUMN {name} {kind}")
    _fixed("usage_import", (*IMPORT_OWN, "sender"))
    op.execute(ENDED)
    op.create_table(
        "usage_mapping",
        *_owned(),
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_usage_mapping_tenant_id", "usage_mapping", ["tenant_id"])
    op.create_index(
        "usage_mapping_in_force",
        "usage_mapping",
        ["tenant_id", "sender"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
    )
    _fixed("usage_mapping", MAPPING_FIXED)
    _no_delete("usage_mapping")
    op.create_table(
        "cut_identifier",
        *_owned(),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["cut_id"], ["cut.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "scheme", "value"),
    )
    op.create_index("ix_cut_identifier_tenant_id", "cut_identifier", ["tenant_id"])
    op.create_index("ix_cut_identifier_cut_id", "cut_identifier", ["cut_id"])
    op.create_index("cut_identifier_value", "cut_identifier", ["scheme", "value"])


def downgrade() -> None:
    op.drop_table("cut_identifier")
    op.drop_table("usage_mapping")
    op.execute("DROP TRIGGER usage_import_ended")
    op.execute("DROP TRIGGER usage_import_no_update")
    for name in IMPORT_ADDED:
        op.execute(f"ALTER TABLE usage_import DROP COLUMN {name}")
    counts = ("lines", "accepted", "duplicates", "overlapping", "rejected")
    _trigger("usage_import", (*IMPORT_OWN, *counts))


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )


def _fixed(table: str, columns: tuple[str, ...]) -> None:
    op.execute(f'DROP TRIGGER IF EXISTS "{table}_no_update"')
    _trigger(table, columns)


def _trigger(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')


def _no_delete(table: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
