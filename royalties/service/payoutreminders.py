"""Reminders of payouts that no bank answered: whoever sent them is told, each level once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from core.notices import notify
from core.principal import SearchCapability
from royalties.closing import month_of
from royalties.store import missing as sweeps
from royalties.store.unanswered import Unanswered, unanswered
from royalties.unreported import level_of

UNANSWERED = "payout.unanswered"


def tend(session: Session, *, remind_days: Sequence[int], now: datetime) -> int:
    """Tell each book of its batches whose next level is due; returns how many were told of.

    A level that was missed is not made up for.
    """
    if not remind_days:
        return 0
    capability = SearchCapability("payout-reminders", "housekeeping")
    before = now - timedelta(days=remind_days[0])
    told = 0
    for one in list(unanswered(session, capability, before=before)):
        level = level_of((now - one.sent_at).days, remind_days)
        step, month = f"{UNANSWERED}.{one.batch_id}.{level}", month_of(one.sent_at)
        if not sweeps.is_swept(session, one.book, month, step):
            _tell(session, one, now)
            sweeps.add_sweep(session, one.book, month, step, at=now)
            told += 1
    return told


def _tell(session: Session, one: Unanswered, now: datetime) -> None:
    facts = {
        "number": str(one.number),
        "payouts": str(one.payouts),
        "days": str((now - one.sent_at).days),
    }
    notify(
        session,
        tenant_id=one.book,
        person=None,
        kind=UNANSWERED,
        subject_id=one.batch_id,
        facts=facts,
        now=now,
    )
