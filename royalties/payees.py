"""Payees: name, address, account and tax of whoever money is paid to, and from when they count.

What is kept is a row of versions, and no version is ever changed. Another account counts only after
a cooling time, in which nothing is paid at all: whoever took over somebody's access would first of
all change the account, and the person needs time to see it. Going back to the account in force
counts at once.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

from core.errors import BadInput
from registry.territories import ALPHA_2
from royalties.billing.parties import normal_vat_id
from royalties.ibans import check_bic, check_iban, masked

_LENGTHS_MAX = {
    "name": 140,
    "street": 70,
    "building": 16,
    "post_code": 16,
    "town": 35,
    "account": 200,
    "tax_number": 40,
    "vat_id": 20,
}
# No business at all, a small one, and the two rates of the others.
VAT_STATUSES = ("none", "small", "reduced", "standard")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class PayeeDetails:
    """What is known of a payee; "" where nobody said. Sealed wherever it is kept.

    The lengths are those of ISO 20022. `account` is an account outside of IBANs in the payee's own
    words, `residence` the country that taxes the payee, `treaty` as in `TaxStatus`. `vat` says
    which value added tax the payee's own supplies bear, one of `VAT_STATUSES`.
    """

    name: str = ""
    street: str = ""
    building: str = ""
    post_code: str = ""
    town: str = ""
    country: str = ""
    iban: str = ""
    bic: str = ""
    account: str = ""
    residence: str = ""
    treaty: bool = False
    tax_number: str = ""
    vat: str = ""
    vat_id: str = ""

    @property
    def bank(self) -> tuple[str, ...]:
        """What decides where money goes."""
        return self.name, self.iban, self.account


_FIELDS = frozenset(one.name for one in fields(PayeeDetails))


@dataclass(frozen=True, slots=True)
class PayeeVersion:
    """One version of a payee's details, sealed, with what decides when it counts.

    `heir_id` names the heir that the payee is, `None` for the performer. `effective_at` is `None`
    while a second person has not agreed (`approval_id`), or where none ever did.
    """

    id: str
    tenant_id: str
    payee_id: str
    performer_id: str
    heir_id: str | None
    version: int
    sealed: bytes
    recorded_at: datetime
    approval_id: str | None
    effective_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Which version counts, until when a newer one cools, and which one waits for a second person.

    `base` is what a change starts from: the newest version that anybody had a right to set.
    """

    current: PayeeVersion | None
    cooling_until: datetime | None
    waiting: PayeeVersion | None
    base: PayeeVersion | None


def standing(versions: Sequence[PayeeVersion], at: datetime) -> Standing:
    """How things stand at `at`, of one payee's versions in their order."""
    agreed = [(one.effective_at, one) for one in versions if one.effective_at is not None]
    counting = [one for since, one in agreed if since <= at]
    since, base = agreed[-1] if agreed else (None, None)
    last = versions[-1] if versions else None
    return Standing(
        current=counting[-1] if counting else None,
        cooling_until=since if since is not None and since > at else None,
        waiting=last if last is not None and last.effective_at is None else None,
        base=base,
    )


def effective_from(
    current: PayeeDetails | None, wanted: PayeeDetails, *, cooling_days: int, at: datetime
) -> datetime:
    """From when details count that were set at `at`: another account only after a cooling time."""
    if current is None or current.bank == wanted.bank:
        return at
    return at + timedelta(days=cooling_days)


def changed(base: PayeeDetails, changes: Mapping[str, str | bool]) -> PayeeDetails:
    """The details with these changes, checked and written alike.

    Raises `BadInput` for a field that cannot be right, and where nothing is said at all.
    """
    if not changes:
        raise BadInput(
            "Nothing is to be changed.",
            next_step="Name what is: ebenbild payee set --iban ... --residence DE",
            code="nothing-changed",
        )
    said: dict[str, Any] = {name: _text(name, value) for name, value in changes.items()}
    made = replace(base, **said)
    if not made.name:
        raise _bad("name", "A payee has a name.")
    for field in ("country", "residence"):
        code = str(getattr(made, field))
        if code and code not in ALPHA_2:
            raise _bad(field, f"{code[:20]!r} is no country.")
    if made.vat not in ("", *VAT_STATUSES):
        raise _bad("vat", f"One of {', '.join(VAT_STATUSES)} is expected.")
    vat_id = normal_vat_id(made.vat_id)
    if vat_id is None:
        raise _bad("vat_id", "This is no VAT id.")
    made = replace(made, vat_id=vat_id)
    iban = check_iban(made.iban) if made.iban else ""
    return replace(made, iban=iban, bic=check_bic(made.bic, iban) if made.bic else "")


def to_bytes(details: PayeeDetails) -> bytes:
    """What is sealed; `from_bytes` reads it back."""
    return json.dumps(asdict(details), sort_keys=True, ensure_ascii=False).encode("utf-8")


def from_bytes(data: bytes) -> PayeeDetails:
    """Details as they were sealed; what a later version added has its default."""
    said = json.loads(data)
    return PayeeDetails(**{name: said[name] for name in _FIELDS & said.keys()})


def shown(details: PayeeDetails) -> dict[str, str | bool]:
    """The details as they may be shown: numbers of accounts and of taxes by their last characters.

    Nobody needs to read them again, and whoever took over somebody's access must not.
    """
    return asdict(
        replace(
            details,
            iban=masked(details.iban),
            account=_ending(details.account),
            tax_number=_ending(details.tax_number),
            vat_id=_ending(details.vat_id),
        )
    )


def _ending(text: str) -> str:
    return f"…{text[-3:]}" if text else ""


def _text(name: str, value: str | bool) -> str | bool:
    if isinstance(value, bool):
        return value
    text = _SPACES.sub(" ", value).strip()
    if name in ("country", "residence"):
        return text.upper()
    if len(text) > _LENGTHS_MAX.get(name, 64):
        raise _bad(name, f"At most {_LENGTHS_MAX.get(name, 64)} characters fit.")
    if not text.isprintable():
        raise _bad(name, "There is a character that cannot be printed.")
    return text


def _bad(name: str, message: str) -> BadInput:
    return BadInput(
        f"{name}: {message}",
        next_step="Mend it and send it again.",
        code="bad-payee-details",
        fields=(name,),
    )
