"""Closing a month of one's own book: one person proposes, another decides, and the log keeps it.

From the proposal on the month takes no postings, so that what the second person approves is what is
closed: its trial balance and the root over all its transactions. What comes late is posted in the
next month. Refused, the month is open again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core import approvals, audit, log
from core.db import is_single_operator
from core.errors import BadInput, Broken, Conflict
from core.principal import Principal, SearchCapability, require
from royalties import closing
from royalties.ledger import net_by_currency
from royalties.models_books import Period, PeriodState, Transaction
from royalties.store import journal, periods

CLOSE = "ledger.period-close"
CLOSED = "ledger.period-closed"
DECIDERS = frozenset({approvals.ADMIN, "society_approver"})
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Verification:
    """The root that a month was closed with, the one its transactions give now.

    `ok` where both are equal and the leaf in the public log opens to what the month holds.
    """

    stated: str
    recomputed: str
    ok: bool


def list_periods(session: Session, principal: Principal, book: str = "") -> tuple[Period, ...]:
    """The months of one's own book, newest first; the operator may name any book."""
    require(principal, "reports")
    return periods.list_periods(session, principal, book or principal.tenant_id)


def propose(session: Session, principal: Principal, month: str, *, now: datetime) -> Period:
    """Begin to close a month of one's own book; proposed again, it is the same proposal.

    Raises `NotFound` for a month without postings, `Conflict` for one that is closed or follows
    one that is not, `BadInput` for what is no month.
    """
    # Load.
    require(principal, "usage")
    check_month(month)
    book = principal.tenant_id
    found = periods.get_period(session, principal, book, month)
    # Decide.
    if found.state is PeriodState.CLOSED:
        raise Conflict(f"{month} is closed.", next_step="Later facts go into the next month.")
    earlier = closing.first_before(periods.states(session, principal, book), month)
    if earlier is not None:
        raise Conflict(f"{earlier} is not closed yet.", next_step=f"Close {earlier} first.")
    if found.state is PeriodState.CLOSING:
        return found
    fixed, payload = _fixed(session, found)
    # Save.
    item = approvals.propose(
        session,
        principal,
        action=CLOSE,
        subject_id=found.id,
        payload=payload,
        roles=DECIDERS,
        now=now,
    )
    closing_now = replace(fixed, state=PeriodState.CLOSING, approval_id=item.id)
    periods.save(session, principal, closing_now)
    return closing_now


def decide(
    session: Session,
    principal: Principal,
    month: str,
    *,
    approve: bool,
    note: str,
    now: datetime,
) -> Period:
    """Close a month that somebody else proposed to close, or open it again.

    A decision that was given on the approval itself is carried out. Raises `Conflict` where nothing
    was proposed or whoever proposed decides, `NotAllowed` without a role that may.
    """
    # Load.
    require(principal, "reports")
    check_month(month)
    found = periods.get_period(session, principal, principal.tenant_id, month)
    if found.state is not PeriodState.CLOSING or found.approval_id is None:
        raise Conflict(
            f"Nobody has proposed to close {month}.",
            next_step=f"Propose it: ebenbild ledger period close {month}",
        )
    # Decide.
    approvals.settle(session, principal, found.approval_id, approve=approve, note=note, now=now)
    # Save.
    if not approve:
        reopened = replace(
            found, state=PeriodState.OPEN, root=None, transactions=0, approval_id=None
        )
        periods.save(session, principal, reopened)
        return reopened
    return _close(session, principal, found, now=now)


def _close(session: Session, principal: Principal, found: Period, *, now: datetime) -> Period:
    """Have the approval its one effect: what it named, and nothing else, is closed and logged."""
    fixed, payload = _fixed(session, found)
    if fixed.root != found.root:
        raise Broken(
            f"{found.month} is not what was proposed to be closed.",
            next_step="Look for the cause: somebody changed the database past the program.",
        )
    item = approvals.require_approved(
        session, CLOSE, found.id, payload, tenant_id=found.tenant_id, now=now
    )
    index = log.append(session, kind=CLOSED, subject_id=found.id, payload=payload, at=now)
    audit.record(session, principal, action=CLOSED, subject_id=found.id, details=payload, now=now)
    done = replace(
        found,
        state=PeriodState.CLOSED,
        closed_at=now,
        log_index=index,
        single_operator=item.single_operator or is_single_operator(session),
    )
    periods.save(session, principal, done)
    return done


def verify(session: Session, principal: Principal, month: str) -> Verification:
    """Derive a closed month of one's own book again.

    Raises `NotFound` for a month without postings, `Conflict` for one that is not closed.
    """
    require(principal, "reports")
    check_month(month)
    found = periods.get_period(session, principal, principal.tenant_id, month)
    if found.log_index is None or found.root is None:
        raise Conflict(f"{month} is not closed.", next_step="Close it before you verify it.")
    now, payload = _fixed(session, found)
    opens = log.opens(session, found.log_index, payload)
    return Verification(found.root, now.root or "", ok=opens and now.root == found.root)


def check_month(month: str) -> None:
    """Return for a month written as such; raise `BadInput` otherwise."""
    if closing.MONTH.fullmatch(month) is None:
        raise BadInput("A period is a month.", next_step="Write it as 2026-11.", code="bad-period")


def check_begun(month: str, now: datetime) -> None:
    """Return for a month that has begun; raise `BadInput` otherwise."""
    check_month(month)
    if month > closing.month_of(now):
        raise BadInput(
            f"{month} has not begun.",
            next_step=f"Name a month up to {closing.month_of(now)}.",
            code="period-in-future",
        )


def transactions_of(session: Session, book: str, month: str | None = None) -> list[Transaction]:
    """Every transaction of a month of a book, or of the whole book, in order of `seq`."""
    capability = SearchCapability("closing", book)
    found: list[Transaction] = []
    while True:
        after = found[-1].seq if found else 0
        page = journal.of_book(session, capability, book, month=month, after_seq=after, limit=_PAGE)
        found.extend(page)
        if len(page) < _PAGE:
            return found


def _fixed(session: Session, period: Period) -> tuple[Period, Mapping[str, Any]]:
    """The month with its root, and what is approved of it and committed to by the log's leaf.

    Raises `Broken` where it does not balance.
    """
    found = transactions_of(session, period.tenant_id, period.month)
    if any(net_by_currency(posting for one in found for posting in one.postings).values()):
        raise Broken(f"The book of {period.month} does not balance.")
    fixed = replace(period, root=closing.root(found), transactions=len(found))
    return fixed, {
        "book": fixed.tenant_id,
        "month": fixed.month,
        "transactions": fixed.transactions,
        "root": fixed.root,
        "balance": closing.balance(found),
    }
