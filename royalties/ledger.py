"""Double entry: every transaction nets to zero, and a correction is a new transaction.

An accrual debits what a licensee owes us and credits what we owe a payee; a reversal posts the
exact opposite. Nothing is ever changed in place, so the books can be replayed from the first line.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.errors import Broken
from royalties.models import Accrual, Posting, Transaction, TransactionKind

AMOUNT_MICRO_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Stamp:
    """Identity and moment of a transaction, given by the caller."""

    id: str
    seq: int
    recorded_at: datetime


def receivable(tenant_id: str) -> str:
    """The account of what a licensee owes."""
    return f"receivable:{tenant_id}"


def payable(payee_id: str) -> str:
    """The account of what is owed to a payee."""
    return f"payable:{payee_id}"


def accrue(accrual: Accrual, stamp: Stamp, *, revision: int, reason: str) -> Transaction:
    """Book an accrual: debit the licensee, credit the payee."""
    currency = accrual.pins.tariff.currency
    postings = (
        Posting(receivable(accrual.licensee_id), accrual.amount_micro, currency),
        Posting(payable(accrual.pins.payee_id), -accrual.amount_micro, currency),
    )
    return checked(
        Transaction(
            id=stamp.id,
            tenant_id=accrual.licensee_id,
            audience=f"tenant:{accrual.performer_tenant_id}",
            kind=TransactionKind.ACCRUAL,
            live_key=accrual.live_key,
            revision=revision,
            facts_key=accrual.facts_key,
            reverses_id=None,
            reason=reason,
            earned_period=accrual.pins.period,
            postings=postings,
            pins=accrual.pins,
            working=accrual.working,
            seq=stamp.seq,
            recorded_at=stamp.recorded_at,
        )
    )


def reverse(accrual: Transaction, stamp: Stamp, *, reason: str) -> Transaction:
    """Take an accrual back by the opposite postings, in the period it was earned in."""
    if accrual.kind is not TransactionKind.ACCRUAL:
        raise Broken(f"Transaction {accrual.id} is no accrual and cannot be reversed.")
    opposite = tuple(replace(p, amount_micro=-p.amount_micro) for p in accrual.postings)
    return checked(
        replace(
            accrual,
            id=stamp.id,
            kind=TransactionKind.REVERSAL,
            reverses_id=accrual.id,
            reason=reason,
            postings=opposite,
            seq=stamp.seq,
            recorded_at=stamp.recorded_at,
        )
    )


def checked(transaction: Transaction) -> Transaction:
    """Return a transaction that may be booked; raises `Broken` when it does not balance."""
    if any(net != 0 for net in net_by_currency(transaction.postings).values()):
        raise Broken(f"Transaction {transaction.id} does not net to zero.")
    if any(abs(p.amount_micro) > AMOUNT_MICRO_MAX for p in transaction.postings):
        raise Broken(f"Transaction {transaction.id} exceeds the range of an amount.")
    return transaction


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
