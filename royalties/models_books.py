"""The nouns of the books: postings, transactions, periods, and what adds them up.

A book belongs to whoever collects. Amounts are whole millionths of the currency unit (`*_micro`),
debits positive, credits negative. A transaction is final: what was wrong is reversed. What a book
holds by the million is a tuple, which is made in a third of the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from core.errors import Broken
from royalties.accounts import AccountKind
from royalties.models import Pins


class TransactionKind(StrEnum):
    """What happened; a reversal takes exactly one transaction of another kind back."""

    ACCRUAL = "accrual"
    REVERSAL = "reversal"
    INVOICE = "invoice"
    WRITE_OFF = "write-off"
    RECEIPT = "receipt"
    DISTRIBUTION = "distribution"
    RELEASE = "release"
    PAYOUT = "payout"
    SETTLEMENT = "settlement"
    RETURN = "return"
    FX = "fx"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class Booked:
    """The newest accrual of a live key, and its book; not `live` once it has been reversed."""

    live_key: str
    transaction_id: str
    facts_key: str
    revision: int
    live: bool
    book: str = ""


class Posting(NamedTuple):
    """One side of a transaction; debits are positive, credits negative."""

    account: str
    amount_micro: int
    currency: str


@dataclass(frozen=True, slots=True)
class Paper:
    """What a transaction was booked for: a run, invoice, receipt or batch, of a run whose lines."""

    kind: str
    id: str
    performer_id: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One posting as it stands in a book, with its transaction; a reversal bears what it undoes.

    `subject` is whom the account is about, where it is about somebody. Behind it stands a claim of
    a licensee, by `line_id`, or a paper, or neither.
    """

    transaction_id: str
    seq: int
    kind: TransactionKind
    posted_period: str
    recorded_at: datetime
    subject: str
    amount_micro: int
    currency: str
    taken_back: bool
    line_id: str = ""
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class MonthClaim:
    """A claim that stands in a book, as far as a month under another tariff asks for it."""

    line_id: str
    performer_id: str
    cut_id: str
    licensee_id: str


class Claim(NamedTuple):
    """What an accrual, and its reversal, rests on: who owes it, and every fact behind the amount.

    `revision` counts the accruals of one live key from 1; a reversal bears its accrual's.
    """

    live_key: str
    revision: int
    licensee_id: str
    pins: Pins
    working: Mapping[str, int | str]


class Transaction(NamedTuple):
    """A balanced, final set of postings in the book of the tenant `tenant_id`.

    `earned_period` is the month the money was earned in, `posted_period` the open month of the
    book in which it is booked. `facts_key` is equal for equal facts. The one performer's side that
    a transaction may concern is its `audience`; a claim's licensee sees it too.
    """

    id: str
    tenant_id: str
    audience: str
    kind: TransactionKind
    facts_key: str
    reason: str
    earned_period: str
    posted_period: str
    postings: tuple[Posting, ...]
    seq: int
    recorded_at: datetime
    reverses_id: str | None = None
    run_id: str | None = None
    pair_id: str | None = None
    claim: Claim | None = None

    @property
    def basis(self) -> Claim:
        """The claim of an accrual or of its reversal; raises `Broken` for any other kind."""
        if self.claim is None:
            raise Broken(f"Transaction {self.id} is no accrual.")
        return self.claim

    @property
    def pins(self) -> Pins:
        """What an accrual rests on."""
        return self.basis.pins

    @property
    def revision(self) -> int:
        """Which accrual of its live key this is, or takes back."""
        return self.basis.revision

    @property
    def currency(self) -> str:
        """An accrual stays within the currency of its tariff."""
        return self.pins.tariff.currency

    @property
    def amount_micro(self) -> int:
        """What an accrual sets aside for somebody (negative for its reversal)."""
        side = f"{AccountKind.RECEIVABLE}:"
        return sum(p.amount_micro for p in self.postings if p.account.startswith(side))


class PeriodState(StrEnum):
    """How far a month of a book is closed; only an open one takes postings."""

    OPEN = "OPEN"
    CLOSING = "CLOSING"
    CLOSED = "CLOSED"


@dataclass(frozen=True, slots=True)
class Period:
    """One month of a book.

    `root` fixes its transactions from CLOSING on, `log_index` names the leaf of the public log
    that says so from CLOSED on; `single_operator` says that one person alone closed it.
    """

    id: str
    tenant_id: str
    month: str
    state: PeriodState
    transactions: int
    root: str | None
    approval_id: str | None
    closed_at: datetime | None
    log_index: int | None
    single_operator: bool


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """Both sides of one account in one currency."""

    account: str
    currency: str
    postings: int
    debits_micro: int
    credits_micro: int

    @property
    def net_micro(self) -> int:
        """Debits less credits: what an asset holds, less than zero where a liability is owed."""
        return self.debits_micro - self.credits_micro


@dataclass(frozen=True, slots=True)
class CurrencyBalance:
    """Both sides of all postings in one currency; they are equal, or the books are broken."""

    currency: str
    postings: int
    debits_micro: int
    credits_micro: int

    @property
    def net_micro(self) -> int:
        """Zero in sound books."""
        return self.debits_micro - self.credits_micro


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """Balances of every currency in the books."""

    currencies: tuple[CurrencyBalance, ...]

    @property
    def balanced(self) -> bool:
        """Whether every currency nets to zero."""
        return all(balance.net_micro == 0 for balance in self.currencies)
