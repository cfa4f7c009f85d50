"""Which value added tax an invoice bears, by dated data and where both sides are.

A service to a business is taxed where that business is (Directive 2006/112/EC, Art. 44): within
the Union the customer owes the tax, outside it there is none. Whoever has no checked VAT id counts
as a consumer and pays the tax of who collects. Categories: UNTDID 5305, as EN 16931 uses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from core.canonical import parse_strict
from core.errors import BadInput
from royalties.billing.parties import Party

STANDARD, REVERSE, OUTSIDE, EXEMPT = "S", "AE", "O", "E"
# VATEX codes of the EN 16931 code lists; a small business has none of its own.
_CODES = {REVERSE: "VATEX-EU-AE", OUTSIDE: "VATEX-EU-O", EXEMPT: ""}
# What Directive 2006/112/EC, Art. 226 (11a) wants to be read, and German law in these words.
_WORDS = "Reverse charge / Steuerschuldnerschaft des Leistungsempfängers"


@dataclass(frozen=True, slots=True)
class Tax:
    """The one tax of an invoice: its category, rate, whom it is owed to, and the rule behind it."""

    category: str
    basis_points: int
    authority: str
    source: str

    @property
    def percent(self) -> str:
        """The rate as EN 16931 writes it, `19.00`."""
        return f"{self.basis_points // 100}.{self.basis_points % 100:02d}"

    @property
    def note(self) -> str:
        """Why there is no tax, in the words that the law asks for where it asks for some."""
        return f"{_WORDS}: {self.source}" if self.category == REVERSE else self.source

    @property
    def exemption_code(self) -> str:
        """The code of why there is no tax, where there is one."""
        return _CODES.get(self.category, "")


def decide(seller: Party, buyer: Party, on: date) -> Tax:
    """The tax of what `seller` supplied to `buyer` by that day.

    Raises `BadInput` for a seller in a country or at a time that the data do not know.
    """
    data = _country(seller.country)
    authority = str(data["authority"])
    union = _union()
    if seller.small_business:
        rule = data["small_business"]
        if on < date.fromisoformat(rule["valid_from"]):
            raise _unknown(seller.country)
        return Tax(EXEMPT, 0, authority, rule["source"])
    if buyer.country != seller.country:
        if buyer.country not in union["members"]:
            return Tax(OUTSIDE, 0, authority, union["source"])
        if _is_checked(buyer, on):
            return Tax(REVERSE, 0, authority, union["source"])
    rate = _rate(data, seller.rate_class, on)
    if rate is None:
        raise _unknown(seller.country)
    return Tax(STANDARD, rate["basis_points"], authority, rate["source"])


def authority(country: str) -> str:
    """Whom tax of a country is owed to; raises `BadInput` where there is none on file."""
    return str(_country(country)["authority"])


def in_union(country: str) -> bool:
    """Whether a country is in the Union."""
    return country in _union()["members"]


def tax_to_dict(tax: Tax) -> dict[str, str]:
    """As an invoice keeps it; inverse of `tax_from_dict`."""
    return {
        "category": tax.category,
        "basis_points": str(tax.basis_points),
        "authority": tax.authority,
        "source": tax.source,
    }


def tax_from_dict(data: Mapping[str, str]) -> Tax:
    """The tax that an invoice kept."""
    return Tax(data["category"], int(data["basis_points"]), data["authority"], data["source"])


def _is_checked(buyer: Party, on: date) -> bool:
    """Whether the buyer's VAT id is of its country and was checked by then."""
    prefix = _union()["prefixes"].get(buyer.country, buyer.country)
    checked = buyer.vat_checked_on is not None and buyer.vat_checked_on <= on
    return checked and buyer.vat_id.startswith(prefix)


def _rate(data: Mapping[str, Any], rate_class: str, on: date) -> Mapping[str, Any] | None:
    day = on.isoformat()
    for rate in data["rates"]:
        until = rate["valid_until"]
        if rate["class"] == rate_class and rate["valid_from"] <= day < (until or "9999-12-31"):
            found: Mapping[str, Any] = rate
            return found
    return None


@cache
def _country(country: str) -> Mapping[str, Any]:
    """The rates of a country; raises `BadInput` where there are none on file."""
    entry = files("royalties").joinpath("data", "vat", f"{country.lower()}.json")
    if not entry.is_file():
        raise _unknown(country)
    found: Mapping[str, Any] = parse_strict(entry.read_bytes())
    return found


@cache
def _union() -> Mapping[str, Any]:
    found: Mapping[str, Any] = parse_strict(
        files("royalties").joinpath("data", "vat", "union.json").read_bytes()
    )
    return found


def _unknown(country: str) -> BadInput:
    return BadInput(
        f"No value added tax of {country} is on file for that day.",
        next_step="Only the countries in docs/invoices.md can issue invoices.",
        code="vat-unknown",
    )
