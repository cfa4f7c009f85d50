"""What was withheld of each payee in a calendar year, out of the books: what certificates state.

Of a booking that withheld tax the base is the tax and what the payee kept. Tax and surcharge stand
in one amount there; the surcharge is what exceeds the tax rate in force on the day of the booking.
A payee under a certificate of exemption pays less than that rate, and so no surcharge.
German law: section 50a (5) EStG, section 73e EStDV.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from core.errors import BadInput, Broken
from core.money import mul_div
from royalties.withholding import rates_at

FIRST_YEAR, LAST_YEAR = 2009, 2999


@dataclass(frozen=True, slots=True)
class TaxEntry:
    """One booking that withheld tax, or took it back (below zero), in a book's month."""

    transaction_id: str
    book: str
    payee_id: str
    month: str
    recorded_at: datetime
    currency: str
    kept_micro: int
    withheld_micro: int

    @property
    def base_micro(self) -> int:
        """What the tax was reckoned from."""
        return self.kept_micro + self.withheld_micro


@dataclass(frozen=True, slots=True)
class TaxYear:
    """All that was withheld of one payee in a year; `months` are those with a booking."""

    book: str
    payee_id: str
    year: int
    currency: str
    base_micro: int
    tax_micro: int
    surcharge_micro: int
    months: tuple[str, ...]

    @property
    def total_micro(self) -> int:
        """Tax and surcharge."""
        return self.tax_micro + self.surcharge_micro


def check_year(year: int) -> None:
    """Return for a year that there are rates for; raise `BadInput` otherwise."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BadInput("This is no year of the books.", next_step="Write it as 2026.")


def years(entries: Iterable[TaxEntry], year: int) -> tuple[TaxYear, ...]:
    """One certificate for each book, payee and currency, in that order."""
    found: dict[tuple[str, str, str], list[TaxEntry]] = {}
    for one in entries:
        if not one.payee_id:
            raise Broken(f"Transaction {one.transaction_id} withheld tax of nobody.")
        found.setdefault((one.book, one.payee_id, one.currency), []).append(one)
    return tuple(_year(found[key], year) for key in sorted(found))


def _year(entries: list[TaxEntry], year: int) -> TaxYear:
    first = entries[0]
    surcharge = sum(_surcharge(one) for one in entries)
    return TaxYear(
        book=first.book,
        payee_id=first.payee_id,
        year=year,
        currency=first.currency,
        base_micro=sum(one.base_micro for one in entries),
        tax_micro=sum(one.withheld_micro for one in entries) - surcharge,
        surcharge_micro=surcharge,
        months=tuple(sorted({one.month for one in entries})),
    )


def _surcharge(one: TaxEntry) -> int:
    rate = rates_at(one.recorded_at).tax
    tax, _ = mul_div(abs(one.base_micro), rate.numerator, rate.denominator)
    beyond = max(abs(one.withheld_micro) - tax, 0)
    return beyond if one.withheld_micro >= 0 else -beyond
