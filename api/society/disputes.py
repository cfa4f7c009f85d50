"""Disputes as a society's pages show them: what waits and until when, and one with all of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from api.paging import Window, page
from api.society.lines import shown
from core import approvals
from core.errors import BadInput, NotFound
from core.principal import Principal, holds
from core.tenants import get_tenant
from royalties.accounts import Account, AccountKind
from royalties.deadlines import day_of
from royalties.models_books import Transaction
from royalties.models_complaints import Complaint, Ground, Ruling, Sought
from royalties.models_evidence import Names
from royalties.rulingeffect import Change
from royalties.service import booknames, complaints, complaintwords, evidence, rulingpreviews
from royalties.service.periods import DECIDERS
from royalties.unclaimed import LISTED_AFTER
from royalties.wire_complaints import state_of

CHAINS_SHOWN = 3
OPEN, ENDED = "open", "ended"


@dataclass(frozen=True, slots=True)
class ShownDispute:
    """One dispute of a list: `due` is the day by which its money has to be paid out."""

    item: Complaint
    state: str
    who: str
    sums: Mapping[str, int]
    due: date | None


def list_page(
    session: Session, principal: Principal, shelf: str, window: Window, now: datetime
) -> dict[str, Any]:
    """The disputes of one's own book that wait, or that have ended, with the day they are due."""
    sought = Sought(own_book=True, is_open=shelf != ENDED)
    found = complaints.list_complaints(
        session, principal, sought, before=window.after, limit=window.limit
    )
    listed = page(found, window, lambda one: one)
    some = listed.items
    lines, names = evidence.lines_of(session, principal, _ids(some))
    return {
        "items": [_shown(one, lines, names) for one in some],
        "waiting": complaints.count(session, principal, Sought(own_book=True, is_open=True)),
        "shelf": shelf,
        "more": listed.next_cursor,
        "now": now,
    }


def _ids(items: Iterable[Complaint]) -> list[str]:
    return [line.transaction_id for one in items for line in one.lines]


def _shown(item: Complaint, lines: Mapping[str, Transaction], names: Names) -> ShownDispute:
    sums: dict[str, int] = {}
    for line in item.lines:
        sums[line.currency] = sums.get(line.currency, 0) + line.amount_micro
    who = names.performers.get(item.lines[0].performer_id, "")
    return ShownDispute(item, state_of(item), who, sums, due_on(item, lines))


def due_on(item: Complaint, lines: Mapping[str, Transaction]) -> date | None:
    """The day by which the oldest of its lines has to be paid out; None once it has ended."""
    years = [int(lines[one.transaction_id].earned_period[:4]) for one in item.lines]
    return day_of(min(years), LISTED_AFTER) if item.is_open else None


def dispute_page(
    session: Session,
    principal: Principal,
    complaint_id: str,
    asked: tuple[str, str],
    *,
    lang: str,
    now: datetime,
) -> dict[str, Any]:
    """One dispute in one's own book: words of both sides, evidence, and what a ruling would move.

    `asked` is a ruling and a part that is looked at before it is proposed.
    """
    item, proof = complaints.get_complaint(session, principal, complaint_id)
    if item.tenant_id != principal.tenant_id:
        raise NotFound("There is no such dispute in your book.", next_step="List them.")
    lines, names = evidence.lines_of(session, principal, _ids([item]))
    found = _looked_at(session, principal, item, asked, now)
    words = complaintwords.heard(session, principal, item)
    return {
        "d": _shown(item, lines, names),
        "proof": proof,
        "words": words,
        "called": _called(session, item, found),
        "chains": [
            shown(session, principal, one.transaction_id, lang) for one in item.lines[:CHAINS_SHOWN]
        ],
        "rest": [lines[one.transaction_id] for one in item.lines[CHAINS_SHOWN:]],
        "names": names,
        "preview": found,
        "asked": asked,
        "rulings": rulings_of(item.ground),
        "may": item.is_open and holds(principal, "usage"),
        "decides": approvals.may_decide(principal, DECIDERS),
        "approval": _approval(session, principal, item),
    }


def licensee_page(
    session: Session, principal: Principal, complaint_id: str
) -> dict[str, Any] | None:
    """One dispute as whoever owes its lines reads it; None where it is in one's own book.

    Raises `NotFound` for one that concerns nothing of theirs.
    """
    item, proof = complaints.get_complaint(session, principal, complaint_id)
    if item.tenant_id == principal.tenant_id:
        return None
    own = [one for one in item.lines if one.licensee_id == principal.tenant_id]
    if not own:
        raise NotFound("There is no such dispute in your book.", next_step="List them.")
    cuts = [(one.cut_id, one.licensee_id) for one in own]
    return {
        "item": item,
        "state": state_of(item),
        "own": item.by_tenant_id == principal.tenant_id,
        "may": item.is_open and holds(principal, "usage"),
        "proof": proof,
        "words": complaintwords.heard(session, principal, item),
        "book": get_tenant(session, item.tenant_id).name,
        "lines": own,
        "names": booknames.names_of(session, principal.tenant_id, cuts=cuts),
    }


def rulings_of(ground: Ground) -> tuple[Ruling, ...]:
    """How a complaint on this ground may end."""
    shared = (Ruling.SHARED,) if ground is Ground.MINE else ()
    return (Ruling.UPHELD, *shared, Ruling.REJECTED)


def _looked_at(
    session: Session, principal: Principal, item: Complaint, asked: tuple[str, str], now: datetime
) -> rulingpreviews.RulingPreview | None:
    """What is proposed, or else asked for, would move; None where nothing is on the table."""
    if not item.is_open:
        return None
    if item.approval_id and item.ruling is not None:
        part = str(item.part) if item.ruling is Ruling.SHARED else ""
        return rulingpreviews.preview(session, principal, item.id, item.ruling, part=part, now=now)
    if not asked[0]:
        return None
    if asked[0] not in rulings_of(item.ground):
        raise BadInput("A complaint is not ruled on like this.", next_step="Choose from the page.")
    ruling, part = Ruling(asked[0]), asked[1] if asked[0] == Ruling.SHARED else ""
    return rulingpreviews.preview(session, principal, item.id, ruling, part=part, now=now)


def _approval(session: Session, principal: Principal, item: Complaint) -> Any:
    return (
        approvals.get_approval(session, principal, item.approval_id) if item.approval_id else None
    )


def _called(session: Session, item: Complaint, found: rulingpreviews.RulingPreview | None) -> Names:
    """Names of all sides, and of whoever gains or loses."""
    changes: Sequence[Change] = () if found is None else found.changes
    of_people = {AccountKind.ACCRUED, AccountKind.HELD}
    return booknames.names_of(
        session,
        item.tenant_id,
        performers=[
            item.claimant.performer_id,
            *(one.account.subject for one in changes if one.account.kind in of_people),
        ],
        organisations=item.sides,
    )


def whose(account: Account, names: Names) -> str:
    """Who stands behind an account in people's words; empty where nobody does."""
    return names.performers.get(account.subject) or names.organisations.get(account.subject, "")
