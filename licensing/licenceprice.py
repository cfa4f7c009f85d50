"""What the ledger needs of a licence, read without the rest of its terms.

A book is accrued under as many licences as there are performers; reading what a licence says of
kinds, stages and formation takes many times as long as what it says of money.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from licensing.fields import flag, tariff, text, texts
from licensing.models import Licence, TariffTerm

MONEY = ("tariff", "licensee_id", "territories", "paid_directly")


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


def from_terms(licence_id: str, tariff_id: str, said: str) -> LicencePrice:
    """The same from the fields `MONEY` of terms as `terms_to_dict` writes them, as a JSON list.

    Raises BadTerms where they are none.
    """
    return LicencePrice(licence_id, tariff_id, *_of_money(said))


@lru_cache(maxsize=1_000)
def _of_money(said: str) -> tuple[TariffTerm, str, tuple[str, ...], bool]:
    """Read once for all licences that say the same, as those of a licensee mostly do."""
    told = zip(MONEY, json.loads(said), strict=True)
    data = {name: value for name, value in told if value is not None}
    return (
        tariff(data.get("tariff"), "tariff"),
        text(data, "licensee_id"),
        texts(data, "territories"),
        flag(data.get("paid_directly", False), "paid_directly"),
    )
