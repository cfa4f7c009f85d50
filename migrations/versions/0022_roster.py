"""Rosters by reference, and quotas of enrolments that were lifted."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0027"
branch_labels = None
depends_on = None

FIXED = {
    "quota_lift": ("id", "tenant_id", "audience", "recorded_at", "month", "enrolments", "seq"),
}


def upgrade() -> None:
    op.create_table(
        "roster_entry",
        *_owned(),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["performer_id"], ["performer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "reference"),
    )
    op.create_table(
        "quota_lift",
        *_owned(),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("enrolments", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    _index("roster_entry", "tenant_id", "performer_id")
    _index("quota_lift", "tenant_id")
    for table, columns in FIXED.items():
        _fix(table, columns)


def downgrade() -> None:
    for table in ("quota_lift", "roster_entry"):
        op.drop_table(table)


def _fix(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')


def _index(table: str, *columns: str) -> None:
    for column in columns:
        op.create_index(f"ix_{table}_{column}", table, [column])


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )
