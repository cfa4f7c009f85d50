"""Licences as they stood on a day, and those about to end."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from core import notices, outbox, watermarks
from core.clock import to_text
from core.principal import Principal, SearchCapability
from licensing.asof import AsOf, as_of
from licensing.models import Licence
from licensing.service.frameworks import suspended_under
from licensing.service.scopes import as_ended
from licensing.service.suspensions import suspensions_known
from licensing.store import asof as past
from licensing.store import licences as store
from licensing.store.licencerows import in_force

EXPIRING = "licence.expiring"
_MARK = "licences-expiring"
_EVER = 2**62


def licences_as_of(
    session: Session,
    principal: Principal,
    *,
    on: date,
    known_at: datetime | None = None,
    known_seq: int | None = None,
    performer_id: str | None = None,
    limit: int = 1_000,
) -> tuple[AsOf, ...]:
    """How the caller's licences stood on a day, as known at a time or number (both: the earlier).

    With neither, as known now. Newest first.
    """
    # Load.
    seq = _EVER if known_seq is None else known_seq
    known = None if known_at is None else past.seq_known_at(session, known_at)
    seq = seq if known is None else min(seq, known)
    found = store.licences(
        session, principal, performer_id=performer_id, before_seq=seq + 1, limit=limit
    )
    performers = {item.terms.performer_id for item in found}
    suspended = suspensions_known(session, performers, seq=seq) if performers else {}
    under = suspended_under(session, {item.id for item in found}, seq=seq)
    plain = [in_force(item, seq) for item in found]
    ended = {item.id: item for item in as_ended(session, plain, seq)}
    # Decide.
    stood = (
        as_of(
            item,
            (*suspended.get(item.terms.performer_id, ()), *under.get(item.id, ())),
            *(on, seq),
            ended=ended[item.id],
        )
        for item in found
    )
    return tuple(item for item in stood if item is not None)


def tell_expiring(session: Session, *, days: int, now: datetime) -> int:
    """Tell both sides of each licence once that it ends within so many days; returns how many.

    What was told is remembered as one time: the end up to which every licence was looked at.
    """
    # Load.
    until = now + timedelta(days=days)
    before = watermarks.time_of(session, _MARK)
    capability = SearchCapability("licence-expiring", "housekeeping")
    due = past.ending(session, capability, after=max(before or now, now), until=until)
    if before is not None:
        # Signed since the last look, and ending within what that look covered.
        late = past.ending(
            session,
            capability,
            after=now,
            until=min(before, until),
            signed_after=before - timedelta(days=days),
        )
        due += [item for item in late if item.id not in {known.id for known in due}]
    # Save.
    for item in due:
        outbox.put(
            session,
            tenant_id=item.tenant_id,
            audience=f"tenant:{item.terms.licensee_id}",
            kind=EXPIRING,
            subject_id=item.id,
            payload={"valid_until": to_text(item.terms.valid_until)},
        )
        _tell(session, item, now)
    watermarks.advance(session, _MARK, until)
    return len(due)


def _tell(session: Session, licence: Licence, now: datetime) -> None:
    """One notice for each side, in the inbox and by mail."""
    for tenant_id in dict.fromkeys((licence.tenant_id, licence.terms.licensee_id)):
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind=EXPIRING,
            subject_id=licence.id,
            facts={
                "until": to_text(licence.terms.valid_until),
                "performer": licence.terms.performer_id,
            },
            now=now,
        )
