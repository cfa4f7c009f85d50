"""What one use earns by one usage line, exact to one millionth of the currency unit.

Products of whole numbers are divided once, at the end, and rounded down: nobody is charged more
than the agreed rate gives, and the working keeps what is left below one millionth. Worked tables:
docs/tariffs.md. `per_minute` charges the licensed minutes once per usage line (one territory in
one month); `per_view` charges the views of the line.
"""

from collections.abc import Mapping
from typing import NamedTuple

from core.money import mul_div
from licensing.models import TariffKind, TariffTerm
from royalties.models import Ratio

MS_PER_MINUTE = 60_000
# To ask an enumeration for a value takes as long as the rest of a price.
_BY_MINUTE, _BY_VIEW = TariffKind.PER_MINUTE.value, TariffKind.PER_VIEW.value


class AmountWithWorking(NamedTuple):
    """An amount in 1e-6 of the currency unit; `working` holds every number that led to it.

    amount x `divisor` + `remainder` = the product of the other numbers.
    """

    amount_micro: int
    working: Mapping[str, int | str]


def amount(
    term: TariffTerm, *, use_ms: int, views: int | None, territory_factor: Ratio
) -> AmountWithWorking | None:
    """Price one use by one usage line; `use_ms` is licensed time, `views` the line's count.

    None where views count and nobody reported them. Raises ValueError for a price that a published
    tariff names.
    """
    if term.kind is TariffKind.PER_MINUTE:
        return _per_minute(term.rate_micro, use_ms, territory_factor)
    if term.kind is TariffKind.PER_VIEW:
        return None if views is None else _per_view(term.rate_micro, views)
    raise ValueError("a published tariff is no simple rate")


def _per_minute(rate_micro: int, use_ms: int, factor: Ratio) -> AmountWithWorking:
    divisor = MS_PER_MINUTE * factor.denominator
    amount_micro, remainder = mul_div(rate_micro * use_ms, factor.numerator, divisor)
    return AmountWithWorking(
        amount_micro,
        {
            "tariff": _BY_MINUTE,
            "rate_micro": rate_micro,
            "use_ms": use_ms,
            "factor_numerator": factor.numerator,
            "divisor": divisor,
            "remainder": remainder,
        },
    )


def _per_view(rate_micro: int, views: int) -> AmountWithWorking:
    return AmountWithWorking(
        rate_micro * views,
        {
            "tariff": _BY_VIEW,
            "rate_micro": rate_micro,
            "views": views,
            "divisor": 1,
            "remainder": 0,
        },
    )
