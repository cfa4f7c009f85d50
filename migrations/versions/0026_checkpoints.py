"""Keys and checkpoints of the public log, its witnesses and what they cosigned."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0029"
branch_labels = None
depends_on = None

FIXED = {
    "log_key": ("vkey", "recorded_at"),
    "log_checkpoint": ("size", "note", "recorded_at"),
    "log_witness": ("vkey", "recorded_at"),
    "log_cosignature": ("size", "vkey", "line", "recorded_at"),
}


def upgrade() -> None:
    op.create_table(
        "log_key",
        sa.Column("vkey", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("retired_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("vkey"),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "log_witness",
        sa.Column("vkey", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("vkey"),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("vkey", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoint.size"]),
        sa.ForeignKeyConstraint(["vkey"], ["log_witness.vkey"]),
        sa.PrimaryKeyConstraint("size", "vkey"),
    )
    for table, columns in FIXED.items():
        _refuse_changes(table, columns)


def downgrade() -> None:
    for table in ("log_cosignature", "log_witness", "log_checkpoint", "log_key"):
        op.drop_table(table)


def _refuse_changes(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
