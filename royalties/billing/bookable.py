"""What no bank can have booked: no amount, no reference, a day to come. Pure: values in."""

from datetime import UTC, datetime, timedelta

from core.currencies import check_listed, is_payable, unit_micro
from core.errors import BadInput
from core.money import rate_text
from royalties.ledger import AMOUNT_MICRO_MAX
from royalties.models_income import Payment

_REFERENCE_MAX = 200
# East of here it is tomorrow already.
_AHEAD = timedelta(days=1)


def check_booked(payment: Payment, now: datetime) -> None:
    """Raise `BadInput` for what no bank can have booked by `now`."""
    check_listed(payment.currency)
    if not 0 < payment.amount_micro <= AMOUNT_MICRO_MAX:
        raise BadInput("Money that came in is more than nothing.", next_step="Name the amount.")
    check_payable(payment.amount_micro, payment.currency)
    if not 0 < len(payment.reference) <= _REFERENCE_MAX:
        raise BadInput(
            "A payment has the bank's own reference.", next_step="Name it: it keeps out doubles."
        )
    if payment.booked_on > (now + _AHEAD).astimezone(UTC).date():
        raise BadInput(
            f"Of the payment {payment.reference} the day is still to come: {payment.booked_on}.",
            next_step="Name the day on which the bank booked it.",
            code="day-to-come",
            fields=("booked_on",),
        )


def check_payable(amount_micro: int, currency: str) -> None:
    """Raise `BadInput` for an amount with parts that the currency has no coin for."""
    if not is_payable(amount_micro, currency):
        raise BadInput(
            f"{rate_text(amount_micro)} {currency} is no amount that a bank can pay.",
            next_step=f"Write whole multiples of {rate_text(unit_micro(currency))} {currency}.",
            code="not-payable",
        )
