"""What the ledger needs of a licence, read without the rest of its terms.

A book is accrued under as many licences as there are performers; reading what a licence says of
kinds, stages and formation takes many times as long as what it says of money.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from licensing.fields import flag, tariff, text, texts
from licensing.models import Licence, TariffTerm


@dataclass(frozen=True, slots=True)
class LicencePrice:
    """What a licence costs, whom, and where it holds."""

    id: str
    tariff_id: str
    tariff: TariffTerm
    licensee_id: str
    territories: tuple[str, ...]
    paid_directly: bool = False


def of_licence(licence: Licence) -> LicencePrice:
    """The price of a licence that was read as a whole."""
    terms = licence.terms
    return LicencePrice(
        licence.id,
        licence.tariff_id,
        terms.tariff,
        terms.licensee_id,
        terms.territories,
        terms.paid_directly,
    )


def from_terms(licence_id: str, tariff_id: str, data: Mapping[str, object]) -> LicencePrice:
    """The same from terms as `terms_to_dict` writes them; raises BadTerms where they are none."""
    return LicencePrice(
        licence_id,
        tariff_id,
        tariff(data["tariff"], "tariff"),
        text(data, "licensee_id"),
        texts(data, "territories"),
        flag(data.get("paid_directly", False), "paid_directly"),
    )
