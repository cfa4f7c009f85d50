"""What a bank says of payments: status reports, entries of the account, or a table of one's own.

pain.002 tells what became of a file, camt.054 what was booked, and a CSV is for payments by hand
(`end_to_end_id`, `status`, and optionally `code`, `amount`, `currency`). Elements are found by
their names whatever the version of the message. Whatever is no such answer is refused whole.
ISO 20022, External Code Sets; German banks: DFÜ-Abkommen, Anlage 3.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.errors import BadInput, EbenbildError
from core.money import parse_rate
from royalties.banktable import Table, read_table
from royalties.bankxml import BYTES_MAX, body_of, child, find, is_booked, is_xml, name, text
from royalties.models_payouts import Answer, Outcome

OURS = re.compile(r"POT[A-Z2-7]{26}")
_BATCH = re.compile(r"PBA[A-Z2-7]{26}")
_CODE = re.compile(r"[A-Z0-9]{1,35}")
_STATUS = {
    **dict.fromkeys(("ACSC", "ACCC"), Outcome.SETTLED),
    **dict.fromkeys(("RJCT", "CANC"), Outcome.RETURNED),
}
_FAULT = "bad-bank-answer"
_COLUMNS = (("end_to_end_id",), ("status",))


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said of our payments, in which form, and how many entries are about others."""

    form: str
    said: tuple[Answer, ...]
    others: int


def read(data: bytes) -> Answers:
    """The answers in a file; raises `BadInput` for what is none."""
    if len(data) > BYTES_MAX:
        raise _bad("The answer is larger than 32 MiB.")
    if not is_xml(data):
        return _table(data)
    try:
        body = body_of(data)
    except ValueError as exc:
        raise _bad(f"The answer cannot be read: {exc}.") from exc
    if name(body) == "CstmrPmtStsRpt":
        return Answers("pain.002", tuple(_statuses(body)), 0)
    if name(body) == "BkToCstmrDbtCdtNtfctn":
        return _booked(body)
    raise _bad("This is neither pain.002 nor camt.054.")


def _statuses(report: ET.Element) -> Iterator[Answer]:
    """What is said of single payments, else of the whole file."""
    payments = [one for one in report.iter() if name(one) == "TxInfAndSts"]
    for one in payments:
        status, reference = text(one, "TxSts"), text(one, "OrgnlEndToEndId")
        if not reference or not status:
            raise _bad("A status names no payment.")
        yield Answer(reference, _STATUS.get(status, Outcome.OPEN), _reason(one, status))
    if payments:
        return
    for one in report.iter():
        status = child(one, "GrpSts") or child(one, "PmtInfSts")
        reference = child(one, "OrgnlMsgId") or child(one, "OrgnlPmtInfId")
        if status and reference:
            outcome = _STATUS.get(status, Outcome.OPEN)
            yield Answer(reference, outcome, _reason(one, status), whole=True)


def _reason(parent: ET.Element, status: str) -> str:
    """The code of why a payment was refused; "" for one that was not."""
    if _STATUS.get(status) is not Outcome.RETURNED:
        return ""
    place = find(parent, "StsRsnInf")
    code = "" if place is None else text(place, "Cd")
    return code if _CODE.fullmatch(code) else ""


def _booked(notification: ET.Element) -> Answers:
    said: list[Answer] = []
    others = 0
    for entry in (one for one in notification.iter() if name(one) == "Ntry"):
        if not is_booked(entry):
            continue
        details = [one for one in entry.iter() if name(one) == "TxDtls"]
        found = [_detail(entry, one, alone=len(details) == 1) for one in details]
        if not details:
            found = [_sum(entry)]
        said += [one for one in found if one is not None]
        others += sum(one is None for one in found)
    return Answers("camt.054", tuple(said), others)


def _detail(entry: ET.Element, details: ET.Element, *, alone: bool) -> Answer | None:
    """What an entry says of one payment; None where that is none of ours."""
    reference = text(details, "EndToEndId") or text(details, "OrgnlEndToEndId")
    if OURS.fullmatch(reference) is None:
        return None
    amount = find(details, "Amt")
    if amount is None and alone:
        amount = find(entry, "Amt")
    back = find(details, "RtrInf")
    if back is None and child(entry, "CdtDbtInd") == "DBIT":
        return Answer(reference, Outcome.SETTLED, "", *_money(amount))
    code = "" if back is None else text(back, "Cd")
    return Answer(reference, Outcome.RETURNED, code, *_money(amount))


def _sum(entry: ET.Element) -> Answer | None:
    """An entry for a whole file, which German banks book in one sum."""
    reference = text(entry, "MsgId") or text(entry, "PmtInfId")
    if _BATCH.fullmatch(reference) is None or child(entry, "CdtDbtInd") != "DBIT":
        return None
    return Answer(reference, Outcome.SETTLED, "", *_money(find(entry, "Amt")), whole=True)


def _money(amount: ET.Element | None) -> tuple[int | None, str]:
    if amount is None:
        return None, ""
    return _micro((amount.text or "").strip()), amount.get("Ccy", "")


def _micro(text: str) -> int:
    try:
        return parse_rate(text)
    except EbenbildError as exc:
        raise _bad(f"{text[:30]!r} is no amount.") from exc


def _table(data: bytes) -> Answers:
    table = read_table(data, _COLUMNS, _FAULT)
    told = Table(tuple(one for one in table.lines if one.cells.get("amount")), _FAULT)
    numbers = (one.number for one in told.lines)
    amounts = dict(zip(numbers, told.amounts("amount"), strict=True))
    said = (_row(one.cells, amounts.get(one.number)) for one in table.lines)
    return Answers("csv", tuple(said), 0)


def _row(cells: Mapping[str, str], amount_micro: int | None) -> Answer:
    status = cells["status"].lower()
    if status not in {one.value for one in Outcome}:
        raise _bad(f"{status[:30]!r} is no status: settled, returned or open.")
    code = cells.get("code", "").upper()
    if code and _CODE.fullmatch(code) is None:
        raise _bad(f"{code[:30]!r} is no code of a bank.")
    return Answer(
        cells["end_to_end_id"], Outcome(status), code, amount_micro, cells.get("currency", "")
    )


def _bad(message: str) -> BadInput:
    return BadInput(
        message,
        next_step="Hand in pain.002, camt.054, or a table as docs/payouts.md describes it.",
        code=_FAULT,
    )
