"""Money as whole millionths of a currency unit, never as a fraction of binary.

A tariff of 0.0125 per minute is exact here; every division names its remainder, so that nothing
is lost between a tariff and a payment.
Currency codes: ISO 4217. Splitting: largest remainder (Hamilton's method).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.currencies import decimals, unit_micro
from core.errors import BadTerms

MICRO = 1_000_000
MICRO_PER_CENT = 10_000

_CURRENCY = re.compile(r"[A-Z]{3}")
_RATE = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?", flags=re.ASCII)
_SEPARATORS = {"en": (",", "."), "de": (".", ",")}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in millionths of `currency` (ISO 4217, three capital letters)."""

    amount_micro: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.amount_micro) is not int:
            raise TypeError("money is a whole number of millionths")
        if _CURRENCY.fullmatch(self.currency) is None:
            raise BadTerms(
                "a currency is three capital letters",
                next_step="use an ISO 4217 code such as EUR",
                code="bad-currency",
            )

    def plus(self, other: "Money") -> "Money":
        """Return the sum; raises ValueError for two currencies, which have no sum."""
        if other.currency != self.currency:
            raise ValueError("amounts of two currencies have no sum")
        return Money(self.amount_micro + other.amount_micro, self.currency)


def parse_rate(text: str) -> int:
    """Return a decimal such as `0.0125` in millionths, exactly.

    Raises BadTerms for signs, exponents, more than six decimals or more than twelve digits before
    the point: an amount that had to be rounded here would be wrong in every statement.
    """
    found = _RATE.fullmatch(text)
    if found is None:
        raise BadTerms(
            "a rate is not a plain decimal with at most six decimals",
            next_step="write it like 0.0125",
            code="bad-rate",
        )
    whole, decimals = found.group(1), found.group(2) or ""
    return int(whole) * MICRO + int(decimals.ljust(6, "0"))


def parse_amount(text: str) -> int:
    """Return an amount that somebody names, such as `12.50`, in millionths; raises BadTerms."""
    try:
        return parse_rate(text)
    except BadTerms as exc:
        raise BadTerms(
            "An amount is a plain decimal number above zero.",
            next_step="Write it like 1190.00: a point before the cents, nothing between thousands.",
            code="bad-amount",
            fields=("amount",),
        ) from exc


def rate_text(amount_micro: int) -> str:
    """Return the shortest plain decimal of an amount in millionths; `parse_rate` reads it back."""
    sign = "-" if amount_micro < 0 else ""
    whole, fraction = divmod(abs(amount_micro), MICRO)
    decimals = f"{fraction:06d}".rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def mul_div(amount: int, num: int, den: int) -> tuple[int, int]:
    """Return (quotient, remainder) of amount x num / den, where amount x num = q x den + r.

    The quotient is rounded down and 0 <= remainder < den. Raises ValueError unless den > 0.
    """
    if den <= 0:
        raise ValueError("a ratio needs a positive denominator")
    return divmod(amount * num, den)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Return one share of `total` for each weight, adding up to `total` exactly.

    Each share is the proportional amount cut to a whole number; what is left goes one by one to
    the largest remainders, and to the earlier position among equals. A negative total gives the
    mirror image of the positive one, so that a reversal cancels it share by share.
    Raises BadTerms for a negative weight or when all weights are zero.
    """
    weight_sum = sum(weights)
    if any(weight < 0 for weight in weights) or weight_sum == 0:
        raise BadTerms(
            "nothing can be split by these weights",
            next_step="give weights of zero or more, at least one above zero",
            code="bad-weights",
        )
    if len(weights) == 1:
        return [total]
    if total < 0:
        return [-share for share in split(-total, weights)]
    parts = [mul_div(total, weight, weight_sum) for weight in weights]
    shares = [quotient for quotient, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))
    for place in by_remainder[: total - sum(shares)]:
        shares[place] += 1
    return shares


def to_units(amount_micro: int, each_micro: int) -> tuple[int, int]:
    """Return (units, remainder_micro) where units x each_micro + remainder = amount.

    `each_micro` is even: a cent is 10,000. Halves go to the even unit, so that many small amounts
    do not drift one way; the remainder is at most half a unit and is to be carried, not dropped.
    """
    units, remainder = divmod(amount_micro, each_micro)
    half = each_micro // 2
    if remainder > half or (remainder == half and units % 2 == 1):
        units += 1
    return units, amount_micro - units * each_micro


def rounded(amount_micro: int, currency: str, lang: str = "en") -> str:
    """Return an amount to the minor unit, half to even: for a glance, never for reckoning.

    What would read as nothing and is not one says so: `<0.01 EUR`, below zero `>-0.01 EUR`.
    """
    each = unit_micro(currency)
    units = to_units(amount_micro, each)[0]
    if amount_micro == 0 or units != 0:
        return format(units * each, currency, lang)
    sign, least = ("<", each) if amount_micro > 0 else (">", -each)
    return sign + format(least, currency, lang)


def format(amount_micro: int, currency: str, lang: str = "en") -> str:
    """Return an amount for people, exact, with its currency's decimals at least: `1,234.50 EUR`.

    `lang` is `en` or `de` (`1.234,50 EUR`); any other language reads as `en`.
    """
    thousands, point = _SEPARATORS.get(lang, _SEPARATORS["en"])
    whole, fraction = divmod(abs(amount_micro), MICRO)
    rest = f"{fraction:06d}".rstrip("0").ljust(decimals(currency), "0")
    sign = "-" if amount_micro < 0 else ""
    figure = f"{sign}{whole:,}".replace(",", thousands)
    return f"{figure}{point}{rest} {currency}" if rest else f"{figure} {currency}"
