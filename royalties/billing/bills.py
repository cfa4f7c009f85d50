"""What stands on the paper of an invoice: both sides, lines in whole cents, tax, terms.

An invoice may bear a million claims; its paper adds them up by cut, kind of use and month, or by
kind and month where those are too many. Cents are divided so that the lines come to the net amount
exactly, which EN 16931 asks for (BR-CO-10).
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.money import split
from royalties.billing.parties import Party, party_from_dict, party_to_dict
from royalties.billing.vat import Tax, tax_from_dict
from royalties.invoicing import unit_of
from royalties.models_income import Invoice

LINES_MAX = 500


@dataclass(frozen=True, slots=True)
class Group:
    """Claims of one cut, kind of use and month, and what they come to, above zero."""

    cut_id: str
    kind: str
    earned_period: str
    claims: int
    claims_micro: int


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line on the paper, in whole cents; `cut_id` is empty where cuts are added up."""

    cut_id: str
    kind: str
    earned_period: str
    claims: int
    net_micro: int


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice with all that its paper says; amounts of a credit note are above zero here.

    `until` is the day up to which the use of its last month was reported, None for a whole month.
    """

    invoice: Invoice
    seller: Party
    buyer: Party
    lines: tuple[BillLine, ...]
    credits_number: str = ""
    credits_issued_on: date | None = None
    withheld_micro: int = 0
    until: date | None = None

    @property
    def seller_id(self) -> str:
        """The book, or the payee in whose name the book issued it."""
        invoice = self.invoice
        return invoice.licensee_id if invoice.kind.self_billed else invoice.tenant_id

    @property
    def buyer_id(self) -> str:
        """The licensee, or the book that issued it in a payee's name."""
        invoice = self.invoice
        return invoice.tenant_id if invoice.kind.self_billed else invoice.licensee_id

    @property
    def due_micro(self) -> int:
        """What is to be paid, above zero, after what was withheld for the state."""
        return self.net_micro + self.vat_micro - self.withheld_micro

    @property
    def tax(self) -> Tax:
        """Why and how much tax it bears."""
        return tax_from_dict(self.invoice.tax)

    @property
    def net_micro(self) -> int:
        """The net amount, above zero."""
        return abs(self.invoice.amounts.net_micro)

    @property
    def vat_micro(self) -> int:
        """The tax, above zero."""
        return abs(self.invoice.amounts.vat_micro)

    @property
    def months(self) -> tuple[date, date]:
        """The first and the last day that it is about: of whole months, or until it was issued."""
        found = [line.earned_period for line in self.lines] or [self.invoice.month]
        return date.fromisoformat(f"{min(found)}-01"), self.until or last_day(max(found))


def last_day(month: str) -> date:
    """The last day of a month."""
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def bill_lines(groups: Iterable[Group], net_micro: int, currency: str) -> tuple[BillLine, ...]:
    """The lines of a paper whose cents come to `net_micro`, by month, kind and cut."""
    found = sorted(groups, key=lambda one: (one.earned_period, one.kind, one.cut_id))
    if len(found) > LINES_MAX:
        found = _without_cuts(found)
    unit = unit_of(currency)
    cents = split(net_micro // unit, [one.claims_micro for one in found])
    return tuple(
        BillLine(one.cut_id, one.kind, one.earned_period, one.claims, part * unit)
        for one, part in zip(found, cents, strict=True)
    )


def reported_until(lines: Iterable[BillLine], issued_on: date) -> date | None:
    """Until when the use of the last month was reported; None where that month was over."""
    last = max((line.earned_period for line in lines), default="")
    return issued_on if last == f"{issued_on:%Y-%m}" and issued_on < last_day(last) else None


def paper_to_dict(bill: Bill) -> dict[str, Any]:
    """What a bill says beside its invoice, to be kept sealed; inverse of `paper_from_dict`."""
    day = bill.credits_issued_on
    return {
        "seller": party_to_dict(bill.seller),
        "buyer": party_to_dict(bill.buyer),
        "lines": [
            [one.cut_id, one.kind, one.earned_period, one.claims, str(one.net_micro)]
            for one in bill.lines
        ],
        "credits_number": bill.credits_number,
        "withheld_micro": str(bill.withheld_micro),
        "credits_issued_on": None if day is None else day.isoformat(),
        "until": None if bill.until is None else bill.until.isoformat(),
    }


def paper_from_dict(invoice: Invoice, data: Mapping[str, Any]) -> Bill:
    """The bill of an invoice, from what was kept of it."""
    day, until = data["credits_issued_on"], data.get("until")
    return Bill(
        invoice=invoice,
        seller=party_from_dict(data["seller"]),
        buyer=party_from_dict(data["buyer"]),
        lines=tuple(
            BillLine(cut, kind, month, claims, int(net))
            for cut, kind, month, claims, net in data["lines"]
        ),
        credits_number=data["credits_number"],
        credits_issued_on=None if day is None else date.fromisoformat(day),
        withheld_micro=int(data.get("withheld_micro", "0")),
        until=None if until is None else date.fromisoformat(until),
    )


def _without_cuts(groups: Iterable[Group]) -> list[Group]:
    claims: defaultdict[tuple[str, str], int] = defaultdict(int)
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in groups:
        claims[one.kind, one.earned_period] += one.claims
        sums[one.kind, one.earned_period] += one.claims_micro
    return [
        Group("", kind, month, claims[kind, month], sums[kind, month])
        for kind, month in sorted(sums, key=lambda key: (key[1], key[0]))
    ]
