"""Societies whose book is in another registry, what they say their payments are for, and what was
booked by that."""

import sqlalchemy as sa
from alembic import op

revision = "0180"
down_revision = "0179"
branch_labels = None
depends_on = None

OWNED = ("id", "tenant_id", "audience", "recorded_at")
ADVICE = "remittance_advice"
OF_ADVICE = (
    *OWNED,
    *("seq", "registry_did", "payer_id", "reference", "currency", "amount_micro", "document"),
)
MATCH = "advice_match"
OF_MATCH = (
    *OWNED,
    *("seq", "advice_id", "receipt_id", "step", "amount_micro", "claims_micro", "lines"),
    "reason",
)
NUMBERS = {"amount_micro": sa.BigInteger(), "claims_micro": sa.BigInteger()}
TEXTS = {"recorded_at": sa.Text(), "lines": sa.Text()}
TYPES = {**TEXTS, "seq": sa.Integer(), "step": sa.Integer(), **NUMBERS}

MATCHED = "coalesce((SELECT sum(amount_micro) FROM receipt_allocation WHERE {}), 0)"
ADVISED = (
    "coalesce((SELECT sum(amount_micro) FROM advice_match WHERE receipt_id = NEW.receipt_id), 0)"
)
ALONE = MATCHED.format("receipt_id = NEW.receipt_id")
OF_RECEIPT = f"{ALONE} + {ADVISED}"
OF_BOTH = MATCHED.format("receipt_id = NEW.receipt_id AND invoice_id = NEW.invoice_id")
THERE = "(SELECT amount_micro FROM receipt WHERE id = NEW.receipt_id)"
REFUNDS = (
    "FROM receipt_refund JOIN payout ON payout.id = receipt_refund.id"
    " WHERE receipt_refund.receipt_id = NEW.receipt_id AND payout.state"
)
SENT_BACK = (
    f"coalesce((SELECT sum(receipt_refund.amount_micro) {REFUNDS} IN ('sent', 'settled')), 0)"
)
PROPOSED = f"EXISTS (SELECT 1 {REFUNDS} = 'pending')"


def upgrade() -> None:
    op.add_column("tenant", sa.Column("registry_did", sa.String(), nullable=True))
    _table(
        ADVICE,
        OF_ADVICE,
        sa.UniqueConstraint("tenant_id", "registry_did", "reference"),
    )
    _table(
        MATCH,
        OF_MATCH,
        sa.UniqueConstraint("advice_id", "step"),
        sa.ForeignKeyConstraint(["advice_id"], [f"{ADVICE}.id"]),
        sa.ForeignKeyConstraint(["receipt_id"], ["receipt.id"]),
    )
    op.create_index(f"ix_{MATCH}_receipt_id", MATCH, ["receipt_id"])
    _guard(
        "advice_match_covered",
        MATCH,
        f"{OF_RECEIPT} + NEW.amount_micro NOT BETWEEN 0 AND {THERE} - {SENT_BACK}"
        f" OR {ADVISED} + NEW.amount_micro < 0",
        "no more is booked by an advice than came in",
    )
    _guard(
        "advice_match_alike",
        MATCH,
        "NOT EXISTS (SELECT 1 FROM receipt JOIN remittance_advice USING"
        " (tenant_id, currency, amount_micro) WHERE receipt.id = NEW.receipt_id"
        " AND remittance_advice.id = NEW.advice_id AND tenant_id = NEW.tenant_id)",
        "an advice explains a payment of its own book, amount and currency",
    )
    _guard(
        "advice_match_waits",
        MATCH,
        f"NEW.amount_micro > 0 AND {PROPOSED}",
        "nothing is booked while a refund is proposed",
    )
    _covered(OF_RECEIPT)


def downgrade() -> None:
    _covered(ALONE)
    op.drop_table(MATCH)
    op.drop_table(ADVICE)
    op.drop_column("tenant", "registry_did")


def _table(name: str, columns: tuple[str, ...], *more: sa.Constraint) -> None:
    op.create_table(
        name,
        *(sa.Column(one, _type(one), nullable=False) for one in columns),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("seq"),
        *more,
    )
    op.create_index(f"ix_{name}_tenant_id", name, ["tenant_id"])
    fixed = ", ".join(f'"{one}"' for one in columns)
    _refuse(f"{name}_no_update", f'UPDATE OF {fixed} ON "{name}"', "", f"{name} is append-only")
    _refuse(f"{name}_no_delete", f'DELETE ON "{name}"', "", f"{name} is append-only")


def _type(column: str) -> sa.types.TypeEngine[object]:
    found = sa.LargeBinary() if column == "document" else TYPES.get(column)
    return sa.String() if found is None else found


def _covered(matched: str) -> None:
    """Refuse to match, and to send back, more of a receipt than is left by this count."""
    op.execute("DROP TRIGGER receipt_allocation_covered")
    _guard(
        "receipt_allocation_covered",
        "receipt_allocation",
        f"{matched} + NEW.amount_micro NOT BETWEEN 0 AND {THERE} - {SENT_BACK}"
        f" OR {OF_BOTH} + NEW.amount_micro < 0",
        "no more is matched than came in",
    )
    op.execute("DROP TRIGGER receipt_refund_covered")
    _guard(
        "receipt_refund_covered",
        "receipt_refund",
        f"{PROPOSED} OR NEW.amount_micro <= 0"
        f" OR {matched} + {SENT_BACK} + NEW.amount_micro > {THERE}",
        "no more is sent back than is unmatched",
    )


def _guard(name: str, table: str, when: str, says: str) -> None:
    _refuse(name, f"INSERT ON {table}", f" WHEN {when}", says)


def _refuse(name: str, event: str, when: str, says: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
    op.execute(f'CREATE TRIGGER "{name}" BEFORE {event}{when} {refuse}')
