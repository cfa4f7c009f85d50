"""The auditor's desk: a sample that nobody could choose, who approved what, and any balance.

It only reads. What is drawn follows from the seed, so that anybody who names it draws the same.
"""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api import approvalshowing
from api.paging import Window, page
from api.scopes import AUDIT
from api.web import societyviews as views
from core import approvals
from core.principal import Principal, require
from royalties.models_books import PeriodState
from royalties.service import auditpacks, evidence, periods, runs, statements

SAMPLE = 25
MONTHS_SHOWN = 36


def desk_page(session: Session, principal: Principal, seed: str, sample: int) -> dict[str, Any]:
    """Whether the book adds up, the sample that was asked for, and where proofs lie."""
    require(principal, AUDIT)
    balances = statements.book_balance(session, principal)
    drawn = auditpacks.sample_of(session, principal, seed, sample) if seed else ()
    lines, names = evidence.lines_of(session, principal, drawn)
    months = periods.list_periods(session, principal)[:MONTHS_SHOWN]
    closed = runs.closed_runs(session, principal)[:MONTHS_SHOWN]
    return {
        "balanced": not sum(one.net_micro for one in balances),
        "seed": seed,
        "sample": sample,
        "drawn": [lines[name] for name in drawn],
        "names": names,
        "months": months,
        "runs": closed,
        "by_two": approvals.by_two(
            session, principal, {one.id for one in months} | {one.id for one in closed}
        ),
    }


def approvals_page(session: Session, principal: Principal, window: Window) -> dict[str, Any]:
    """What took two people, newest first: who proposed, who decided, and when."""
    require(principal, AUDIT)
    found = approvals.list_approvals(
        session, principal, before_seq=window.before_seq, limit=window.limit
    )
    shown = page(found, window, lambda item: item[0], cursor=lambda item: item[0])
    items = [item for _, item in found[: window.shown_max]]
    return {
        "items": items,
        "people": approvalshowing.called(session, items),
        "about": {one.id: approvalshowing.about(one) for one in items},
        "names": approvalshowing.names_of(session, principal, items),
        "more": shown.next_cursor,
    }


def balance_page(
    session: Session, principal: Principal, month: str, now: datetime
) -> dict[str, Any]:
    """Both sides of every kind of account over one month, or over all of them."""
    require(principal, AUDIT)
    balances = statements.book_balance(session, principal, month=month or None)
    months = periods.list_periods(session, principal)
    return {
        "month": month,
        "year": now.year,
        "months": months,
        "closed": any(one.month == month and one.state is PeriodState.CLOSED for one in months),
        "rows": views.sides(balances),
        "totals": views.totals(balances),
    }
