"""Statements of a performer's accounts, month by month, for those who may see what stands on them.

A performer's side sees all of it, whoever collects what its own book says, and a licensee nothing:
what it owes is on accounts of its own.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlmodel import Session

from core.errors import Broken, NotAllowed, NotFound
from core.principal import Principal, SearchCapability, require
from licensing.models import TariffRef, TariffTerm
from registry.models.estates import EstateState
from registry.models.mandates import Act
from registry.service import useseen
from registry.service.acting import speaks_alone, view
from registry.store import estates, people, works
from royalties import accountstatement as rules
from royalties.accounts import parse
from royalties.accountstatement import AccountStatement, Holder
from royalties.models_books import PeriodState, Transaction
from royalties.service import shownabroad
from royalties.service.booknames import names_of
from royalties.service.periods import check_begun, check_month
from royalties.service.tariffs import tariffs_pinned
from royalties.service.usage_intake import COLLECTORS
from royalties.store import balances, onaccounts, periods, usagenames
from royalties.store.intake import cut_owners
from royalties.store.onaccounts import OnAccount
from royalties.tariffs.models import Tariff

SCOPE = "reports"


def account_statement(
    session: Session, principal: Principal, *, performer_id: str, month: str, now: datetime
) -> AccountStatement:
    """What became of a performer's money in a month, as far as the principal may see it.

    Raises `BadInput` for what is no month and for one to come, `NotFound` for a performer that is
    neither the caller's own nor in its book, `NotAllowed` without the scope `reports`, `Broken`
    where a figure does not follow from the others: such a statement is never shown.
    """
    require(principal, SCOPE)
    check_month(month)
    side = view(session, principal, performer_id, Act.READ, now=now)
    holder = _holder(session, side, performer_id)
    # Once this month is closed, what follows is posted in the next one.
    if month not in onaccounts.months(session, side, rules.own_accounts(holder)):
        check_begun(month, now)
    return _made(session, side, [holder], month)[0]


def own_statements(
    session: Session, principal: Principal, *, month: str, after: str, limit: int, now: datetime
) -> list[AccountStatement]:
    """The same of the first of the caller's own performers behind `after`, in order of their ids.

    Of those that an agent of theirs may read; raises what `account_statement` does.
    """
    require(principal, SCOPE)
    check_month(month)
    names = list(islice(_readable(session, principal, after, limit, now), limit))
    return _made(session, principal, _holders(session, principal, names), month)


def months(
    session: Session, principal: Principal, *, performer_id: str, now: datetime
) -> tuple[str, ...]:
    """Months in which something moved on a performer's accounts, newest first."""
    require(principal, SCOPE)
    side = view(session, principal, performer_id, Act.READ, now=now)
    holder = _holder(session, side, performer_id)
    return onaccounts.months(session, side, rules.own_accounts(holder))


def standing(
    session: Session, principal: Principal, *, performer_id: str, now: datetime
) -> dict[str, dict[str, int]]:
    """What stands on a performer's own accounts now: millionths by currency and kind of account."""
    require(principal, SCOPE)
    side = view(session, principal, performer_id, Act.READ, now=now)
    own = rules.own_accounts(_holder(session, side, performer_id))
    found = balances.of_accounts(session, side, own)
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


def names(
    session: Session,
    principal: Principal,
    performer_id: str,
    cut_ids: Sequence[str],
    *,
    now: datetime,
) -> dict[str, str]:
    """The performer's public name and the titles of the cuts, by id, where either may be known.

    Whoever collects knows both of everybody who stands in its book.
    """
    side = view(session, principal, performer_id, Act.READ, now=now)
    found = titles(session, principal, cut_ids)
    if principal.tenant_kind in COLLECTORS:
        found |= _in_book(session, principal, performer_id, cut_ids)
    with suppress(NotFound):
        found[performer_id] = people.get_performer(session, side, performer_id).public_name
        found |= shownabroad.titles(session, side, performer_id, cut_ids)
        found |= useseen.titles(session, side, performer_id, cut_ids, at=now)
    return found


def called(
    session: Session, performer_id: str, lines: Mapping[str, str], known: Container[str]
) -> dict[str, str]:
    """What usage lines called their titles, in one text for each line that said it.

    `lines` gives the cut of each; told are those of cuts that are `known` to whoever asks.
    """
    capability = SearchCapability("statement", performer_id)
    wanted = [line_id for line_id, cut_id in lines.items() if cut_id in known]
    found = usagenames.of_lines(session, capability, wanted)
    return {line_id: ", ".join(map(_identifier, said)) for line_id, said in found.items() if said}


def _identifier(said: tuple[str, str]) -> str:
    scheme, value = said
    return value if ":" in value else f"{scheme.upper()} {value}"


def _in_book(
    session: Session, principal: Principal, performer_id: str, cut_ids: Sequence[str]
) -> dict[str, str]:
    capability = SearchCapability("statement", principal.tenant_id)
    owners = cut_owners(session, capability, cut_ids)
    known = names_of(session, principal.tenant_id, performers=[performer_id], cuts=owners.items())
    told = {cut_id: " ".join(filter(None, both)) for cut_id, both in known.cuts.items()}
    return {**known.performers, **{cut_id: title for cut_id, title in told.items() if title}}


@dataclass(frozen=True, slots=True)
class _Books:
    """What statements of a month are made of: by account, by pin, by book."""

    month: str
    on: Mapping[str, OnAccount]
    tariffs: Mapping[TariffRef, Tariff]
    states: Mapping[str, PeriodState | None]

    def statement(self, holder: Holder) -> AccountStatement:
        """The statement of one holder; raises `Broken` where a figure does not follow."""
        own: dict[str, Transaction] = {}
        opening: dict[tuple[str, str, str], int] = {}
        for name in (one for one in sorted(holder.accounts) if one in self.on):
            own |= self.on[name].posted
            before = self.on[name].before.items()
            opening |= {(book, name, currency): micro for (book, currency), micro in before}
        refs = {term.tariff for term in _prices(own.values())} if self.tariffs else ()
        made = rules.build(
            holder,
            self.month,
            opening=opening,
            transactions=own.values(),
            tariffs=[tariff for ref, tariff in self.tariffs.items() if ref in refs],
            closed=bool(opening)
            and all(self.states[book] is PeriodState.CLOSED for book, _, _ in opening),
        )
        wrong = next(rules.unfounded(made), None)
        if wrong is not None:
            raise Broken(f"Statement {made.id} does not follow from its figures: {wrong.where}.")
        return made


def _made(
    session: Session, side: Principal, holders: Sequence[Holder], month: str
) -> list[AccountStatement]:
    """The statements of these holders as one side sees them, looked up for all at once."""
    if not holders:
        return []
    accounts = [one for holder in holders for one in rules.own_accounts(holder)]
    on = onaccounts.in_month(session, side, accounts, month)
    prices = _prices(one for account in on.values() for one in account.posted.values())
    kept = {book for account in on.values() for book, _ in account.before}
    tariffs = tariffs_pinned(session, side, prices)
    books = _Books(month, on, tariffs, _states(session, kept, month))
    return [books.statement(one) for one in holders]


def _prices(transactions: Iterable[Transaction]) -> list[TariffTerm]:
    return [one.pins.tariff for one in transactions if one.claim is not None]


def _holder(session: Session, principal: Principal, performer_id: str) -> Holder:
    """The performer with its payees; raises `NotFound` where it concerns the principal in nothing.

    It does where it is its own, and where something of it stands in its book.
    """
    found = _holders(session, principal, [performer_id])
    if not found or not onaccounts.any_entry(session, principal, rules.own_accounts(found[0])):
        people.get_performer(session, principal, performer_id)
    return found[0]


def _holders(session: Session, principal: Principal, performer_ids: Sequence[str]) -> list[Holder]:
    """Performers with their payees: the one money is booked to while they live, then the heirs'."""
    capability = SearchCapability("statement", principal.tenant_id)
    payees = people.payees(session, capability, performer_ids)
    claimed = estates.of_performers(session, capability, performer_ids)
    found = []
    for name in (one for one in performer_ids if one in payees):
        heirs = [
            heir.payee_id
            for item in claimed.get(name, ())
            if item.state is EstateState.CONFIRMED and item.tenant_id == principal.tenant_id
            for heir in item.heirs
        ]
        found.append(Holder(name, tuple(sorted({payees[name], *heirs}))))
    return found


def _readable(
    session: Session, principal: Principal, after: str, limit: int, now: datetime
) -> Iterator[str]:
    """In pages of what is asked for, which is all that is read where no mandate is looked at."""
    alone = speaks_alone(principal)
    while some := people.own_ids(session, principal, after=after, limit=limit):
        yield from (one for one in some if alone or _may_read(session, principal, one, now))
        after = some[-1]


def _may_read(session: Session, principal: Principal, performer_id: str, now: datetime) -> bool:
    """Whether a mandate lets an agent of the performer's own side read."""
    try:
        view(session, principal, performer_id, Act.READ, now=now)
    except NotAllowed:
        return False
    return True


def _states(session: Session, books: Iterable[str], month: str) -> dict[str, PeriodState | None]:
    """How far a month of each book is closed."""
    capability = SearchCapability("statement", month)
    return {book: periods.states(session, capability, book).get(month) for book in books}
