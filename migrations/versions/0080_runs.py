"""Distribution runs: what was received of claims, divided line by line, and what is set free."""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0071"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
FIXED = {
    "distribution_run": (
        *OWNED,
        "number",
        "kind",
        "first_month",
        "last_month",
        "follows_id",
        "until",
        "lines",
        "run_hash",
        "totals",
    ),
    "distribution_line": (
        *OWNED,
        "run_id",
        "live_key",
        "payee_id",
        "outcome",
        "reason",
        "transaction_id",
        "performer_id",
        "earned_period",
        "currency",
        "rates_id",
        "category",
        "authority",
        "received_micro",
        "drawn_micro",
        "cost_micro",
        "social_micro",
        "reserve_micro",
        "tax_micro",
        "surcharge_micro",
        "net_micro",
        "stays_micro",
        "lacking_micro",
        "booked_as",
    ),
    "distribution_release": (
        *OWNED,
        "run_id",
        "source",
        "performer_id",
        "payee_id",
        "currency",
        "outcome",
        "reason",
        "authority",
        "tax_micro",
        "surcharge_micro",
        "net_micro",
        "booked_as",
    ),
}
GUARDS = (
    (
        'CREATE TRIGGER "distribution_run_steps" BEFORE UPDATE ON distribution_run WHEN NOT '
        "((OLD.state = 'DRAFT' AND NEW.state IN ('PROPOSED', 'DROPPED')) OR (OLD.state = "
        "'PROPOSED' AND NEW.state IN ('CLOSED', 'DROPPED'))) BEGIN SELECT RAISE(ABORT, "
        "'a run goes from DRAFT over PROPOSED to CLOSED'); END"
    ),
    (
        'CREATE TRIGGER "distribution_run_begins" BEFORE INSERT ON distribution_run WHEN '
        "NEW.state <> 'DRAFT' BEGIN SELECT RAISE(ABORT, 'a run begins as a draft'); END"
    ),
    (
        'CREATE TRIGGER "distribution_line_whole" BEFORE INSERT ON distribution_line WHEN '
        "EXISTS (SELECT 1 FROM distribution_run WHERE id = NEW.run_id) BEGIN SELECT "
        "RAISE(ABORT, 'a run takes no more lines'); END"
    ),
    (
        'CREATE TRIGGER "distribution_release_whole" BEFORE INSERT ON distribution_release WHEN '
        "EXISTS (SELECT 1 FROM distribution_run WHERE id = NEW.run_id) BEGIN SELECT "
        "RAISE(ABORT, 'a run takes no more lines'); END"
    ),
)


def upgrade() -> None:
    _run()
    _texts_and_sums(
        "distribution_line",
        sa.UniqueConstraint("run_id", "live_key", "payee_id", "outcome"),
    )
    _texts_and_sums(
        "distribution_release",
        sa.UniqueConstraint("run_id", "source", "performer_id", "payee_id", "currency"),
    )
    op.create_index(
        "distribution_run_unfinished",
        "distribution_run",
        ["tenant_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('DRAFT', 'PROPOSED')"),
    )
    op.create_index("distribution_line_claim", "distribution_line", ["live_key"])
    op.create_index(
        "distribution_line_performer", "distribution_line", ["performer_id", "earned_period"]
    )
    op.create_index(
        "book_transaction_run",
        "book_transaction",
        ["run_id"],
        sqlite_where=sa.text("run_id IS NOT NULL"),
    )
    for table, columns in FIXED.items():
        op.create_index(f"ix_{table}_tenant_id", table, ["tenant_id"])
        _append_only(table, columns)
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    op.drop_index("book_transaction_run", "book_transaction")
    for name in ("distribution_release", "distribution_line", "distribution_run"):
        op.drop_table(name)


def _run() -> None:
    op.create_table(
        "distribution_run",
        *(sa.Column(name, _kind(name), nullable=False) for name in OWNED),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first_month", sa.String(), nullable=False),
        sa.Column("last_month", sa.String(), nullable=False),
        sa.Column("follows_id", sa.String(), nullable=True),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("run_hash", sa.String(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("approval_id", sa.String(), nullable=True),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("log_index", sa.Integer(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'CLOSED') = (log_index IS NOT NULL)", name="logged"),
        sa.CheckConstraint("(kind = 'first') = (follows_id IS NULL)", name="family"),
        sa.ForeignKeyConstraint(["follows_id"], ["distribution_run.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "number"),
    )


def _texts_and_sums(table: str, unique: sa.UniqueConstraint) -> None:
    op.create_table(
        table,
        *(sa.Column(name, _kind(name), nullable=False) for name in FIXED[table]),
        sa.ForeignKeyConstraint(
            ["run_id"], ["distribution_run.id"], deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id"),
        unique,
    )


def _kind(column: str) -> sa.types.TypeEngine[object]:
    if column == "recorded_at":
        return sa.Text()
    return sa.BigInteger() if column.endswith("_micro") else sa.String()


def _append_only(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
