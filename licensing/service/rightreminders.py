"""Reminds estates before a right after death ends, while public use can still renew it."""

from datetime import date, datetime

from sqlmodel import Session

from core import notices, outbox
from core.principal import SearchCapability
from licensing.publicuse import Right, due_reminder, right_after
from licensing.rulepacks.times import FIRST_YEARS, day_of, years_after
from licensing.store import publicuses
from licensing.store import rightreminders as store
from registry.service.people import owners
from registry.store.people import dead_before

ENDING, LAST = "right.ending", "right.last"
_EVER = 2**62


def remind(session: Session, capability: SearchCapability, *, at: datetime) -> int:
    """Tell each estate once 180, 90 and 30 days before its right ends; returns how many.

    Where nobody looked for a while, only the reminder that is due now is sent.
    """
    # Load.
    today = day_of(at)
    latest = years_after(today, 1 - FIRST_YEARS)
    died = dead_before(session, capability, latest)
    uses = publicuses.days_known(session, capability, died, up_to_seq=_EVER)
    # Decide.
    rights = {who: right_after(day, uses.get(who, ())) for who, day in died.items()}
    due = {who: days for who, right in rights.items() if (days := due_reminder(right, today))}
    new = {
        who: days
        for who, days in due.items()
        if not store.was_sent(session, capability, who, ends_on=rights[who].ends_on, days=days)
    }
    # Save.
    sides = owners(session, capability, set(new))
    for who, days in new.items():
        _tell(session, who, sides[who], rights[who], days=days, now=at)
    return len(new)


def _tell(
    session: Session, performer_id: str, side: str, right: Right, *, days: int, now: datetime
) -> None:
    """In the inbox and by mail, and as an event for webhooks; nothing renews a right's last end."""
    ends_on: date = right.ends_on
    store.add_sent(session, performer_id, tenant_id=side, ends_on=ends_on, days=days, at=now)
    kind = LAST if ends_on >= right.cap_on else ENDING
    facts = {"ends_on": ends_on.isoformat(), "renewed_from": right.renewed_from.isoformat()}
    notices.notify(
        session,
        tenant_id=side,
        person=None,
        kind=kind,
        subject_id=performer_id,
        facts=facts,
        now=now,
    )
    outbox.put(session, tenant_id=side, kind=kind, subject_id=performer_id, payload=facts)
