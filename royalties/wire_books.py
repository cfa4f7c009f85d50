"""Months, balances and exchanges of the books as JSON-ready values; amounts as text."""

from collections.abc import Iterable

from core.clock import to_text
from royalties.accounts import parse
from royalties.closing import trial_balance
from royalties.forms.books import BookBalanceOut, ExchangeOut, PeriodOut, RateOut
from royalties.fx import Exchange, Rate
from royalties.models_books import AccountBalance, Period
from royalties.wire import trial_balance_to_dict


def period_to_dict(period: Period) -> PeriodOut:
    """What a page, a CLI or an API shows of a month."""
    return {
        "id": period.id,
        "book": period.tenant_id,
        "month": period.month,
        "state": period.state,
        "transactions": period.transactions,
        "root": period.root,
        "approval_id": period.approval_id,
        "closed_at": None if period.closed_at is None else to_text(period.closed_at),
        "log_index": period.log_index,
        "single_operator": period.single_operator,
    }


def book_balance_to_dict(
    book: str, month: str | None, found: Iterable[AccountBalance]
) -> BookBalanceOut:
    """The trial balance of a book or of one of its months: currencies, then every account."""
    accounts = list(found)
    return {
        "book": book,
        "month": month,
        **trial_balance_to_dict(trial_balance(accounts)),
        "accounts": [
            {
                "account": one.account,
                "side": parse(one.account).side,
                "currency": one.currency,
                "postings": one.postings,
                "debits_micro": str(one.debits_micro),
                "credits_micro": str(one.credits_micro),
                "net_micro": str(one.net_micro),
            }
            for one in accounts
        ],
    }


def exchange_to_dict(item: Exchange) -> ExchangeOut:
    """What a CLI or an API shows of a change of currency."""
    return {
        "id": item.id,
        "account": item.legs[0].postings[0].account,
        "from_micro": str(item.from_micro),
        "to_micro": str(item.to_micro),
        "transaction_ids": [leg.id for leg in item.legs],
        "posted_period": item.legs[0].posted_period,
        "working": dict(item.working),
        **rate_to_dict(item.rate),
    }


def rate_to_dict(rate: Rate) -> RateOut:
    """A rate with its source and day."""
    return {
        "base": rate.base,
        "quote": rate.quote,
        "rate": [rate.ratio.numerator, rate.ratio.denominator],
        "source": rate.source,
        "day": rate.day.isoformat(),
    }
