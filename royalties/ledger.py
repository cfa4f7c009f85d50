"""Double entry: every transaction nets to zero per currency, and a correction is a new transaction.

An accrual debits what a licensee owes and credits what a performer has earned; a reversal posts the
exact opposite. Nothing is ever changed in place, so the books can be replayed from the first line.
A transaction's id follows from its facts, so that the same facts make the same books.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from core.errors import BadInput, Broken
from core.ids import derived_id
from royalties import accounts
from royalties.accounts import AccountKind
from royalties.models import Accrual, Pins
from royalties.models_books import Claim, Posting, Transaction, TransactionKind
from royalties.outcomes import Outcome

AMOUNT_MICRO_MAX = 2**63 - 1
OWNER = "owner"
_OF_A_PERFORMER = frozenset(
    {AccountKind.ACCRUED, AccountKind.HELD, AccountKind.PAYABLE, AccountKind.BLOCKED}
)
_REASON = re.compile(r"[a-z][a-z0-9_:,-]{0,199}")


class Stamp(NamedTuple):
    """Where and when a transaction is booked: the book's tenant, its open month, order, moment."""

    book: str
    posted_period: str
    seq: int
    recorded_at: datetime


def accrue(accrual: Accrual, stamp: Stamp, *, revision: int, reason: str) -> Transaction:
    """Book an accrual: debit the licensee, credit the performer or what keeps it until then."""
    pins = accrual.pins
    amount, currency = accrual.amount_micro, pins.tariff.currency
    known = pins.outcome is not Outcome.UNIDENTIFIED
    return checked(
        Transaction(
            id=derived_id("txn", accrual.live_key, str(revision), TransactionKind.ACCRUAL),
            tenant_id=stamp.book,
            audience=f"tenant:{accrual.performer_tenant_id}" if known else OWNER,
            kind=TransactionKind.ACCRUAL,
            facts_key=accrual.facts_key,
            reason=reason,
            earned_period=pins.period,
            posted_period=stamp.posted_period,
            postings=(
                Posting(accounts.receivable(accrual.licensee_id), amount, currency),
                Posting(_credited(pins), -amount, currency),
            ),
            seq=stamp.seq,
            recorded_at=stamp.recorded_at,
            claim=Claim(accrual.live_key, revision, accrual.licensee_id, pins, accrual.working),
        )
    )


def _credited(pins: Pins) -> str:
    """The account that an accrual is set aside on."""
    match pins.outcome:
        case Outcome.LICENSED:
            return accounts.accrued(pins.performer_id)
        case Outcome.HELD:
            return accounts.held(pins.performer_id)
        case Outcome.UNIDENTIFIED:
            return accounts.unidentified(pins.cut_id)
        case Outcome.SUSPENSE:
            return accounts.suspense(pins.cut_id)
        case Outcome.UNDIVIDED:
            raise Broken("What nobody has a part in is not booked.")


def booked_id(book: str, kind: TransactionKind, facts_key: str) -> str:
    """The id of a transaction that rests on no claim, known before it is booked."""
    return derived_id("txn", book, kind, facts_key)


def book(
    kind: TransactionKind,
    postings: tuple[Posting, ...],
    stamp: Stamp,
    *,
    facts_key: str,
    reason: str,
    earned_period: str,
    audience: str = OWNER,
    run_id: str | None = None,
) -> Transaction:
    """A transaction that rests on no claim; one set of facts is booked once in a book and kind."""
    return checked(
        Transaction(
            id=booked_id(stamp.book, kind, facts_key),
            tenant_id=stamp.book,
            audience=audience,
            kind=kind,
            facts_key=facts_key,
            reason=reason,
            earned_period=earned_period,
            posted_period=stamp.posted_period,
            postings=postings,
            seq=stamp.seq,
            recorded_at=stamp.recorded_at,
            run_id=run_id,
        )
    )


def reverse(booked: Transaction, stamp: Stamp, *, reason: str) -> Transaction:
    """Take a transaction back by the opposite postings; what it had earned keeps its month."""
    if booked.kind is TransactionKind.REVERSAL:
        raise Broken(f"Transaction {booked.id} is a reversal and cannot be reversed.")
    if booked.tenant_id != stamp.book:
        raise Broken(f"Transaction {booked.id} is of another book.")
    return checked(
        booked._replace(
            id=derived_id("txn", booked.id, TransactionKind.REVERSAL),
            kind=TransactionKind.REVERSAL,
            reverses_id=booked.id,
            reason=reason,
            posted_period=stamp.posted_period,
            postings=tuple(p._replace(amount_micro=-p.amount_micro) for p in booked.postings),
            seq=stamp.seq,
            recorded_at=stamp.recorded_at,
        )
    )


def checked(transaction: Transaction) -> Transaction:
    """Return a transaction that may be booked.

    Raises `Broken` when it does not balance, or states no reason code, `BadInput` for an account
    that is not on the chart.
    """
    postings = transaction.postings
    for posting in postings:
        accounts.parse(posting.account)
    if not postings or any(net != 0 for net in net_by_currency(postings).values()):
        raise Broken(f"Transaction {transaction.id} does not net to zero.")
    if any(not 0 < abs(p.amount_micro) <= AMOUNT_MICRO_MAX for p in postings):
        raise Broken(f"Transaction {transaction.id} exceeds the range of an amount.")
    if _REASON.fullmatch(transaction.reason) is None:
        raise BadInput(
            "A transaction states its reason as a code.",
            next_step="Write it in lower case without spaces, such as bank-fee.",
            code="bad-reason",
        )
    return transaction


def entry_audience(transaction: Transaction, account: str) -> str:
    """Who besides the book's owner sees what is booked on this account."""
    kind, _, subject = account.partition(":")
    if kind == AccountKind.RECEIVABLE:
        # Who is told that nobody expects his money any more takes it for forgiven.
        written_off = transaction.kind is TransactionKind.WRITE_OFF
        return OWNER if written_off else f"tenant:{subject}"
    return transaction.audience if kind in _OF_A_PERFORMER else OWNER


def audience_of(tenant_id: str) -> str:
    """The audience of what concerns one performer's side; the owner's alone where it is empty."""
    return f"tenant:{tenant_id}" if tenant_id else OWNER


def tenant_of(audience: str) -> str:
    """The performer's side that an audience names; empty where it names none."""
    kind, _, tenant_id = audience.partition(":")
    return tenant_id if kind == "tenant" else ""


def net_by_currency(postings: Iterable[Posting]) -> dict[str, int]:
    """Sum of all postings per currency, in exact integers."""
    net: defaultdict[str, int] = defaultdict(int)
    for posting in postings:
        net[posting.currency] += posting.amount_micro
    return dict(net)


def balances(postings: Iterable[Posting]) -> Mapping[tuple[str, str], int]:
    """Balance of each (account, currency), in exact integers."""
    totals: defaultdict[tuple[str, str], int] = defaultdict(int)
    for posting in postings:
        totals[posting.account, posting.currency] += posting.amount_micro
    return dict(totals)
