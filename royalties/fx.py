"""Changing currency: two linked transactions, each at zero in its own, joined by a stated rate.

What one account gives in one currency it gets in the other; the account of the pair holds the
difference of the two until the bank has changed the money. The rate is a ratio of whole numbers
with its source and its day, so that anybody can look it up and divide again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from core.errors import BadInput
from core.ids import derived_id
from core.money import mul_div
from royalties.accounts import AccountKind, account
from royalties.ledger import AMOUNT_MICRO_MAX, Stamp, book
from royalties.models import Ratio
from royalties.models_books import Posting, Transaction, TransactionKind

_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of `quote` one unit of `base` gives, as `source` stated it for `day`."""

    base: str
    quote: str
    ratio: Ratio
    source: str
    day: date


@dataclass(frozen=True, slots=True)
class Exchange:
    """A change of currency: both amounts, the rate between them, and its two transactions.

    `to_micro` is rounded down to a millionth; `working` holds what was left over.
    """

    id: str
    rate: Rate
    from_micro: int
    to_micro: int
    legs: tuple[Transaction, Transaction]
    working: Mapping[str, int]


def exchange(
    where: str,
    amount_micro: int,
    rate: Rate,
    stamps: tuple[Stamp, Stamp],
    *,
    facts_key: str,
    audience: str,
    reason: str,
    earned_period: str,
) -> Exchange:
    """Change `amount_micro` of the balance of the account `where` from `rate.base` to its quote.

    A credit balance (what is owed) has a negative amount, as it stands in the book. Raises
    `BadInput` for nothing to change, or an amount or rate that comes to nothing or to too much.
    """
    ratio = rate.ratio
    size, remainder = mul_div(abs(amount_micro), ratio.numerator, ratio.denominator)
    if not size or not abs(amount_micro) <= AMOUNT_MICRO_MAX >= size or rate.base == rate.quote:
        raise BadInput(
            "Nothing can be changed at this amount and rate.",
            next_step="Name two currencies, and an amount that gives at least 0.000001.",
            code="bad-exchange",
        )
    to_micro = size if amount_micro > 0 else -size
    pair = derived_id("fxp", stamps[0].book, facts_key)
    between = account(AccountKind.FX, f"{rate.base}-{rate.quote}")

    def leg(stamp: Stamp, moved: int, currency: str) -> Transaction:
        postings = (Posting(where, moved, currency), Posting(between, -moved, currency))
        made = book(
            TransactionKind.FX,
            postings,
            stamp,
            facts_key=f"{facts_key}/{currency}",
            audience=audience,
            reason=reason,
            earned_period=earned_period,
        )
        return made._replace(pair_id=pair)

    return Exchange(
        id=pair,
        rate=rate,
        from_micro=amount_micro,
        to_micro=to_micro,
        legs=(leg(stamps[0], -amount_micro, rate.base), leg(stamps[1], to_micro, rate.quote)),
        working={
            "numerator": ratio.numerator,
            "denominator": ratio.denominator,
            "remainder": remainder,
        },
    )


def ratio_of(text: str) -> Ratio:
    """A rate written as a decimal, such as `1.0835`, as an exact ratio; raises `BadInput`."""
    value = Fraction(text) if _RATE.fullmatch(text) else Fraction(0)
    if value == 0:
        raise BadInput(
            "A rate is a decimal above zero.",
            next_step="Write it like 1.0835, with at most nine decimals.",
            code="bad-rate",
        )
    return Ratio(value.numerator, value.denominator)
