"""What the first page of an auditor shows: what waits and is new, the book, and the public log."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api import approvalshowing
from api.condition import signs
from api.conditionfacts import gather
from api.scopes import AUDIT
from core import approvals, audit, notices
from core.init import World
from core.principal import Principal, require
from royalties.models_books import PeriodState
from royalties.service import periods, statements

NEW_SHOWN = 5


def auditing_page(
    session: Session, world: World, principal: Principal, *, lang: str, now: datetime
) -> dict[str, Any]:
    """What took two people lately, when something was last decided, and how book and log stand.

    Raises `NotAllowed` for whoever is no auditor.
    """
    require(principal, AUDIT)
    found = [item for _, item in approvals.list_approvals(session, principal, limit=NEW_SHOWN)]
    months = periods.list_periods(session, principal)
    balances = statements.book_balance(session, principal)
    last = audit.entries(session, principal, limit=1)
    return {
        "waiting": approvalshowing.tally(session, principal, lang),
        "unread": notices.unread(session, principal),
        "last": last[0].at if last else None,
        "new": found,
        "names": approvalshowing.names_of(session, principal, found),
        "about": {one.id: approvalshowing.about(one) for one in found},
        "kept": bool(balances),
        "balanced": not sum(one.net_micro for one in balances),
        "closed": sum(one.state is PeriodState.CLOSED for one in months),
        "log": next(one for one in signs(gather(session, world), now) if one.name == "log"),
    }
