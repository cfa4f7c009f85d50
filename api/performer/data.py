"""What a performer's pages show of searches, of the packet of one's data and of erasing it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.paging import Window, page
from api.performer.whom import AGENT, Whom
from api.searches import searches_of
from core.errors import NotFound
from registry.models.people import EnrolmentState
from registry.service import enrolment, excerpts, exporting, renaming, useseen
from royalties.service import accountstatements, payees

LOOKS_SHOWN = 20


def searches_page(session: Session, acting: Whom, window: Window, now: datetime) -> dict[str, Any]:
    """Who searched and found one, newest first."""
    found = searches_of(
        session,
        acting.side,
        acting.performer.id,
        at=now,
        before_seq=window.before_seq,
        limit=window.limit,
    )
    shown = page(found, window, lambda item: item, lambda item: item.seq)
    looks = excerpts.looks(session, acting.side, acting.performer.id, limit=LOOKS_SHOWN + 1)
    return {
        "searches": shown.items,
        "more": shown.next_cursor,
        "looks": looks[:LOOKS_SHOWN],
        "looks_more": len(looks) > LOOKS_SHOWN,
    }


def data_page(session: Session, acting: Whom, export_id: str, now: datetime) -> dict[str, Any]:
    """The packet that the address names, what there is to erase, and the money that is left."""
    who, side = acting.performer.id, acting.side
    found = enrolment.list_enrolments(session, side, who)
    return {
        "export": _export(session, acting, export_id),
        "prints": sum(item.state is EnrolmentState.ACTIVE for item in found),
        "uses": useseen.count_uses(session, side, who),
        "name": acting.performer.public_name,
        "vouched": renaming.is_vouched(session, side, who),
        **_money(session, acting, now),
    }


def _money(session: Session, acting: Whom, now: datetime) -> dict[str, Any]:
    """What stands on one's accounts by currency, and whether anybody said where it is paid to.

    After an erasure nobody can say it any more. Agents, who cannot erase, are told nothing of it.
    """
    if acting.how == AGENT:
        return {"owed": {}, "paid_to": "account"}
    who = acting.performer.id
    found = accountstatements.standing(session, acting.caller, performer_id=who, now=now)
    payee = payees.get_payee(session, acting.caller, who, now=now).standing
    owed = {unit: sum(amounts.values()) for unit, amounts in found.items()}
    named = payee.base is not None
    return {"owed": owed, "paid_to": "account" if named else "waiting" if payee.waiting else ""}


def _export(session: Session, acting: Whom, export_id: str) -> Any:
    if not export_id:
        return None
    found = exporting.get_export(session, acting.side, export_id)
    if found.performer_id != acting.performer.id:
        raise NotFound("There is no such export.", next_step="Check whom you act for.")
    return found
