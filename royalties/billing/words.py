"""What a payment says of itself, as plain as files that cut and rewrite leave it."""

import re
import unicodedata
from dataclasses import dataclass

from royalties.billing.finding import numbers_in
from royalties.models_income import Payment

_PART_MIN = 4
_IBAN = re.compile("[A-Z]{2}[0-9]{2}")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Words:
    """Sender, text and the invoices in it; empty where a file tells none."""

    account: str
    payer: str
    text: str
    invoices: frozenset[tuple[int, int]]


def words_of(payment: Payment) -> Words:
    """What a payment is compared by."""
    return Words(
        account=_iban(payment.payer_account),
        payer=_plain(payment.payer),
        text=_plain(payment.text),
        invoices=frozenset(numbers_in(payment)),
    )


def sender(name: str, account: str) -> Words:
    """Whoever has this name and account, as a payment's sender."""
    return Words(account=_iban(account), payer=_plain(name), text="", invoices=frozenset())


def is_meant_as_iban(account: str) -> bool:
    """Whether an account begins as IBANs do; banks print their own numbers too."""
    return bool(_iban(account))


def agree(one: str, other: str) -> bool | None:
    """Whether one text is in the other, for files cut off and add to them; None without both.

    A number that was cut in two is another number.
    """
    if not one or not other:
        return None
    if one == other:
        return True
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) < _PART_MIN or short not in long:
        return False
    before = r"(?<!\d)" if short[0].isdigit() else ""
    after = r"(?!\d)" if short[-1].isdigit() else ""
    return re.search(f"{before}{re.escape(short)}{after}", long) is not None


def _iban(account: str) -> str:
    """An account that can be compared; banks print their own numbers for the same one."""
    bare = account.replace(" ", "").upper()
    return bare if _IBAN.match(bare) else ""


def _plain(text: str) -> str:
    spelt = unicodedata.normalize("NFKC", text).casefold().translate(_UMLAUTS)
    bare = unicodedata.normalize("NFKD", spelt)
    return re.sub(r"[\W_]+", "", "".join(one for one in bare if not unicodedata.combining(one)))
