"""Tax that whoever pays a non-resident has to keep back: dated rates, and who is exempt from them.

Amounts are whole millionths; what falls below one is not withheld. Taking back what was paid takes
back what was withheld from it, so a negative gross gives the mirror image of the positive one.
German law: sections 50a and 50c EStG, sections 4 and 5 SolZG; worked examples: docs/payouts.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from core.dated import Dated, dated, in_force
from core.errors import Broken
from core.money import mul_div
from royalties.models import Ratio
from royalties.models_runs import Tax

DATA_FILE = "withholding.json"
_USED_UP = 10**18


class Why(StrEnum):
    """Why so much was withheld; a code of a reason."""

    RESIDENT = "tax-resident"
    EXEMPTED = "tax-exempted"
    SMALL = "tax-small-amount"
    NON_RESIDENT = "tax-non-resident"


@dataclass(frozen=True, slots=True)
class Exemption:
    """A certificate of the authority by which less is withheld, on each of its days, or nothing.

    `rate` takes the place of the tax and of its surcharge; `valid_until` is the last day.
    """

    certificate: str
    rate: Ratio
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class HeldExemption:
    """A certificate as a book keeps it: its number sealed, in force once a second person agreed."""

    id: str
    tenant_id: str
    payee_id: str
    sealed: bytes
    rate: Ratio
    valid_from: date
    valid_until: date
    approval_id: str
    recorded_at: datetime
    granted_at: datetime | None


@dataclass(frozen=True, slots=True)
class TaxStatus:
    """What is known of a payee's taxes; `residence` is a country (ISO 3166-1 alpha-2).

    `treaty` says that a treaty between both countries leaves the tax to the country of residence.
    """

    residence: str
    treaty: bool = False
    exemption: Exemption | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """What is kept back of an amount, and why so much."""

    tax_micro: int
    surcharge_micro: int
    reason: Why

    @property
    def total_micro(self) -> int:
        """All that is owed to the authority."""
        return self.tax_micro + self.surcharge_micro


_OF_A_RESIDENT = Withheld(0, 0, Why.RESIDENT)


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one time; `small_micro` a calendar year is free under a treaty, if not None."""

    id: str
    tax: Ratio
    surcharge: Ratio
    small_micro: int | None
    small_currency: str


def withheld(
    gross_micro: int,
    status: TaxStatus,
    at: datetime,
    *,
    currency: str = "EUR",
    earlier_micro: int = 0,
) -> Withheld:
    """What is kept back of `gross_micro`, paid or credited at `at`.

    `earlier_micro` is what the payee had in the same calendar year and currency before it.
    """
    rates = rates_at(at)
    if status.residence == jurisdiction():
        return _OF_A_RESIDENT
    exemption = status.exemption
    if exemption is not None and _covers(exemption, at):
        return Withheld(_share(gross_micro, exemption.rate), 0, Why.EXEMPTED)
    if status.treaty and _is_small(rates, earlier_micro + gross_micro, currency):
        return Withheld(0, 0, Why.SMALL)
    tax = _share(gross_micro, rates.tax)
    return Withheld(tax, _share(tax, rates.surcharge), Why.NON_RESIDENT)


def of_a_run(net_micro: int, status: TaxStatus, at: datetime) -> Tax:
    """What a run withholds of an amount, without regard to what stays free within a year.

    What is free shows when the year ends.
    """
    found = withheld(net_micro, status, at, earlier_micro=_USED_UP)
    if found.total_micro == 0:
        return _untaxed(found.reason)
    return Tax(found.tax_micro, found.surcharge_micro, authority(), found.reason)


@cache
def _untaxed(reason: Why) -> Tax:
    return Tax(reason=reason)


@lru_cache(maxsize=1_000)
def rates_at(at: datetime) -> Rates:
    """The rates in force; raises `Broken` for a time before the first of them."""
    found = in_force(_sets(), at)
    if found is None:
        raise Broken(f"No rates of withholding are in force on {at:%Y-%m-%d}.")
    return found


@cache
def jurisdiction() -> str:
    """The country whose law this is: whoever lives there is taxed there and not here."""
    return str(_document()["jurisdiction"])


@cache
def authority() -> str:
    """The subject of the account of the tax: whom it is owed to."""
    return str(_document()["authority"])


def _covers(exemption: Exemption, at: datetime) -> bool:
    return exemption.valid_from <= at.astimezone(UTC).date() <= exemption.valid_until


def _is_small(rates: Rates, year_micro: int, currency: str) -> bool:
    if rates.small_micro is None or currency != rates.small_currency:
        return False
    return year_micro <= rates.small_micro


def _share(amount_micro: int, ratio: Ratio) -> int:
    size, _ = mul_div(abs(amount_micro), ratio.numerator, ratio.denominator)
    return size if amount_micro >= 0 else -size


@cache
def _document() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(
        files("royalties").joinpath("data", DATA_FILE).read_bytes()
    )
    return found


@cache
def _sets() -> tuple[Dated[Rates], ...]:
    return tuple(_dated(entry) for entry in _document()["sets"])


def _dated(entry: Mapping[str, Any]) -> Dated[Rates]:
    small = entry["small"]
    return dated(
        Rates(
            id=entry["id"],
            tax=Ratio(*entry["tax"]),
            surcharge=Ratio(*entry["surcharge"]),
            small_micro=None if small is None else int(small["year_micro"]),
            small_currency="" if small is None else str(small["currency"]),
        ),
        entry,
    )
