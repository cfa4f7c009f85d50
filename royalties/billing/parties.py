"""Who is named on an invoice: name, address, tax numbers, and how money reaches whoever collects.

What is wrong is said before anything is issued on it. A VAT id counts for the reverse charge only
once somebody checked it, on a day and under a reference (VIES: https://ec.europa.eu/taxation_customs/vies/).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from core.errors import BadInput
from royalties.forms.invoices import PartyOut
from royalties.ibans import check_bic, check_iban

_TEXT_MAX = 200
_COUNTRY = re.compile(r"[A-Z]{2}")
_VAT_ID = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,12}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
CLASSES = ("standard", "reduced")


@dataclass(frozen=True, slots=True)
class Party:
    """One side of an invoice. `rate_class` and `small_business` matter of who collects."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    email: str = ""
    vat_id: str = ""
    vat_checked_on: date | None = None
    vat_check_reference: str = ""
    tax_number: str = ""
    iban: str = ""
    bic: str = ""
    small_business: bool = False
    rate_class: str = "standard"


NAMES = tuple(field.name for field in fields(Party))


def checked(party: Party) -> Party:
    """The party in its normal form; raises `BadInput` for what an invoice cannot bear."""
    faults = [name for name in ("name", "street", "city", "country") if not getattr(party, name)]
    faults += [name for name in NAMES if len(str(getattr(party, name))) > _TEXT_MAX]
    if _COUNTRY.fullmatch(party.country) is None:
        faults.append("country")
    if party.email and _EMAIL.fullmatch(party.email) is None:
        faults.append("email")
    vat_id = normal_vat_id(party.vat_id)
    if vat_id is None:
        faults.append("vat_id")
    if party.vat_checked_on is not None and not (vat_id and party.vat_check_reference):
        faults.append("vat_check_reference")
    if party.rate_class not in CLASSES:
        faults.append("rate_class")
    if faults:
        wrong = sorted(set(faults))
        raise BadInput(
            f"These fields are missing or wrong: {', '.join(wrong)}.",
            next_step="See docs/invoices.md for what each of them holds.",
            code="bad-party",
            fields=wrong,
        )
    iban = check_iban(party.iban) if party.iban else ""
    bic = check_bic(party.bic, iban) if party.bic else ""
    said = {**party_to_dict(party), "vat_id": vat_id, "iban": iban, "bic": bic}
    return party_from_dict(said)


def normal_vat_id(text: str) -> str | None:
    """A VAT id in its normal form, "" for none; None for what is none."""
    vat_id = re.sub(r"[\s.-]", "", text).upper()
    sound = not vat_id or (_VAT_ID.fullmatch(vat_id) is not None and _sound(vat_id))
    return vat_id if sound else None


def party_to_dict(party: Party) -> PartyOut:
    """JSON-ready form; inverse of `party_from_dict`."""
    day = party.vat_checked_on
    return {
        "name": party.name,
        "street": party.street,
        "postcode": party.postcode,
        "city": party.city,
        "country": party.country,
        "email": party.email,
        "vat_id": party.vat_id,
        "vat_checked_on": None if day is None else day.isoformat(),
        "vat_check_reference": party.vat_check_reference,
        "tax_number": party.tax_number,
        "iban": party.iban,
        "bic": party.bic,
        "small_business": party.small_business,
        "rate_class": party.rate_class,
    }


def party_from_dict(data: Mapping[str, Any]) -> Party:
    """Read a party back; raises `KeyError`, `TypeError` or `ValueError` where it is malformed."""
    day = data["vat_checked_on"]
    return Party(
        **{
            **{name: data[name] for name in NAMES},
            "vat_checked_on": None if day is None else date.fromisoformat(day),
        }
    )


def _sound(vat_id: str) -> bool:
    """Whether the check digit of a German VAT id is right (ISO 7064, MOD 11-10); others pass."""
    if not vat_id.startswith("DE"):
        return True
    digits = vat_id.removeprefix("DE")
    if re.fullmatch(r"[1-9][0-9]{8}", digits) is None:
        return False
    product = 10
    for digit in digits[:8]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(digits[8])
