"""What is known about a scanned cut beside its media: who is declared, and who was heard before.

Declared performers are searched for among themselves as well, and voices that the same tenant's
earlier cuts of the series still hold lend their evidence. Vectors that may no longer be kept are
not read here either.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from fingerprint.models import Modality, Trace
from registry.models.evidence import Scan
from registry.models.works import DeclaredUse
from registry.service.seals import open_trace
from registry.store import prints, scans, submissions, traces, works
from registry.usekinds import concerned

EARLIER_SCANS_MAX = 30
EARLIER_TRACES_MAX = 500


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Print ids of the declared cast, and voices of earlier cuts, the newest first."""

    cast: frozenset[str]
    earlier: tuple[Trace, ...]


def surroundings(
    session: Session,
    vault: Vault,
    principal: Principal,
    capability: SearchCapability,
    scan_id: str,
    *,
    at: datetime,
) -> Surroundings:
    """What surrounds one of the caller's scans now; raises `NotFound` for another tenant's."""
    require(principal, "submissions")
    scan = scans.get_scan(session, principal, scan_id)
    declared = submissions.get_submission(session, principal, scan.submission_id).declaration.uses
    wanted = {use.performer_id for use in declared}
    found = prints.live_prints_of(session, capability, sorted(wanted), at=at)
    return Surroundings(
        cast=_cast(declared, found), earlier=_earlier(session, vault, principal, scan, at=at)
    )


def performers_behind(
    session: Session, capability: SearchCapability, print_ids: Collection[str]
) -> Mapping[str, str]:
    """The performer's id behind each print id, across tenants; unknown ids are left out."""
    owners = prints.print_owners(session, capability, sorted(print_ids))
    return {print_id: owner.performer_id for print_id, owner in owners.items()}


def _cast(
    declared: Sequence[DeclaredUse], found: Mapping[str, tuple[str, Modality]]
) -> frozenset[str]:
    """Prints of the declared performers, of what their declared uses concern."""
    return frozenset(
        print_id
        for print_id, (performer_id, modality) in found.items()
        if any(
            use.performer_id == performer_id and modality in concerned(use.kind, use.modality)
            for use in declared
        )
    )


def _earlier(
    session: Session, vault: Vault, principal: Principal, scan: Scan, *, at: datetime
) -> tuple[Trace, ...]:
    """Voices of the newest finished scan of each other cut of the series, if begun before."""
    kin = works.kin_cuts(session, principal, scan.cut_id)
    done = (scans.newest_done(session, principal, cut_id) for cut_id in kin)
    before = sorted(
        (found for found in done if found is not None and found.seq < scan.seq),
        key=lambda found: -found.seq,
    )
    lent: list[Trace] = []
    for found in before[:EARLIER_SCANS_MAX]:
        for row in traces.each_trace_of(session, principal, found.id):
            expired = row.expires_at is not None and row.expires_at <= at
            if row.modality is Modality.VOICE and not expired and len(lent) < EARLIER_TRACES_MAX:
                trace = open_trace(vault, row)
                lent += [] if trace is None else [replace(trace, excerpt=None)]
    return tuple(lent)
