"""Statements of a performer's accounts, month by month, for those who may see what stands on them.

A performer's side sees all of it, whoever collects what its own book says, and a licensee nothing:
what it owes is on accounts of its own.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from sqlmodel import Session

from core.errors import Broken, NotFound
from core.principal import Principal, SearchCapability, require
from registry.models.estates import EstateState
from registry.models.mandates import Act
from registry.service.acting import view
from registry.service.people import NEVER
from registry.store import estates, people, works
from royalties import accountstatement as rules
from royalties.accounts import parse
from royalties.accountstatement import AccountStatement, Holder
from royalties.models_books import PeriodState
from royalties.service.periods import check_month
from royalties.service.tariffs import tariffs_pinned
from royalties.store import balances, journal, periods

SCOPE = "reports"


def account_statement(
    session: Session, principal: Principal, *, performer_id: str, month: str, now: datetime
) -> AccountStatement:
    """What became of a performer's money in a month, as far as the principal may see it.

    Raises `BadInput` for what is no month, `NotFound` for a performer that is neither the caller's
    own nor in its book, `NotAllowed` without the scope `reports`, `Broken` where a figure does not
    follow from the others: such a statement is never shown.
    """
    # Load.
    require(principal, SCOPE)
    check_month(month)
    side = view(session, principal, performer_id, Act.READ, now=now)
    holder = _holder(session, side, performer_id)
    accounts = rules.own_accounts(holder)
    transactions = journal.of_accounts(session, side, accounts, month)
    opening = balances.before(session, side, accounts, month)
    prices = [one.pins.tariff for one in transactions if one.claim is not None]
    # Decide.
    made = rules.build(
        holder,
        month,
        opening=opening,
        transactions=transactions,
        tariffs=tariffs_pinned(session, side, prices).values(),
        closed=_closed(session, {*opening, *(one.tenant_id for one in transactions)}, month),
    )
    wrong = next(rules.differences(made), None)
    if wrong is not None:
        raise Broken(f"Statement {made.id} does not follow from its own figures: {wrong.where}.")
    return made


def months(
    session: Session, principal: Principal, *, performer_id: str, now: datetime
) -> tuple[str, ...]:
    """Months in which something moved on a performer's accounts, newest first."""
    require(principal, SCOPE)
    side = view(session, principal, performer_id, Act.READ, now=now)
    holder = _holder(session, side, performer_id)
    return journal.months_of(session, side, rules.own_accounts(holder))


def standing(
    session: Session, principal: Principal, *, performer_id: str, now: datetime
) -> dict[str, dict[str, int]]:
    """What stands on a performer's own accounts now: millionths by currency and kind of account."""
    require(principal, SCOPE)
    side = view(session, principal, performer_id, Act.READ, now=now)
    own = rules.own_accounts(_holder(session, side, performer_id))
    found = [one for book in balances.before(session, side, own, NEVER).values() for one in book]
    kinds: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in found:
        kinds[one.currency][parse(one.account).kind.value] -= one.net_micro
    told = {
        unit: {kind: amount for kind, amount in amounts.items() if amount}
        for unit, amounts in sorted(kinds.items())
    }
    return {unit: amounts for unit, amounts in told.items() if amounts}


def titles(session: Session, principal: Principal, cut_ids: Sequence[str]) -> dict[str, str]:
    """Title and version of those of the cuts that the principal may see."""
    found = {}
    for cut_id in cut_ids:
        with suppress(NotFound):
            cut = works.get_cut(session, principal, cut_id)
            found[cut_id] = f"{works.get_work(session, principal, cut.work_id).title} {cut.label}"
    return found


def _holder(session: Session, principal: Principal, performer_id: str) -> Holder:
    """A performer's payees: the one money is booked to while they live, then their heirs'."""
    capability = SearchCapability("statement", performer_id)
    found = people.payees(session, capability, [performer_id])
    if performer_id not in found:
        people.get_performer(session, principal, performer_id)
    heirs = [
        heir.payee_id
        for item in estates.estates_of(session, principal, performer_id)
        if item.state is EstateState.CONFIRMED
        for heir in item.heirs
    ]
    holder = Holder(performer_id, tuple(sorted({*found.values(), *heirs})))
    if not journal.months_of(session, principal, rules.own_accounts(holder)):
        people.get_performer(session, principal, performer_id)
    return holder


def _closed(session: Session, books: set[str], month: str) -> bool:
    """Whether no book that the statement speaks of takes anything more in that month."""
    capability = SearchCapability("statement", month)
    states = [periods.states(session, capability, book).get(month) for book in sorted(books)]
    return bool(states) and all(state is PeriodState.CLOSED for state in states)
