"""What books list as unclaimed, and what was given up."""

import sqlalchemy as sa
from alembic import op

revision = "0107"
down_revision = "0097"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
LIST = ("kind", "year", "lines", "digest", "approval_id")
TEXTS = ("earned_period", "live_key", "transaction_id", "cut_id", "licensee_id", "payee_id")
LINE = ("list_id", "item_id", "account", "currency", "amount_micro", *TEXTS)
DECIDED = (
    'CREATE TRIGGER "unclaimed_list_decided" BEFORE UPDATE ON unclaimed_list '
    "WHEN OLD.state <> 'PROPOSED' "
    "BEGIN SELECT RAISE(ABORT, 'a list is decided once'); END"
)


def upgrade() -> None:
    op.create_table(
        "unclaimed_list",
        *_owned(),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("booked_at", sa.Text(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("(state = 'BOOKED') = (booked_at IS NOT NULL)", name="booked"),
    )
    op.create_table(
        "unclaimed_line",
        *_owned(),
        *(sa.Column(name, sa.String(), nullable=False) for name in LINE[:4]),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in TEXTS),
        sa.ForeignKeyConstraint(["list_id"], ["unclaimed_list.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_unclaimed_list_tenant_id", "unclaimed_list", ["tenant_id"])
    op.create_index(
        "unclaimed_list_waiting",
        "unclaimed_list",
        ["tenant_id", "year"],
        unique=True,
        sqlite_where=sa.text("state = 'PROPOSED'"),
    )
    for name in ("tenant_id", "list_id", "item_id", "transaction_id"):
        op.create_index(f"ix_unclaimed_line_{name}", "unclaimed_line", [name])
    for table, names in (("unclaimed_list", LIST), ("unclaimed_line", LINE)):
        fixed = ", ".join(f'"{name}"' for name in (*OWNED, *names))
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}'
        )
        op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
    op.execute(DECIDED)


def downgrade() -> None:
    op.drop_table("unclaimed_line")
    op.drop_table("unclaimed_list")


def _owned() -> list[sa.Column[str]]:
    texts = [sa.Column(name, sa.String(), nullable=False) for name in OWNED[:3]]
    return [*texts, sa.Column("recorded_at", sa.Text(), nullable=False)]
