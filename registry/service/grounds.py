"""On what ground each vector of a scan is kept: a performer's consent, or only until a day.

Asked again after every search and every review: a person who is rejected as "not me" is a
stranger again, whose vector the performer's consent never covered.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability
from registry.models.evidence import Scan
from registry.retention import expiry
from registry.service.words import settled_by, words_on
from registry.store import matches, prints, scans, traces
from registry.store.traces import SealedTrace


def settle_grounds(session: Session, principal: Principal, scan: Scan, *, now: datetime) -> None:
    """Give every kept vector of a finished scan its ground, and drop those that have none left."""
    # Load.
    found = matches.live_matches(session, principal, scan.id)
    words = words_on(session, principal, scan)
    days = scans.retention_days(session, principal, scan.id)
    capability = SearchCapability("attribution", scan.id)
    owners = prints.print_owners(session, capability, [match.print_id for _, match in found])
    # Decide.
    trace_of = {match.id: trace_id for trace_id, match in found}
    counted, _ = settled_by(found, words)
    claims = dict(found)
    consents = {trace_of[match.id]: owners[match.print_id].enrolment_id for match in counted}
    until = expiry(scan.started_at, days, scanning=False)
    # Save.
    for trace_id in traces.ids_of(session, principal, scan.id):
        row = traces.get_trace(session, principal, trace_id)
        if row is None:
            continue
        # What two people left in one lane is no performer's alone: nobody's consent covers it.
        mixed = bool(words.parts(row, claims.get(row.id))[1])
        grounded = _grounded(row, None if mixed else consents.get(row.id), until, now)
        if grounded != row:
            traces.save_answer(session, principal, grounded)


def _grounded(
    row: SealedTrace, consent_id: str | None, until: datetime, now: datetime
) -> SealedTrace:
    if consent_id is not None:
        return replace(row, consent_id=consent_id, expires_at=None)
    sealed = row.sealed if until > now else None
    return replace(row, sealed=sealed, consent_id=None, expires_at=until)
