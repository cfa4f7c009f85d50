"""The report on a year of one book: what came in, what was taken off, what went out, what is left.

It follows the transparency report of collecting societies (VGG section 58): income by kind of use,
costs, deductions, what was distributed and paid out, what is undistributed and why, and how long
it took. All amounts derive from `movements` and `balances`, which `differences` computes again.
Debits +, credits -, in whole millionths; what pages call income and payments turns them round.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from royalties.accounts import AccountKind
from royalties.models_books import TransactionKind
from royalties.statement import Difference

K, T = AccountKind, TransactionKind
_HANDED_ON = {
    K.PAYABLE: "distributed",
    K.BLOCKED: "distributed",
    K.COST: "cost",
    K.SOCIAL: "social",
    K.TAX: "tax",
    K.RESERVE: "reserved",
    K.UNCLAIMED: "unclaimed",
}
_COUNTED = {
    (T.ACCRUAL, K.RECEIVABLE): "claimed",
    (T.INVOICE, K.VAT): "invoiced-vat",
    (T.WRITE_OFF, K.RECEIVABLE): "written-off",
    (T.WRITE_OFF, K.VAT): "vat-corrected",
    (T.RECEIPT, K.BANK): "received",
    (T.PAYOUT, K.PAYABLE): "paid-out",
    (T.RETURN, K.PAYABLE): "paid-out",
    (T.PAYOUT, K.UNMATCHED): "sent-back",
    (T.RETURN, K.UNMATCHED): "sent-back",
    **{
        (kind, account): name
        for kind in (T.DISTRIBUTION, T.RELEASE, T.ADJUSTMENT)
        for account, name in _HANDED_ON.items()
    },
}


@dataclass(frozen=True, slots=True)
class Sum:
    """What all transactions of one kind moved on one kind of account in the year.

    What was taken back in it counts against the kind that it had been. `category` tells costs,
    deductions and taxes apart and is empty for all other accounts.
    """

    kind: TransactionKind
    account: AccountKind
    category: str
    currency: str
    amount_micro: int


@dataclass(frozen=True, slots=True)
class Ends:
    """All accounts of one kind at both ends of the year."""

    account: AccountKind
    currency: str
    opening_micro: int
    closing_micro: int


@dataclass(frozen=True, slots=True)
class Income:
    """Claims of one kind of use: booked in the year, and received in it."""

    use: str
    currency: str
    claimed_micro: int
    received_micro: int


class Waited(StrEnum):
    """What money waited for: from receipt to run, from run to payout."""

    DISTRIBUTED = "distributed"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class Days:
    """How many days money waited, by its amount: half of it no more than `median`."""

    what: Waited
    currency: str
    amount_micro: int
    median: int
    ninetieth: int


@dataclass(frozen=True, slots=True)
class YearReport:
    """One book and year as the books stood at `as_of`; `months_closed` of twelve are final."""

    book: str
    year: str
    as_of: datetime
    months_closed: int
    movements: tuple[Sum, ...]
    balances: tuple[Ends, ...]
    income: tuple[Income, ...]
    days: tuple[Days, ...]


@dataclass(frozen=True, slots=True)
class Headline:
    """One figure of the report in one currency, by its name; `category` where it has several."""

    name: str
    category: str
    amount_micro: int


HEADLINES = (
    "claimed",
    "invoiced-vat",
    "written-off",
    "vat-corrected",
    "received",
    "sent-back",
    "cost",
    "social",
    "tax",
    "reserved",
    "distributed",
    "paid-out",
    "unclaimed",
)
_DEBITS = ("claimed", "received", "sent-back", "paid-out", "vat-corrected")
LEFT, OPENING, CLOSING, MOVED = "left.", "opening.", "closing.", "moved."
STANDING = (LEFT, OPENING, CLOSING)
UNDISTRIBUTED = (K.HELD, K.UNIDENTIFIED, K.SUSPENSE, K.RESERVE, K.PAYABLE, K.BLOCKED, K.UNMATCHED)


def headlines(report: YearReport, currency: str) -> tuple[Headline, ...]:
    """The figures that the year is known by, all above zero in an ordinary one."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in report.movements:
        name = _headline(one)
        if name and one.currency == currency:
            found[name, one.category] += _sign(name) * one.amount_micro
    return tuple(
        Headline(name, category, amount)
        for (name, category), amount in sorted(
            found.items(), key=lambda item: (HEADLINES.index(item[0][0]), item[0][1])
        )
        if amount
    )


def undistributed(report: YearReport, currency: str) -> Mapping[AccountKind, int]:
    """What was not handed on at the end of the year, by what it waits for."""
    return {
        one.account: -one.closing_micro
        for one in report.balances
        if one.account in UNDISTRIBUTED and one.currency == currency and one.closing_micro
    }


def behind(figure: str) -> frozenset[tuple[TransactionKind | None, AccountKind]]:
    """Kinds of transaction and account whose entries a figure adds up; none for what is no figure.

    A headline adds up what was moved in its year, `moved.held` what any transaction (None) moved on
    accounts of a kind; `left.held` and `closing.held` what ever came to them and is there still,
    `opening.held` what was there before.
    """
    prefix, _, kind = figure.partition(".")
    if f"{prefix}." in (*STANDING, MOVED):
        return frozenset((None, one) for one in AccountKind if one == kind)
    return frozenset(pair for pair, name in _COUNTED.items() if name == figure)


def sign_of(figure: str) -> int:
    """What turns the entries of a figure round, so that it reads as a positive one.

    Balances of all accounts are shown as they stand, debits above zero.
    """
    return 1 if figure.startswith((OPENING, CLOSING, MOVED)) else _sign(figure)


def currencies(report: YearReport) -> tuple[str, ...]:
    """Every currency that stood or moved."""
    moved = {one.currency for one in report.movements}
    return tuple(sorted(moved | {one.currency for one in report.balances}))


def balances(
    opening: Mapping[tuple[AccountKind, str], int], movements: Iterable[Sum]
) -> tuple[Ends, ...]:
    """Both ends of the year: what stood before, and that with all that moved."""
    closing = defaultdict(int, opening)
    for one in movements:
        closing[one.account, one.currency] += one.amount_micro
    order = list(AccountKind)
    return tuple(
        Ends(kind, unit, opening.get((kind, unit), 0), closing[kind, unit])
        for kind, unit in sorted(closing, key=lambda name: (name[1], order.index(name[0])))
    )


def differences(report: YearReport) -> Iterator[Difference]:
    """Every figure that does not follow from the rest: empty for a sound report."""
    nets: defaultdict[tuple[TransactionKind, str], int] = defaultdict(int)
    for one in report.movements:
        nets[one.kind, one.currency] += one.amount_micro
    for (kind, currency), net in nets.items():
        if net:
            yield Difference(f"{kind.value} {currency}", str(net), "0")
    before = {(one.account, one.currency): one.opening_micro for one in report.balances}
    stated = {(one.account, one.currency): one for one in report.balances}
    for due in balances(before, report.movements):
        found = stated.pop((due.account, due.currency), None)
        if found != due:
            said = "missing" if found is None else str(found.closing_micro)
            where = f"balance {due.account.value} {due.currency}"
            yield Difference(where, said, str(due.closing_micro))
    for currency in currencies(report):
        net = sum(one.closing_micro for one in report.balances if one.currency == currency)
        if net:
            yield Difference(f"balances {currency}", str(net), "0")
        yield from _claims(report, currency)


def _claims(report: YearReport, currency: str) -> Iterator[Difference]:
    """Income by kind of use adds up to what was claimed."""
    stated = sum(one.claimed_micro for one in report.income if one.currency == currency)
    claimed = sum(one.amount_micro for one in headlines(report, currency) if one.name == "claimed")
    if stated != claimed:
        yield Difference(f"income {currency}", str(stated), str(claimed))


def _headline(one: Sum) -> str:
    """Which figure a sum counts towards; empty where it only moved inside the book."""
    return _COUNTED.get((one.kind, one.account), "")


def _sign(name: str) -> int:
    """Debits count up in these, credits in all else."""
    return 1 if name in _DEBITS else -1
