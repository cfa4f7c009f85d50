"""Approvals and notices per cut under a licence, and what a tenant wants of unknown people."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0040"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")


def upgrade() -> None:
    op.create_table(
        "cut_act",
        *_owned(),
        sa.Column("licence_id", sa.String(), nullable=False),
        sa.Column("cut_id", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    op.create_index("cut_act_of", "cut_act", ["licence_id", "cut_id"])
    op.create_table(
        "clearance_policy",
        *_owned(),
        sa.Column("unknowns", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
    )
    for table, column in (
        ("cut_act", "tenant_id"),
        ("cut_act", "cut_id"),
        ("clearance_policy", "tenant_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column])
    _append_only("cut_act", ("licence_id", "cut_id", "act", "seq"))
    _append_only("clearance_policy", ("unknowns", "seq"))


def downgrade() -> None:
    op.drop_table("clearance_policy")
    op.drop_table("cut_act")


def _owned() -> tuple[sa.Column[str], ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )


def _append_only(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in (*OWNED, *columns))
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
