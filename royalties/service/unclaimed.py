"""Money that nobody could be found for: listed by one person, booked apart by another, given up.

A list is made once the term of payment of its year is over. What two people booked apart is public
at once, and comes back with the next run when somebody claims it or can be paid after all.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from core import approvals, audit, notices
from core.db import is_single_operator
from core.errors import BadInput, Conflict
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from royalties import ledger
from royalties import unclaimed as rules
from royalties.accounts import AccountKind
from royalties.closing import digest
from royalties.deadlines import day_of
from royalties.models_books import Transaction, TransactionKind
from royalties.models_runs import RunState
from royalties.models_unclaimed import (
    UnclaimedKind,
    UnclaimedLine,
    UnclaimedList,
    UnclaimedState,
)
from royalties.service.books import Clerk
from royalties.service.clerks import collecting
from royalties.service.periods import DECIDERS
from royalties.service.received import received
from royalties.service.unclaimedback import apart_in, claimed
from royalties.service.unreached import of_payees
from royalties.store import balances, complaints, run_lines, runs
from royalties.store import ledger as ledger_store
from royalties.store import unclaimed as store

BOOK = "unclaimed.book"
APART, UNDISTRIBUTABLE = "unclaimed", "undistributable"
LISTED = "money.unclaimed"
_YEARS = range(2000, 2200)


def propose(
    session: Session, principal: Principal, year: int, kind: UnclaimedKind, *, now: datetime
) -> UnclaimedList:
    """List what of a year in one's own book nobody could be found for, or what is given up of it.

    Raises `Conflict` before the term is over, while a list of that year waits for its decision, and
    where there is nothing to list.
    """
    # Load.
    require(principal, "usage")
    _check_term(year, kind, now)
    collecting(principal)
    book, capability = principal.tenant_id, _capability(principal)
    known = store.of_book(session, capability, book)
    # Decide.
    if any(one.year == year and one.state is UnclaimedState.PROPOSED for one in known):
        raise Conflict(
            "A list of this year waits for its decision.",
            next_step="Have it approved or rejected first: ebenbild unclaimed list",
        )
    found = _found(session, principal, year, kind, now)
    if not found:
        raise Conflict("There is nothing to list of this year.", next_step="Wait for the next run.")
    item = UnclaimedList(
        id=new_id("unl"),
        tenant_id=book,
        kind=kind,
        year=year,
        state=UnclaimedState.PROPOSED,
        lines=len(found),
        digest=rules.digest_of(found),
        until=now,
        approval_id="",
    )
    # Save.
    approval = approvals.propose(
        session,
        principal,
        action=BOOK,
        subject_id=item.id,
        payload=_payload(item),
        roles=DECIDERS,
        now=now,
    )
    item = replace(item, approval_id=approval.id)
    store.add(session, item, found)
    return item


def decide(
    session: Session,
    principal: Principal,
    list_id: str,
    *,
    approve: bool,
    note: str,
    now: datetime,
) -> UnclaimedList:
    """Book a list that somebody else proposed, or reject it; raises `Conflict` if it changed."""
    # Load.
    require(principal, "reports")
    item = store.get(session, principal, list_id)
    if item.state is not UnclaimedState.PROPOSED:
        raise Conflict("This list was decided.", next_step="ebenbild unclaimed list")
    # Decide.
    approvals.settle(session, principal, item.approval_id, approve=approve, note=note, now=now)
    if not approve:
        rejected = replace(item, state=UnclaimedState.REJECTED)
        store.save(session, principal, rejected)
        return rejected
    lines = store.lines_of(session, principal, item.id)
    if rules.digest_of(_found(session, principal, item.year, item.kind, item.until)) != item.digest:
        raise Conflict(
            "What is unclaimed has changed since it was listed.",
            next_step="Reject this list and propose it anew.",
            code="unclaimed-changed",
        )
    used = approvals.require_approved(
        session, BOOK, item.id, _payload(item), tenant_id=item.tenant_id, now=now
    )
    # Save.
    clerk = Clerk(session, item.tenant_id, now)
    given_up = item.kind is UnclaimedKind.GIVEN_UP
    kept = _kept(session, item) if given_up else {}
    ledger_store.add_transactions(session, _booked(item, lines, clerk, now, kept))
    single = used.single_operator or is_single_operator(session)
    done = replace(item, state=UnclaimedState.BOOKED, booked_at=now, single_operator=single)
    store.save(session, principal, done)
    audit.record(
        session, principal, action=BOOK, subject_id=item.id, details=_payload(item), now=now
    )
    _tell(session, done, lines, now)
    return done


def list_lists(
    session: Session, principal: Principal, *, before: str = "", limit: int
) -> list[UnclaimedList]:
    """The lists of one's own book, newest first, those older than the list `before`."""
    require(principal, "reports")
    return store.page(session, principal, before=before, limit=limit)


def get_list(
    session: Session, principal: Principal, list_id: str
) -> tuple[UnclaimedList, dict[str, int]]:
    """One list of one's own book, and what it comes to by currency; raises `NotFound`."""
    require(principal, "reports")
    item = store.get(session, principal, list_id)
    return item, store.sums_of(session, principal, list_id)


def lines_of(
    session: Session, principal: Principal, list_id: str, *, after: str = "", limit: int
) -> list[UnclaimedLine]:
    """A page of the lines of a list of one's own book, behind the line `after`, in order."""
    require(principal, "reports")
    item = store.get(session, principal, list_id)
    return store.lines_of(session, principal, item.id, after=after, limit=limit)


def _found(
    session: Session, principal: Principal, year: int, kind: UnclaimedKind, until: datetime
) -> list[UnclaimedLine]:
    capability = _capability(principal)
    if kind is UnclaimedKind.GIVEN_UP:
        _check_unclaimed(session, capability, principal.tenant_id, year, until)
        return _left(session, capability, principal.tenant_id, year)
    known: defaultdict[str, int] = defaultdict(int)
    for _, line in apart_in(session, capability, principal.tenant_id):
        known[line.live_key] += line.amount_micro
    claims = received(session, capability, principal.tenant_id, until=until)
    found = list(rules.of_strangers(claims, year, known))
    return found + of_payees(session, principal, capability, rules.month_of_year(year))


def _check_unclaimed(
    session: Session, capability: SearchCapability, book: str, year: int, until: datetime
) -> None:
    """Return where nobody claims money of the year: a claim is decided and run before."""
    waiting = complaints.disputed(session, capability, book, until=until)
    of_year = [line for item, line in apart_in(session, capability, book) if item.year == year]
    come = claimed(session, capability, book, until=until)
    if any(line.live_key in waiting for line in of_year) or any(
        item.year == year for item, _ in come
    ):
        raise Conflict(
            "Somebody claims money that is booked apart.",
            next_step="Have complaints ruled on and close a run: ebenbild complaint list",
        )


def _left(
    session: Session, capability: SearchCapability, book: str, year: int
) -> list[UnclaimedLine]:
    """What still stands on a year's account, by currency."""
    name = rules.account_of(year)
    return [
        UnclaimedLine(name, one.currency, -one.net_micro, rules.month_of_year(year))
        for one in balances.of_kind(session, capability, book, AccountKind.UNCLAIMED)
        if one.account == name and one.net_micro < 0
    ]


def _kept(session: Session, item: UnclaimedList) -> dict[str, dict[str, int]]:
    """What closed runs over months of a year kept in reserve, by currency and first run."""
    capability = SearchCapability("unclaimed", item.tenant_id)
    year = f"{item.year:04d}"
    closed = [
        one.family_id
        for one in runs.of_book(session, capability, item.tenant_id)
        if one.state is RunState.CLOSED and one.first_month[:4] <= year <= one.last_month[:4]
    ]
    found: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for name in sorted(set(closed)):
        for *_, unit, micro in run_lines.kept_back(session, capability, item.tenant_id, name):
            found[unit][name] = found[unit].get(name, 0) + micro
    return found


def _booked(
    item: UnclaimedList,
    lines: list[UnclaimedLine],
    clerk: Clerk,
    now: datetime,
    kept: Mapping[str, Mapping[str, int]],
) -> list[Transaction]:
    given_up = item.kind is UnclaimedKind.GIVEN_UP

    def targets(amount: int, currency: str) -> Mapping[str, int]:
        if given_up:
            return rules.becomes(now, amount, kept.get(currency, {}))
        return {rules.account_of(item.year): amount}

    return [
        ledger.book(
            TransactionKind.RELEASE,
            rules.given(source, targets(amount, currency), currency),
            clerk.stamp(),
            facts_key=digest({"unclaimed": item.id, "of": [source, currency]}),
            reason=UNDISTRIBUTABLE if given_up else APART,
            earned_period=rules.month_of_year(item.year),
            audience=ledger.audience_of(tenant_id),
        )
        for (source, currency, tenant_id), amount in rules.grouped(lines)
    ]


def _tell(session: Session, item: UnclaimedList, lines: list[UnclaimedLine], now: datetime) -> None:
    """Tell the sides of known payees, of whom nothing is published."""
    for tenant_id in sorted({one.tenant_id for one in lines} - {""}):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=LISTED,
            subject_id=item.id,
            facts={"year": str(item.year)},
            now=now,
        )


def _check_term(year: int, kind: UnclaimedKind, now: datetime) -> None:
    if year not in _YEARS:
        raise BadInput("This is no year.", next_step="Name it with four digits, such as 2024.")
    apart = kind is UnclaimedKind.APART
    day = day_of(year, rules.LISTED_AFTER if apart else rules.GIVEN_UP_AFTER)
    if now.astimezone(UTC).date() <= day:
        raise Conflict(
            f"The term of {year} ends on {day.isoformat()}.",
            next_step="Wait until it is over: ebenbild run calendar",
            code="unclaimed-too-early",
        )


def _payload(item: UnclaimedList) -> dict[str, Any]:
    return {
        "list": item.id,
        "kind": item.kind.value,
        "year": item.year,
        "lines": item.lines,
        "digest": item.digest,
    }


def _capability(principal: Principal) -> SearchCapability:
    return SearchCapability("unclaimed", principal.tenant_id)
