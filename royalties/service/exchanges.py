"""Changing currency within one's own book, and taking such a change back, both legs at once."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import audit
from core.currencies import check_listed
from core.errors import BadInput, Conflict, NotFound
from core.ids import derived_id
from core.principal import Principal, require
from royalties import closing, ledger
from royalties.accounts import parse
from royalties.fx import Exchange, Rate, exchange
from royalties.models_books import Transaction, TransactionKind
from royalties.service.books import Clerk
from royalties.store import balances, exchanges, journal
from royalties.store import ledger as store


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be changed: so much of an account's balance, at a rate.

    `amount_micro` is above zero, whichever side the balance stands on. `reference` is the bank's
    or the clerk's own name for the change and tells two equal ones apart.
    """

    account: str
    amount_micro: int
    rate: Rate
    reference: str


def change(session: Session, principal: Principal, wanted: Wanted, *, now: datetime) -> Exchange:
    """Change currency of one account of one's own book.

    Raises `BadInput` for no account of the chart, more than its balance or no currency, `Conflict`
    for what was changed already.
    """
    # Load.
    require(principal, "usage")
    rate, book = wanted.rate, principal.tenant_id
    check_listed(rate.quote)
    facts_key = _facts_key(wanted)
    if exchanges.rates(session, principal, [derived_id("fxp", book, facts_key)]):
        raise Conflict("This was changed already.", next_step="Name another reference.")
    entries = balances.of_account(session, principal, parse(wanted.account), rate.base)
    held = sum(entries.values())
    # Decide.
    if not 0 < wanted.amount_micro <= abs(held):
        raise BadInput(
            "The account does not hold so much.",
            next_step="Read its balance: ebenbild ledger trial-balance --accounts",
            code="bad-exchange",
        )
    clerk = Clerk(session, book, now)
    made = exchange(
        wanted.account,
        wanted.amount_micro if held > 0 else -wanted.amount_micro,
        rate,
        (clerk.stamp(), clerk.stamp()),
        facts_key=facts_key,
        audience=next(iter(entries)),
        reason="exchange",
        earned_period=closing.month_of(now),
    )
    # Save.
    exchanges.add_exchange(session, made)
    store.add_transactions(session, made.legs)
    details = {"account": wanted.account, "pair": f"{rate.base}-{rate.quote}", "id": made.id}
    audit.record(
        session, principal, action="ledger.exchanged", subject_id=made.id, details=details, now=now
    )
    return made


def undo(
    session: Session, principal: Principal, pair_id: str, *, reason: str, now: datetime
) -> tuple[Transaction, ...]:
    """Take an exchange of one's own book back: both legs, once. `NotFound` for another's."""
    require(principal, "usage")
    legs = [
        one
        for one in journal.of_pair(session, principal, pair_id)
        if one.tenant_id == principal.tenant_id
    ]
    if not legs:
        raise NotFound("There is no such exchange in your book.", next_step="Check its id.")
    if any(one.kind is TransactionKind.REVERSAL for one in legs):
        raise Conflict("This exchange was taken back already.", next_step="Change money anew.")
    clerk = Clerk(session, principal.tenant_id, now)
    back = tuple(ledger.reverse(one, clerk.stamp(), reason=reason) for one in legs)
    store.add_transactions(session, back)
    details = {"id": pair_id, "reason": reason}
    audit.record(
        session, principal, action="ledger.reversed", subject_id=pair_id, details=details, now=now
    )
    return back


def _facts_key(wanted: Wanted) -> str:
    rate = wanted.rate
    return closing.digest(
        {
            "account": wanted.account,
            "amount": str(wanted.amount_micro),
            "pair": [rate.base, rate.quote],
            "rate": [str(rate.ratio.numerator), str(rate.ratio.denominator)],
            "source": rate.source,
            "day": rate.day.isoformat(),
            "reference": wanted.reference,
        }
    )
