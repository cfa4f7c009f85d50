"""What is told of the books: balances, months, changes of currency, and what facts come to."""

from core.forms import Day, Form, Fraction, Micro, Moment, Month
from royalties.accounts import Side
from royalties.models_books import PeriodState


class CurrencyBalanceOut(Form):
    """Both sides of all postings in one currency; `net_micro` is zero in sound books."""

    currency: str
    postings: int
    debits_micro: Micro
    credits_micro: Micro
    net_micro: Micro


class TrialBalanceOut(Form):
    """Do the books balance?"""

    balanced: bool
    currencies: list[CurrencyBalanceOut]


class AccountBalanceOut(Form):
    """Both sides of one account; `net_micro` is below zero where something is owed."""

    account: str
    side: Side
    currency: str
    postings: int
    debits_micro: Micro
    credits_micro: Micro
    net_micro: Micro


class _Book(Form):
    book: str
    month: Month | None


class BookBalanceOut(_Book, TrialBalanceOut):
    """The trial balance of a book, or of what one of its months took in."""

    accounts: list[AccountBalanceOut]


class PeriodOut(Form):
    """A month of a book; `root` fixes its transactions, `log_index` is its leaf once closed."""

    id: str
    book: str
    month: Month
    state: PeriodState
    transactions: int
    root: str | None
    approval_id: str | None
    closed_at: Moment | None
    log_index: int | None
    single_operator: bool


class RateOut(Form):
    """How many units of `quote` one unit of `base` gives, as `source` stated it for `day`."""

    base: str
    quote: str
    rate: Fraction
    source: str
    day: Day


class _Exchange(Form):
    id: str
    account: str
    from_micro: Micro
    to_micro: Micro
    transaction_ids: list[str]
    posted_period: Month
    working: dict[str, int]


class ExchangeOut(_Exchange, RateOut):
    """A change of currency; `to_micro` is rounded down, and `working` says by how much."""


class RootOut(Form):
    """A root as the facts state it and as it came out; of the whole book where `month` is null."""

    month: Month | None
    stated: str
    recomputed: str


class ReplayDifferenceOut(Form):
    """Something that came out otherwise; `line` is that of the facts which state it."""

    line: int
    what: str
    stated: str
    recomputed: str


class _Replayed(Form):
    same: bool
    book: str
    transactions: int
    roots: list[RootOut]
    differences: list[ReplayDifferenceOut]


class ReplayedOut(_Replayed, TrialBalanceOut):
    """What became of booking the facts of a book again; `same` where all came out as stated."""
