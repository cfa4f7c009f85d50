"""Unclaimed money as pages show it: what stands apart, which lists wait, who claims, what next."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.paging import Window, page
from api.web import societyviews as views
from core import approvals
from core.principal import Principal, holds
from royalties.accounts import AccountKind, parse
from royalties.deadlines import Deadline
from royalties.models_books import AccountBalance
from royalties.models_complaints import Ground, Sought
from royalties.models_unclaimed import UnclaimedKind, UnclaimedState
from royalties.service import booknames, complaints, publishing, runs, statements, unclaimed
from royalties.service.periods import DECIDERS
from royalties.unclaimed import GIVEN_UP_AFTER, LISTED_AFTER
from royalties.wire_complaints import state_of

LISTS_SHOWN = 20
KINDS = (AccountKind.UNCLAIMED, AccountKind.RESERVE, AccountKind.UNIDENTIFIED)


def desk_page(
    session: Session, principal: Principal, now: datetime, window: Window, before: str = ""
) -> dict[str, Any]:
    """What of one's own book nobody could be found for, by year, and what can be done about it.

    `before` names the list of the page before.
    """
    balances = statements.balances_of(session, principal, KINDS)
    places = views.places(balances)
    lists = unclaimed.list_lists(session, principal, before=before, limit=LISTS_SHOWN + 1)
    deadlines = runs.calendar_of(session, principal, at=now)
    sought = Sought(own_book=True, ground=Ground.MINE)
    found = complaints.list_complaints(
        session, principal, sought, before=window.after, limit=window.limit
    )
    claims = page(found, window, lambda one: (one, state_of(one)))
    return {
        "unclaimed": views.of_kind(places, AccountKind.UNCLAIMED),
        "reserve": views.of_kind(places, AccountKind.RESERVE),
        "strangers": views.of_kind(places, AccountKind.UNIDENTIFIED),
        "year": now.year,
        "years": years_of(balances),
        "lists": lists[:LISTS_SHOWN],
        "older": lists[LISTS_SHOWN - 1].id if len(lists) > LISTS_SHOWN else "",
        "claims": claims.items,
        "more": claims.next_cursor,
        "deadlines": [one for one in deadlines if one.what != LISTED_AFTER],
        "due": {
            UnclaimedKind.APART.value: over(deadlines, LISTED_AFTER),
            UnclaimedKind.GIVEN_UP.value: over(deadlines, GIVEN_UP_AFTER),
        },
        "may": holds(principal, "usage"),
    }


def years_of(balances: Iterable[AccountBalance]) -> list[tuple[str, str, int]]:
    """(last month of a year, currency, amount) of what stands apart, the newest year first."""
    found = [
        (parse(one.account).subject, one.currency, -one.net_micro)
        for one in balances
        if parse(one.account).kind is AccountKind.UNCLAIMED and one.net_micro
    ]
    return sorted(found, reverse=True)


def over(deadlines: Iterable[Deadline], what: str) -> list[int]:
    """The years whose term for this is over, the newest first."""
    return sorted({one.year for one in deadlines if one.what == what and one.days_left < 0})[::-1]


def list_page(
    session: Session, principal: Principal, list_id: str, window: Window
) -> dict[str, Any]:
    """One list of one's own book, a page of its lines with the names in them."""
    item, sums = unclaimed.get_list(session, principal, list_id)
    found = unclaimed.lines_of(session, principal, item.id, after=window.after, limit=window.limit)
    shown = found[: window.shown_max]
    names = booknames.names_of(
        session,
        principal.tenant_id,
        cuts=[(one.cut_id, one.licensee_id) for one in shown if one.cut_id],
        payees=[one.payee_id for one in shown],
    )
    return {
        "item": item,
        "lines": shown,
        "sums": sums,
        "names": names,
        "more": shown[-1].id if len(found) > len(shown) else "",
        "decides": item.state is UnclaimedState.PROPOSED
        and approvals.may_decide(principal, DECIDERS),
    }


def public_page(session: Session, asked: str, window: Window) -> dict[str, Any]:
    """Where money waits for somebody whom nobody knows, searched by title; no amounts, no names."""
    found = publishing.page(session, asked, after=window.after, limit=window.limit)
    shown = found[: window.shown_max]
    return {
        "asked": asked,
        "waits": bool(found or publishing.page(session, limit=1)),
        "items": shown,
        "more": shown[-1].item_id if len(found) > len(shown) else "",
    }
