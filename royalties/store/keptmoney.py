"""Whose money stands blocked or payable, by the runs that made it so.

A payee is one performer's, or an heir's of one; a society is the payee of many, whose money is told
apart by what closed runs did with the claims of each.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.money import split
from core.principal import SearchCapability
from royalties.accounts import AccountKind, account
from royalties.ledger import tenant_of
from royalties.models_runs import Outcome, RunState
from royalties.store import balances
from royalties.store.runs import LineRow, ReleaseRow, RunRow

Owner = tuple[str, str]
Shares = Mapping[Owner, int]


def kept_for(
    session: Session, capability: SearchCapability, book: str, outcome: Outcome
) -> list[tuple[str, str, str, str, int]]:
    """Performer, their tenant, payee, currency and amount of each balance by what runs made it.

    `outcome` is payable or blocked. What performers have in one balance adds up to it.
    """
    found = balances.of_kind(session, capability, book, AccountKind(outcome.value))
    if not found:
        return []
    owners = _owners(session, book, outcome)
    many = {payee for payee, some in owners.items() if len(some) > 1}
    shares = _shares(session, book, outcome, many) if many else {}
    told = []
    for one in found:
        payee, net = one.account.partition(":")[2], -one.net_micro
        whose: Shares = dict.fromkeys(owners.get(payee, ()), net)
        if payee in many:
            nothing = dict.fromkeys(owners[payee], 0)
            whose = fitted(net, {**nothing, **shares[payee, one.currency]})
        told += [(*who, payee, one.currency, share) for who, share in sorted(whose.items())]
    return told


def _owners(session: Session, book: str, outcome: Outcome) -> Mapping[str, set[Owner]]:
    """Performers and their tenants by the payee for whom a run of the book kept something."""
    runs = sql_select(col(RunRow.id)).where(col(RunRow.tenant_id) == book)
    owners: defaultdict[str, set[Owner]] = defaultdict(set)
    for table in (LineRow, ReleaseRow):
        query = (
            sql_select(col(table.payee_id), col(table.performer_id), col(table.audience))
            .distinct()
            .where(col(table.run_id).in_(runs), col(table.outcome) == outcome.value)
        )
        for payee, performer, audience in session.connection().execute(query):
            owners[payee].add((performer, tenant_of(audience)))
    return owners


def _shares(
    session: Session, book: str, outcome: Outcome, payees: Collection[str]
) -> Mapping[tuple[str, str], Shares]:
    """By payee and currency, what closed runs kept for each performer and have not set free."""
    found: defaultdict[tuple[str, str], defaultdict[Owner, int]]
    found = defaultdict(lambda: defaultdict(int))
    for table in (LineRow, ReleaseRow):
        kept = (col(table.outcome) == outcome.value, col(table.payee_id).in_(payees))
        for row in _sums(session, book, (table, "payee_id", col(table.net_micro)), kept):
            found[row.subject, row.currency][row.performer_id, tenant_of(row.audience)] += row.micro
    sources = {account(AccountKind(outcome.value), payee): payee for payee in payees}
    whole = ReleaseRow.net_micro + ReleaseRow.tax_micro + ReleaseRow.surcharge_micro
    gone = (col(ReleaseRow.source).in_(sources),)
    for row in _sums(session, book, (ReleaseRow, "source", whole), gone):
        owner = row.performer_id, tenant_of(row.audience)
        found[sources[row.subject], row.currency][owner] -= row.micro
    return found


def _sums(
    session: Session, book: str, of: tuple[Any, str, Any], wanted: tuple[Any, ...]
) -> Sequence[Any]:
    """Sums of closed runs by whom they are about: `of` is table, subject and amount."""
    table, subject, amount = of
    closed = sql_select(col(RunRow.id)).where(
        col(RunRow.tenant_id) == book, col(RunRow.state) == RunState.CLOSED.value
    )
    about = (getattr(table, name) for name in (subject, "performer_id", "audience", "currency"))
    names = [next(about).label("subject"), *about]
    query = sql_select(*names, func.sum(amount).label("micro")).where(
        col(table.run_id).in_(closed), *wanted
    )
    return session.connection().execute(query.group_by(*names)).all()


def fitted(net: int, shares: Shares) -> Shares:
    """What each performer has in a balance, by what runs kept for each.

    Where something else has moved it since, such as an exchange, it is divided in proportion to
    that, and evenly where no run kept anything.
    """
    kept = {who: share for who, share in sorted(shares.items()) if share}
    if sum(kept.values()) == net:
        return kept
    names = [who for who, share in kept.items() if share > 0] or sorted(shares)
    weights = [max(shares[who], 1) for who in names]
    return {who: share for who, share in zip(names, split(net, weights), strict=True) if share}
