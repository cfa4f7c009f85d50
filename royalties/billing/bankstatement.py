"""Money that came in, as a bank's statement names it: camt.053, or the table that it exports.

Only what was booked and credited counts. A payment is known by the bank's own reference; where it
gives none, by what it says of it, so that the same statement read again names the same payments.
camt.053: ISO 20022, BankToCustomerStatement.
"""

import hashlib
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from core.errors import BadInput, EbenbildError
from core.money import parse_rate
from royalties.bankxml import BYTES_MAX, body_of, child, find, is_booked, is_xml, name, text
from royalties.billing.bankexport import read_export
from royalties.models_income import Batch, Payment

MADE = "sha256:"
_CODE = "bad-bank-statement"
_TEXT_MAX, _NAME_MAX, _REFERENCE_MAX = 2000, 300, 120


@dataclass(frozen=True, slots=True)
class BankStatement:
    """The payments of a file, the accounts they came to, and how many entries are no payments."""

    form: str
    payments: tuple[Payment, ...]
    accounts: frozenset[str]
    others: int


def read_statement(data: bytes) -> BankStatement:
    """Read a file whole; raises `BadInput` for what is no statement."""
    if len(data) > BYTES_MAX:
        raise _bad("The statement is larger than 32 MiB.")
    if not is_xml(data):
        found = read_export(data, _CODE)
        told = tuple(_told_apart(found.payments))
        return BankStatement("csv", told, found.accounts, found.others)
    try:
        body = body_of(data)
    except ValueError as exc:
        raise _bad(f"The statement cannot be read: {exc}.") from exc
    if name(body) != "BkToCstmrStmt":
        raise _bad("This is no camt.053.")
    entries = [one for one in body.iter() if name(one) == "Ntry"]
    paid = [payment for entry in entries if _is_income(entry) for payment in _payments(entry)]
    accounts = [text(one, "IBAN") for one in body.iter() if name(one) == "Acct"]
    return BankStatement(
        "camt.053",
        tuple(_told_apart(paid)),
        frozenset(filter(None, accounts)),
        sum(not _is_income(entry) for entry in entries),
    )


def _is_income(entry: ET.Element) -> bool:
    back = child(entry, "RvslInd") in ("true", "1")
    return is_booked(entry) and child(entry, "CdtDbtInd") == "CRDT" and not back


def _payments(entry: ET.Element) -> Iterator[Payment]:
    """The payment of an entry, or each of those that the bank booked in one sum."""
    details = [one for one in entry.iter() if name(one) == "TxDtls"]
    whole = _payment(entry, entry if len(details) != 1 else details[0], _amount(entry))
    if len(details) < 2:
        yield replace(whole, batch=_batch(whole, _told_count(entry)))
        return
    parts = [_payment(entry, one, _amount(one)) for one in details]
    if sum(one.amount_micro for one in parts) != whole.amount_micro:
        raise _bad("The parts of an entry do not come to its sum.")
    for number, part in enumerate(parts, 1):
        reference = f"{part.reference}/{number}" if part.reference == whole.reference else ""
        batch = _batch(whole, len(parts))
        yield replace(part, reference=reference or part.reference, batch=batch)


def _told_count(entry: ET.Element) -> int:
    """How many payments the bank says that an entry is, which it may not name one by one."""
    told = [(one.text or "").strip() for one in entry.iter() if name(one) == "NbOfTxs"]
    return sum(int(one) for one in told if re.fullmatch("[0-9]{1,15}", one))


def _batch(whole: Payment, count: int) -> Batch | None:
    if count < 2:
        return None
    return Batch(whole.reference[:_REFERENCE_MAX], whole.amount_micro, count)


def _payment(entry: ET.Element, details: ET.Element, amount: tuple[int, str]) -> Payment:
    day = find(entry, "BookgDt")
    told = "" if day is None else "".join(day.itertext()).strip()[:10]
    debtor, account = find(details, "Dbtr"), find(details, "DbtrAcct")
    said = [(one.text or "").strip() for one in details.iter() if name(one) in ("Ustrd", "Ref")]
    end_to_end = text(details, "EndToEndId")
    if end_to_end not in ("", "NOTPROVIDED"):
        said.append(end_to_end)
    return Payment(
        reference=text(details, "AcctSvcrRef") or child(entry, "AcctSvcrRef"),
        booked_on=_day(told),
        amount_micro=amount[0],
        currency=amount[1],
        payer="" if debtor is None else text(debtor, "Nm")[:_NAME_MAX],
        payer_account="" if account is None else text(account, "IBAN")[:64],
        text=" ".join(said)[:_TEXT_MAX],
    )


def _amount(parent: ET.Element) -> tuple[int, str]:
    found = find(parent, "Amt")
    if found is None:
        raise _bad("An entry names no amount.")
    return _micro((found.text or "").strip()), found.get("Ccy", "")


def _told_apart(payments: Iterable[Payment]) -> Iterator[Payment]:
    """Each payment under a name of its own: the bank's, else one made of what it says."""
    made: Counter[str] = Counter()
    for one in payments:
        if one.reference:
            yield replace(one, reference=one.reference[:_REFERENCE_MAX])
            continue
        facts = (one.booked_on.isoformat(), str(one.amount_micro), one.currency)
        told = "\x1f".join((*facts, one.payer, one.payer_account, one.text))
        digest = hashlib.sha256(told.encode()).hexdigest()
        made[digest] += 1
        yield replace(one, reference=f"{MADE}{digest}:{made[digest]}")


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError as exc:
        raise _bad(f"{said[:30]!r} is no day.") from exc


def _micro(said: str) -> int:
    try:
        return parse_rate(said)
    except EbenbildError as exc:
        raise _bad(f"{said[:30]!r} is no amount.") from exc


def _bad(message: str) -> BadInput:
    return BadInput(
        message,
        next_step="Hand in camt.053, or a table as docs/invoices.md describes it.",
        code=_CODE,
    )
