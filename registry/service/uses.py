"""Forming uses anew whenever matches, reviews or the declaration change, and keeping versions."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from core import outbox
from core.columns import OWNER
from core.db import next_seq
from core.ids import new_id
from core.principal import Principal, SearchCapability
from registry.models.evidence import Scan, Use
from registry.service.settled import settled
from registry.store import people, scans, submissions, uses
from registry.useforming import form_uses

USE_FOUND = "use.found"


def refresh_uses(
    session: Session, principal: Principal, scan: Scan, *, now: datetime
) -> tuple[Use, ...]:
    """The uses of the scan's cut as they are now; stores a version of each that changed.

    A late answer for an older scan does not replace what a newer scan of the cut found.
    """
    # Load.
    newest = scans.newest_done(session, principal, scan.cut_id)
    live = {use.id: use for use in uses.live_uses(session, principal, scan.cut_id)}
    if newest is None or newest.id != scan.id:
        return tuple(live.values())
    said = settled(session, principal, scan)
    declaration = submissions.get_submission(session, principal, scan.submission_id).declaration
    # Decide.
    formed = form_uses((*said.counted, *said.linked), declaration)
    changed = [use for use in formed if live.get(use.id) != use]
    gone = live.keys() - {use.id for use in formed}
    # What was called somebody else and is not any more was told when it was found.
    known = uses.known(session, principal, {use.id for use in changed} - live.keys())
    # Save.
    for use_id in sorted(gone | {use.id for use in changed}):
        uses.supersede(session, principal, use_id, at=now)
    audiences = audiences_of(session, principal, [use.performer_id for use in changed], scan.id)
    for use in changed:
        _add(
            session,
            principal,
            use,
            audiences[use.performer_id],
            now,
            new=use.id not in live.keys() | known,
        )
    return formed


def audiences_of(
    session: Session, principal: Principal, performer_ids: Sequence[str], reference: str
) -> Mapping[str, str]:
    """Who besides the studio sees rows about each performer: the performer's own tenant."""
    capability = SearchCapability("attribution", reference)
    owners = people.owners(session, capability, set(performer_ids))
    return {
        performer_id: OWNER if tenant_id == principal.tenant_id else f"tenant:{tenant_id}"
        for performer_id, tenant_id in owners.items()
    }


def _add(
    session: Session, principal: Principal, use: Use, audience: str, now: datetime, *, new: bool
) -> None:
    uses.add_use(
        session,
        use,
        version_id=new_id("usv"),
        tenant_id=principal.tenant_id,
        audience=audience,
        seq=next_seq(session),
        at=now,
    )
    if new:
        outbox.put(
            session,
            tenant_id=principal.tenant_id,
            kind=USE_FOUND,
            subject_id=use.id,
            payload={"performer_id": use.performer_id, "decision": use.decision.value},
            audience=audience,
        )
