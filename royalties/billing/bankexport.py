"""An account's export as CSV, under its bank's headings or our own: what came in, and what not.

Headings are dated data (`bankheadings.json`). What a bank calls a reference is mostly the payer's,
so that a payment is known by the bank's own id alone, or by all that the line says of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from core.canonical import parse_strict
from core.currencies import is_payable
from core.errors import BadInput
from royalties.banktable import Line, Table, bare, lacking, read_table
from royalties.ibans import check_iban
from royalties.models_income import Payment

OWN = ("reference", "booked_on", "amount", "currency", "payer", "payer_account", "text")
_NEEDED = OWN[:4]
_TEXT_MAX, _NAME_MAX, _ACCOUNT_MAX = 2000, 300, 64
_UNITS = {"\u20ac": "EUR", "\u00a3": "GBP"}


@dataclass(frozen=True, slots=True)
class Export:
    """What came in, the accounts that it came to, and how many lines are no payments."""

    payments: tuple[Payment, ...]
    accounts: frozenset[str]
    others: int


def read_export(data: bytes, code: str) -> Export:
    """Read a table whole; raises `BadInput` naming the line or the column that cannot be read.

    What went out, was not booked yet or is the sum below the table is counted and left out.
    """
    table = read_table(data, _wanted(), code)
    lines = [*_entries(table)]
    booked = Table(tuple(one for one in lines if _is_booked(table, one)), code)
    days, amounts = booked.days("booked_on"), booked.signed("amount")
    found = [
        _payment(booked, line, day, amount)
        for line, day, amount in zip(booked.lines, days, amounts, strict=True)
        if amount > 0
    ]
    accounts = frozenset(map(_iban, {one.cells["account"] for one in lines})) - {""}
    return Export(tuple(found), accounts, len(table.lines) - len(found))


def _entries(table: Table) -> Iterator[Line]:
    """The lines in our own columns, without those below the last entry."""
    if not table.lines:
        return
    names = _named(table)
    lines = [*table.lines]
    while lines and _is_below(lines[-1], names):
        lines.pop()
    for line in lines:
        yield Line(line.number, _in_ours(table, line, names))


def _is_below(line: Line, names: Mapping[str, Sequence[str]]) -> bool:
    """Whether a line has neither a day nor an amount, as the balance below the entries."""
    amounts = (name for column in ("amount", "credit", "debit") for name in names.get(column, ()))
    day = line.cells[names["booked_on"][0]]
    return not re.search("[0-9]", day) and not any(line.cells[name] for name in amounts)


def _named(table: Table) -> dict[str, list[str]]:
    """By our columns the headings of the table that mean them, the best first."""
    headings = [*table.lines[0].cells]
    if "booked_on" in headings:
        missing = sorted({*_NEEDED} - {*headings})
        if missing:
            raise lacking(missing, table.code)
        return {name: [name] for name in OWN if name in headings}
    return {
        column: [one for name in known for one in headings if name in (one, bare(one)[0])]
        for column, known in _called().items()
    }


def _in_ours(table: Table, line: Line, names: Mapping[str, Sequence[str]]) -> dict[str, str]:
    cells = {
        column: line.cells[names[column][0]] if names.get(column) else ""
        for column in (*OWN, "account", "status")
    }
    cells["text"] = " ".join(line.cells[name] for name in names.get("text", ())).strip()
    cells["amount"] = _signed(table, line, names)
    cells["currency"] = cells["currency"] or _unit(names)
    if not cells["currency"]:
        raise lacking(["currency"], table.code)
    return cells


def _signed(table: Table, line: Line, names: Mapping[str, Sequence[str]]) -> str:
    """The amount with the sign of its way: from one column, from one with a way, or from two."""
    if names.get("amount"):
        amount = line.cells[names["amount"][0]]
        if not names.get("way"):
            return amount
        way = line.cells[names["way"][0]].lower()
        if way not in (*_words("debits"), *_words("credits")):
            raise table.unread(line, names["way"][0])
        return f"-{amount}" if way in _words("debits") else amount
    came = line.cells[names["credit"][0]]
    if came.strip("+-0., "):
        return came
    went = line.cells[names["debit"][0]] if names.get("debit") else ""
    return f"-{went.strip('+- ') or 0}"


def _is_booked(table: Table, line: Line) -> bool:
    """Whether the bank has booked a line; a status that nobody knows is refused."""
    status = line.cells["status"].lower()
    if status not in (*_words("booked"), *_words("unbooked")):
        raise table.unread(line, "status")
    return status in _words("booked")


def _payment(table: Table, line: Line, day: date, amount_micro: int) -> Payment:
    cells = line.cells
    if not is_payable(amount_micro, cells["currency"]):
        raise table.unread(line, "amount")
    return Payment(
        reference=cells["reference"],
        booked_on=day,
        amount_micro=amount_micro,
        currency=cells["currency"],
        payer=cells["payer"][:_NAME_MAX],
        payer_account=cells["payer_account"][:_ACCOUNT_MAX],
        text=cells["text"][:_TEXT_MAX],
    )


def _unit(names: Mapping[str, Sequence[str]]) -> str:
    """The currency that stands beside the heading of the amounts."""
    for column in ("amount", "credit"):
        for heading in names.get(column, ()):
            unit = bare(heading)[1].upper()
            return _UNITS.get(unit, unit if re.fullmatch("[A-Z]{3}", unit) else "")
    return ""


def _iban(said: str) -> str:
    try:
        return check_iban(said)
    except BadInput:
        return ""


def _wanted() -> tuple[Sequence[str], ...]:
    called = _called()
    return ("booked_on", *called["booked_on"]), ("amount", *called["amount"], *called["credit"])


def _called() -> Mapping[str, Sequence[str]]:
    found: Mapping[str, Sequence[str]] = _data()["columns"]
    return found


def _words(name: str) -> Sequence[str]:
    found: Sequence[str] = _data()[name]
    return found


@cache
def _data() -> Mapping[str, Any]:
    return parse_strict(files("royalties").joinpath("data", "bankheadings.json").read_bytes())
