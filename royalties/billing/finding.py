"""Whom a payment is from and which invoices it pays, where that is beyond doubt.

A number on the payment names an invoice. Else the payer is known by account or by name, and the
amount has to be that of one open invoice, or of all of them. Anything else is a clerk's to decide.
"""

import re
from collections.abc import Mapping, Sequence

from royalties.billing.parties import Party
from royalties.models_income import Payment, Settlement

_NUMBER = re.compile(r"(?<!\d)(\d{4})\s?-\s?(\d{6})(?!\d)")
_NUMBERS_MAX = 50


def numbers_in(payment: Payment) -> tuple[tuple[int, int], ...]:
    """Year and number of each invoice that a payment names, once each, in its order."""
    found = [(int(year), int(no)) for year, no in _NUMBER.findall(payment.text)]
    return tuple(dict.fromkeys(found))[:_NUMBERS_MAX]


def payer_of(payment: Payment, parties: Mapping[str, Party]) -> str | None:
    """The one licensee whose account or name this is; None where there is none, or several."""
    account = payment.payer_account.replace(" ", "").upper()
    by_account = [name for name, one in parties.items() if account and one.iban == account]
    if by_account:
        return by_account[0] if len(by_account) == 1 else None
    payer = _plain(payment.payer)
    by_name = [name for name, one in parties.items() if payer and _plain(one.name) == payer]
    return by_name[0] if len(by_name) == 1 else None


def by_amount(amount_micro: int, unpaid: Sequence[Settlement]) -> tuple[Settlement, ...]:
    """The one open invoice of just this amount, or all of them where they come to it."""
    exact = [one for one in unpaid if one.owed_micro == amount_micro]
    if len(exact) == 1:
        return (exact[0],)
    if not exact and sum(one.owed_micro for one in unpaid) == amount_micro:
        return tuple(unpaid)
    return ()


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
