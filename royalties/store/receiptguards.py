"""What the database refuses of money that came in: no millionth of it is ever there twice.

What was matched, what was sent back, and what waits for a clerk is always what came in. While a
refund waits for its second person nothing more is matched, so that it can still be sent.
"""

from core.appendonly import guard

_MATCHED = "coalesce((SELECT sum(amount_micro) FROM receipt_allocation WHERE {}), 0)"
_ADVISED = (
    "coalesce((SELECT sum(amount_micro) FROM advice_match WHERE receipt_id = NEW.receipt_id), 0)"
)
_OF_RECEIPT = f"{_MATCHED.format('receipt_id = NEW.receipt_id')} + {_ADVISED}"
_OF_BOTH = _MATCHED.format("receipt_id = NEW.receipt_id AND invoice_id = NEW.invoice_id")
_THERE = "(SELECT amount_micro FROM receipt WHERE id = NEW.receipt_id)"
_REFUNDS = (
    "FROM receipt_refund JOIN payout ON payout.id = receipt_refund.id"
    " WHERE receipt_refund.receipt_id = NEW.receipt_id AND payout.state"
)
_SENT_BACK = (
    f"coalesce((SELECT sum(receipt_refund.amount_micro) {_REFUNDS} IN ('sent', 'settled')), 0)"
)
_PROPOSED = f"EXISTS (SELECT 1 {_REFUNDS} = 'pending')"
ALLOCATIONS = (
    guard(
        "receipt_allocation_covered",
        "INSERT ON receipt_allocation",
        when=f"{_OF_RECEIPT} + NEW.amount_micro NOT BETWEEN 0 AND {_THERE} - {_SENT_BACK}"
        f" OR {_OF_BOTH} + NEW.amount_micro < 0",
        says="no more is matched than came in",
    ),
    guard(
        "receipt_allocation_alike",
        "INSERT ON receipt_allocation",
        when="NOT EXISTS (SELECT 1 FROM receipt JOIN invoice USING (tenant_id, currency)"
        " WHERE receipt.id = NEW.receipt_id AND invoice.id = NEW.invoice_id"
        " AND tenant_id = NEW.tenant_id)",
        says="a receipt pays in its own book and currency",
    ),
    guard(
        "receipt_allocation_waits",
        "INSERT ON receipt_allocation",
        when=f"NEW.amount_micro > 0 AND {_PROPOSED}",
        says="nothing is matched while a refund is proposed",
    ),
)
ADVISED = (
    guard(
        "advice_match_covered",
        "INSERT ON advice_match",
        when=f"{_OF_RECEIPT} + NEW.amount_micro NOT BETWEEN 0 AND {_THERE} - {_SENT_BACK}"
        f" OR {_ADVISED} + NEW.amount_micro < 0",
        says="no more is booked by an advice than came in",
    ),
    guard(
        "advice_match_alike",
        "INSERT ON advice_match",
        when="NOT EXISTS (SELECT 1 FROM receipt JOIN remittance_advice USING"
        " (tenant_id, currency, amount_micro) WHERE receipt.id = NEW.receipt_id"
        " AND remittance_advice.id = NEW.advice_id AND tenant_id = NEW.tenant_id)",
        says="an advice explains a payment of its own book, amount and currency",
    ),
    guard(
        "advice_match_waits",
        "INSERT ON advice_match",
        when=f"NEW.amount_micro > 0 AND {_PROPOSED}",
        says="nothing is booked while a refund is proposed",
    ),
)
REFUNDS = (
    guard(
        "receipt_refund_covered",
        "INSERT ON receipt_refund",
        when=f"{_PROPOSED} OR NEW.amount_micro <= 0"
        f" OR {_OF_RECEIPT} + {_SENT_BACK} + NEW.amount_micro > {_THERE}",
        says="no more is sent back than is unmatched",
    ),
    guard(
        "receipt_refund_alike",
        "INSERT ON receipt_refund",
        when="NOT EXISTS (SELECT 1 FROM receipt JOIN payout USING (tenant_id, currency)"
        " WHERE receipt.id = NEW.receipt_id AND payout.id = NEW.id"
        " AND payout.batch_id = NEW.batch_id AND payout.amount_micro = NEW.amount_micro"
        " AND tenant_id = NEW.tenant_id)",
        says="a refund is one payout of its own book and currency",
    ),
)
