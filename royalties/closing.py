"""Months of a book: where a fact is posted, and the one root that fixes what a month holds.

A fact is posted in the month in which it is booked, or in the first month after it that is still
open; the month it was earned in stays beside it. The root is a hash tree (RFC 6962) over the
transactions in the order of their own hashes: it says what is in the month, and not in which order
or on which machine it was taken in.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from core import merkle
from core.canonical import canonical
from royalties.models_books import (
    AccountBalance,
    CurrencyBalance,
    PeriodState,
    Transaction,
    TrialBalance,
)

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


def month_of(at: datetime) -> str:
    """The month of a moment, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m}"


def month_after(month: str) -> str:
    """The next month: `2026-12` gives `2027-01`."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def month_before(month: str) -> str:
    """The month before: `2027-01` gives `2026-12`."""
    return months_before(month, 1)


def begins_on(month: str) -> date:
    """The first day of a month: `2026-12` gives the first of December."""
    return date(int(month[:4]), int(month[5:]), 1)


def months_before(month: str, count: int) -> str:
    """The month that lies so many before: `2027-01` and 2 give `2026-11`."""
    years, rest = divmod(int(month[:4]) * 12 + int(month[5:]) - 1 - count, 12)
    return f"{years:04d}-{rest + 1:02d}"


def posting_month(states: Mapping[str, PeriodState], at: datetime) -> str:
    """Where a fact is posted that is booked at `at`; months without a state have yet to open.

    Never before a month that is closed or about to be, whatever the clock says.
    """
    shut = max(
        (name for name, state in states.items() if state is not PeriodState.OPEN), default=""
    )
    return max(month_of(at), month_after(shut) if shut else "")


def first_before(states: Mapping[str, PeriodState], month: str) -> str | None:
    """The earliest month before this one that is not closed yet: it has to be closed first."""
    waiting = (name for name, state in states.items() if state is not PeriodState.CLOSED)
    return min((name for name in waiting if name < month), default=None)


def root(transactions: Iterable[Transaction]) -> str:
    """The hex root over all transactions of one month of one book, in any order."""
    hashes = sorted(merkle.leaf_hash(content(one)) for one in transactions)
    return merkle.root(hashes).hex()


def content(transaction: Transaction) -> bytes:
    """What the root says of a transaction, as canonical bytes.

    Its id, number and moment are left out, because they say how it was booked and not what; the
    facts that led to the amount are in by their key, which a reversal shares with what it reverses.
    """
    claim = transaction.claim
    return canonical(
        {
            "book": transaction.tenant_id,
            "kind": transaction.kind.value,
            "posted": transaction.posted_period,
            "earned": transaction.earned_period,
            "reason": transaction.reason,
            "facts": transaction.facts_key,
            "claim": [claim.live_key, claim.revision] if claim else [],
            "run": transaction.run_id or "",
            "pair": transaction.pair_id or "",
            "postings": sorted(
                [posting.account, str(posting.amount_micro), posting.currency]
                for posting in transaction.postings
            ),
        }
    )


def balance(transactions: Iterable[Transaction]) -> list[dict[str, str]]:
    """The trial balance of these transactions by kind of account: debits and credits as text."""
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for posting in (posting for one in transactions for posting in one.postings):
        kind = posting.account.partition(":")[0]
        sums[kind, posting.currency][posting.amount_micro < 0] += abs(posting.amount_micro)
    return [
        {
            "kind": kind,
            "currency": currency,
            "debits_micro": str(debits),
            "credits_micro": str(credits_),
        }
        for (kind, currency), (debits, credits_) in sorted(sums.items())
    ]


def trial_balance(accounts: Iterable[AccountBalance]) -> TrialBalance:
    """Both sides of every currency over these accounts."""
    sums: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in accounts:
        for place, value in enumerate((one.postings, one.debits_micro, one.credits_micro)):
            sums[one.currency][place] += value
    return TrialBalance(tuple(CurrencyBalance(unit, *sums[unit]) for unit in sorted(sums)))


def digest(facts: Mapping[str, object]) -> str:
    """The key of a set of facts: the hex SHA-256 of their canonical bytes."""
    return hashlib.sha256(canonical(facts)).hexdigest()
