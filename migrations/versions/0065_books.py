"""Books of whoever collects: typed accounts, months that close, accruals apart from postings.

What stood in the ledger before is copied into the operator's book; the old rows stay as the public
log has their digests. Until now nothing had been received from a licensee, so what performers had
earned is `accrued` and not `payable` yet.
"""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0066"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
FIXED = {
    "book_period": (*OWNED, "month"),
    "book_transaction": (
        *OWNED,
        "seq",
        "kind",
        "facts_key",
        "reason",
        "earned_period",
        "posted_period",
        "reverses_id",
        "run_id",
        "pair_id",
    ),
    "book_entry": (
        *OWNED,
        "transaction_id",
        "position",
        "account_kind",
        "subject",
        "amount_micro",
        "currency",
    ),
    "accrual": (
        *OWNED,
        "transaction_id",
        "kind",
        "live_key",
        "revision",
        "follows_revision",
        "follows_kind",
        "licensee_id",
        "performer_id",
        "earned_period",
        "usage_line_id",
        "pins",
        "working",
    ),
    "book_exchange": (
        *OWNED,
        "from_transaction_id",
        "to_transaction_id",
        "base",
        "quote",
        "numerator",
        "denominator",
        "source",
        "day",
        "from_micro",
        "to_micro",
    ),
}
SUCCESSION = (
    "(kind = 'accrual' AND revision = 1 AND follows_revision IS NULL)"
    " OR (kind = 'accrual' AND follows_kind = 'reversal' AND follows_revision = revision - 1)"
    " OR (kind = 'reversal' AND follows_kind = 'accrual' AND follows_revision = revision)"
)
GUARDS = (
    (
        'CREATE TRIGGER "ledger_transaction_no_insert" BEFORE INSERT ON "ledger_transaction" '
        "WHEN 1 BEGIN SELECT RAISE(ABORT, 'ledger_transaction went into books'); END"
    ),
    (
        'CREATE TRIGGER "ledger_entry_no_insert" BEFORE INSERT ON "ledger_entry" WHEN 1 '
        "BEGIN SELECT RAISE(ABORT, 'ledger_entry went into books'); END"
    ),
    (
        'CREATE TRIGGER "book_period_steps" BEFORE UPDATE ON book_period WHEN NOT '
        "((OLD.state = 'OPEN' AND NEW.state = 'CLOSING') OR (OLD.state = 'CLOSING' AND "
        "NEW.state = 'OPEN') OR (OLD.state = 'CLOSING' AND NEW.state = 'CLOSED' AND NEW.root "
        "= OLD.root)) BEGIN SELECT RAISE(ABORT, 'a month goes from OPEN over CLOSING to "
        "CLOSED'); END"
    ),
    (
        'CREATE TRIGGER "book_period_begins" BEFORE INSERT ON book_period WHEN NEW.state <> '
        "'OPEN' BEGIN SELECT RAISE(ABORT, 'a month begins open'); END"
    ),
    (
        'CREATE TRIGGER "book_transaction_open" BEFORE INSERT ON book_transaction WHEN NOT '
        "EXISTS (SELECT 1 FROM book_period WHERE tenant_id = NEW.tenant_id AND month = "
        "NEW.posted_period AND state = 'OPEN') BEGIN SELECT RAISE(ABORT, 'the month takes no "
        "postings'); END"
    ),
    (
        'CREATE TRIGGER "book_transaction_zero" BEFORE INSERT ON book_transaction WHEN NOT '
        "EXISTS (SELECT 1 FROM book_entry WHERE transaction_id = NEW.id) OR EXISTS (SELECT 1 "
        "FROM book_entry WHERE transaction_id = NEW.id AND tenant_id <> NEW.tenant_id) OR "
        "EXISTS (SELECT 1 FROM book_entry WHERE transaction_id = NEW.id GROUP BY currency "
        "HAVING sum(amount_micro % 4294967296) % 4294967296 <> 0 OR sum(amount_micro / "
        "4294967296) + sum(amount_micro % 4294967296) / 4294967296 <> 0) BEGIN SELECT "
        "RAISE(ABORT, 'it does not net to zero'); END"
    ),
    (
        'CREATE TRIGGER "book_transaction_reverses" BEFORE INSERT ON book_transaction WHEN '
        "NEW.reverses_id IS NOT NULL AND (EXISTS (SELECT 1 FROM book_entry WHERE "
        "transaction_id IN (NEW.id, NEW.reverses_id) GROUP BY account_kind, subject, "
        "currency HAVING sum(amount_micro % 4294967296) % 4294967296 <> 0 OR "
        "sum(amount_micro / 4294967296) + sum(amount_micro % 4294967296) / 4294967296 <> 0) "
        "OR NOT EXISTS (SELECT 1 FROM book_transaction WHERE id = NEW.reverses_id AND kind "
        "<> 'reversal' AND tenant_id = NEW.tenant_id)) BEGIN SELECT RAISE(ABORT, 'it "
        "reverses nothing'); END"
    ),
    (
        'CREATE TRIGGER "book_transaction_pair" BEFORE INSERT ON book_transaction WHEN '
        "NEW.kind = 'fx' AND NOT EXISTS (SELECT 1 FROM book_exchange WHERE id = NEW.pair_id "
        "AND NEW.id IN (from_transaction_id, to_transaction_id)) BEGIN SELECT RAISE(ABORT, "
        "'an exchange has two legs'); END"
    ),
    (
        'CREATE TRIGGER "book_entry_whole" BEFORE INSERT ON book_entry WHEN EXISTS (SELECT 1 '
        "FROM book_transaction WHERE id = NEW.transaction_id) BEGIN SELECT RAISE(ABORT, 'a "
        "booked transaction takes no more entries'); END"
    ),
)
# The book is the operator's: nobody else had a mandate to collect.
BOOK = "(SELECT id FROM tenant WHERE kind = 'operator' ORDER BY created_at, id LIMIT 1)"
COPY = (
    "INSERT INTO book_period (id, tenant_id, audience, recorded_at, month, state, transactions,"
    " single_operator) SELECT 'per_' || substr(min(id), 5), b, 'owner', min(recorded_at),"
    " substr(recorded_at, 1, 7), 'OPEN', 0, 0 FROM ledger_transaction, (SELECT <BOOK> AS b)"
    " GROUP BY substr(recorded_at, 1, 7)",
    "INSERT INTO book_entry (id, tenant_id, audience, recorded_at, transaction_id, position,"
    " account_kind, subject, amount_micro, currency) SELECT e.id, <BOOK>,"
    " CASE WHEN e.account LIKE 'receivable:%' THEN 'tenant:' || substr(e.account, 12)"
    " ELSE t.audience END, e.recorded_at, e.transaction_id, e.position,"
    " CASE WHEN e.account LIKE 'receivable:%' THEN 'receivable' ELSE 'accrued' END,"
    " CASE WHEN e.account LIKE 'receivable:%' THEN substr(e.account, 12) ELSE t.performer_id END,"
    " e.amount_micro, e.currency"
    " FROM ledger_entry e JOIN ledger_transaction t ON t.id = e.transaction_id ORDER BY e.rowid",
    "INSERT INTO book_transaction (id, tenant_id, audience, recorded_at, seq, kind, facts_key,"
    " reason, earned_period, posted_period, reverses_id) SELECT id, <BOOK>, audience,"
    " recorded_at, seq, kind, facts_key, reason, earned_period, substr(recorded_at, 1, 7),"
    " reverses_id FROM ledger_transaction ORDER BY seq",
    "INSERT INTO accrual (id, tenant_id, audience, recorded_at, transaction_id, kind, live_key,"
    " revision, follows_revision, follows_kind, licensee_id, performer_id, earned_period,"
    " usage_line_id, pins, working) SELECT 'acr_' || substr(id, 5), <BOOK>, audience,"
    " recorded_at, id, kind, live_key, revision, follows_revision, follows_kind, tenant_id,"
    " performer_id, earned_period, usage_line_id, pins, working"
    " FROM ledger_transaction ORDER BY seq",
)


def upgrade() -> None:
    _tables()
    for name in FIXED:
        op.create_index(f"ix_{name}_tenant_id", name, ["tenant_id"])
    op.create_index(
        "book_transaction_month", "book_transaction", ["tenant_id", "posted_period", "seq"]
    )
    op.create_index(
        "book_transaction_facts",
        "book_transaction",
        ["tenant_id", "kind", "facts_key"],
        unique=True,
        sqlite_where=sa.text("kind NOT IN ('accrual', 'reversal')"),
    )
    op.create_index("book_entry_account", "book_entry", ["account_kind", "subject"])
    op.create_index("accrual_statement", "accrual", ["performer_id", "earned_period"])
    for column in ("licensee_id", "usage_line_id"):
        op.create_index(f"ix_accrual_{column}", "accrual", [column])
    for table, columns in FIXED.items():
        _append_only(table, columns)
    for statement in COPY:
        op.execute(statement.replace("<BOOK>", BOOK))
    for statement in GUARDS:
        op.execute(statement)


def downgrade() -> None:
    for name in ("ledger_transaction", "ledger_entry"):
        op.execute(f'DROP TRIGGER "{name}_no_insert"')
    for name in ("book_exchange", "accrual", "book_entry", "book_transaction", "book_period"):
        op.drop_table(name)


def _tables() -> None:
    op.create_table(
        "book_period",
        *_owned(),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("transactions", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(), nullable=True),
        sa.Column("approval_id", sa.String(), nullable=True),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.Column("log_index", sa.Integer(), nullable=True),
        sa.Column("single_operator", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'OPEN') = (root IS NULL)", name="fixed"),
        sa.CheckConstraint("(state = 'CLOSED') = (log_index IS NOT NULL)", name="logged"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "month"),
    )
    op.create_table(
        "book_transaction",
        *_owned(),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts_key", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("earned_period", sa.String(), nullable=False),
        sa.Column("posted_period", sa.String(), nullable=False),
        sa.Column("reverses_id", sa.String(), nullable=True),
        sa.Column("run_id", sa.String(), nullable=True),
        sa.Column("pair_id", sa.String(), nullable=True),
        sa.CheckConstraint("(kind = 'reversal') = (reverses_id IS NOT NULL)", name="reversal"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "posted_period"], ["book_period.tenant_id", "book_period.month"]
        ),
        sa.ForeignKeyConstraint(["reverses_id"], ["book_transaction.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        sa.UniqueConstraint("reverses_id"),
    )
    op.create_table(
        "book_entry",
        *_owned(),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("amount_micro", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        _late("transaction_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("transaction_id", "position"),
    )
    op.create_table(
        "accrual",
        *_owned(),
        sa.Column("transaction_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("live_key", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("follows_revision", sa.Integer(), nullable=True),
        sa.Column("follows_kind", sa.String(), nullable=True),
        sa.Column("licensee_id", sa.String(), nullable=False),
        sa.Column("performer_id", sa.String(), nullable=False),
        sa.Column("earned_period", sa.String(), nullable=False),
        sa.Column("usage_line_id", sa.String(), nullable=False),
        sa.Column("pins", sa.Text(), nullable=False),
        sa.Column("working", sa.Text(), nullable=False),
        sa.CheckConstraint(SUCCESSION, name="succession"),
        sa.ForeignKeyConstraint(
            ["live_key", "follows_revision", "follows_kind"],
            [f"accrual.{name}" for name in ("live_key", "revision", "kind")],
        ),
        sa.ForeignKeyConstraint(["transaction_id"], ["book_transaction.id"]),
        sa.ForeignKeyConstraint(["usage_line_id"], ["usage_line.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("live_key", "revision", "kind"),
        sa.UniqueConstraint("transaction_id"),
    )
    op.create_table(
        "book_exchange",
        *_owned(),
        sa.Column("from_transaction_id", sa.String(), nullable=False),
        sa.Column("to_transaction_id", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("from_micro", sa.BigInteger(), nullable=False),
        sa.Column("to_micro", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("base <> quote AND numerator > 0 AND denominator > 0", name="rate"),
        _late("from_transaction_id"),
        _late("to_transaction_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("from_transaction_id"),
        sa.UniqueConstraint("to_transaction_id"),
    )


def _owned() -> tuple[sa.Column, ...]:
    return (
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.String(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
    )


def _late(column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], ["book_transaction.id"], deferrable=True, initially="DEFERRED"
    )


def _append_only(table: str, columns: tuple[str, ...]) -> None:
    fixed = ", ".join(f'"{column}"' for column in columns)
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    op.execute(f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {fixed} ON "{table}" {refuse}')
    op.execute(f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refuse}')
