"""What was found, shown to each side as far as it may see it.

A studio reads everything about its own submission, and of a foreign performer the public name.
The performer's side reads that it was used, by whom and since when; the title only once it is out.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session

from core import audit, notices
from core.errors import Conflict, NotFound
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from fingerprint.models import Modality
from registry.minority import midnight
from registry.models.evidence import (
    Findings,
    ForeignUse,
    Match,
    Scan,
    ScanState,
    Unread,
    Use,
)
from registry.models.mandates import Act
from registry.models.people import PerformerCard
from registry.service.acting import check_agent
from registry.service.seals import open_trace
from registry.service.settled import settled
from registry.service.useseen import SeenUse, all_seen
from registry.store import matches, people, scans, submissions, traces, uses, works
from registry.useforming import form_uses


def findings(session: Session, principal: Principal, submission_id: str) -> Findings:
    """All that the newest finished scan of a submission says, after reviews.

    Uses are formed from the declaration that holds now. Raises `NotFound` for another tenant's
    submission, `Conflict` before its first scan is done.
    """
    # Load.
    require(principal, "submissions")
    submission = submissions.get_submission(session, principal, submission_id)
    scan = _newest_done(session, principal, submission_id)
    found = settled(session, principal, scan)
    notes = scans.notes_of(session, principal, scan.id)
    # Decide.
    unread = tuple(Unread(scan.segments[number], reasons) for number, reasons in notes)
    uses_now = form_uses((*found.counted, *found.linked), submission.declaration)
    return Findings(
        scan, found.counted, uses_now, found.unknown, unread, found.collisions, found.disputed
    )


def counted_matches(session: Session, principal: Principal, scan_id: str) -> tuple[Match, ...]:
    """The matches of one of the caller's scans that hold now, after reviews."""
    require(principal, "submissions")
    scan = scans.get_scan(session, principal, scan_id)
    return settled(session, principal, scan).counted


def matched_performers(
    session: Session, principal: Principal, submission_id: str
) -> tuple[PerformerCard, ...]:
    """Public names of the performers matched in the caller's own submission, and nothing else."""
    require(principal, "submissions")
    submissions.get_submission(session, principal, submission_id)
    found = matches.matched_performers(session, principal, [submission_id])
    return people.cards(session, SearchCapability("attribution", submission_id), found)


def matched_in(
    session: Session, principal: Principal, submission_ids: Collection[str]
) -> tuple[PerformerCard, ...]:
    """The same of several submissions together; those that are not the caller's name nobody."""
    require(principal, "submissions")
    found = matches.matched_performers(session, principal, submission_ids)
    return people.cards(session, SearchCapability("attribution", principal.tenant_id), found)


def known_performers(
    session: Session, principal: Principal, contracted: Collection[str], *, films: int
) -> dict[str, str]:
    """Public names, by id, of those matched in the caller's newest films or `contracted` to it.

    Contracted is who signed a licence that the caller holds. Of nobody else: to put a name to any
    id would tell who is registered.
    """
    require(principal, "submissions")
    newest = submissions.list_submissions(session, principal, before_seq=None, limit=films)
    matched = matches.matched_performers(session, principal, {item.id for item, _ in newest})
    capability = SearchCapability("attribution", principal.tenant_id)
    found = people.cards(session, capability, {*matched, *contracted})
    return {card.performer_id: card.public_name for card in found}


def foreign_uses(
    session: Session,
    principal: Principal,
    *,
    at: datetime,
    before_seq: int | None = None,
    limit: int = 50,
) -> tuple[ForeignUse, ...]:
    """Uses of the caller's performers in other tenants' cuts, newest first."""
    require(principal, "performers")
    rows = uses.uses_of_own_performers(session, principal, before_seq=before_seq, limit=limit)
    return tuple(_foreign(shown) for shown in all_seen(session, rows, at=at))


def own_uses(session: Session, principal: Principal, cut_id: str) -> tuple[Use, ...]:
    """The uses of the caller's own cut as they are kept now."""
    require(principal, "submissions")
    works.get_cut(session, principal, cut_id)
    return uses.live_uses(session, principal, cut_id)


def uses_in(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> dict[str, list[Use]]:
    """The uses of several of the caller's own cuts as they are kept now, by cut."""
    require(principal, "submissions")
    found: dict[str, list[Use]] = {}
    for use in uses.live_in(session, principal, cut_ids):
        found.setdefault(use.cut_id, []).append(use)
    return found


def match_evidence(
    session: Session, vault: Vault, principal: Principal, match_id: str, *, at: datetime
) -> tuple[Modality, bytes]:
    """The best face (JPEG) or some seconds of the voice (Ogg Opus) behind a match, while kept.

    For the studio whose media it is; for the performer's side where the find is sure and the cut
    is out. Raises `NotFound` for anybody else, before that day, and once it is gone.
    """
    owner_id, trace_id, match = matches.get_match(session, principal, match_id)
    if owner_id == principal.tenant_id:
        require(principal, "submissions")
    else:
        _check_shown(session, principal, owner_id, match, at)
    row = traces.get_trace(session, system(owner_id), trace_id)
    trace = None if row is None else open_trace(vault, row)
    kept = None if trace is None else trace.crop or trace.excerpt
    if trace is None or kept is None:
        raise NotFound("No picture or sound of this match is kept.", next_step="Scan it again.")
    return trace.modality, kept


def minor_in_match(
    session: Session, principal: Principal, match_id: str, *, at: datetime
) -> str | None:
    """The performer whom a match names, if that is a minor of another side; raises `NotFound`."""
    owner_id, _, match = matches.get_match(session, principal, match_id)
    if owner_id != principal.tenant_id:
        return None
    capability = SearchCapability("attribution", match_id)
    adult_on = people.adult_on(session, capability, match.performer_id)
    return match.performer_id if adult_on is not None and at < midnight(adult_on) else None


def note_view(
    session: Session, principal: Principal, performer_id: str, match_id: str, *, now: datetime
) -> None:
    """Record that somebody looked at a child's picture or heard the voice, and tell that side."""
    details = {"match": match_id}
    audit.record(
        session,
        principal,
        action="minor.viewed",
        subject_id=performer_id,
        details=details,
        now=now,
    )
    capability = SearchCapability("attribution", match_id)
    owner = people.owners(session, capability, [performer_id])[performer_id]
    notices.notify(
        session,
        tenant_id=owner,
        person=None,
        kind="minor.viewed",
        subject_id=performer_id,
        facts={"match": match_id},
        now=now,
    )


def _newest_done(session: Session, principal: Principal, submission_id: str) -> Scan:
    for scan in scans.scans_of(session, principal, submission_id):
        if scan.state is ScanState.DONE:
            return scan
    raise Conflict(
        "This submission has not been scanned yet.",
        next_step="Wait for its scan.",
        code="not-scanned",
    )


def _foreign(shown: SeenUse) -> ForeignUse:
    return ForeignUse(
        use_id=shown.use.id,
        performer_id=shown.use.performer_id,
        kind=shown.use.kind,
        decision=shown.use.decision,
        studio=shown.studio,
        title=shown.title,
        release_at=shown.release_at,
        found_at=shown.found_at,
        match_ids=shown.use.match_ids,
        seq=shown.seq,
    )


def _check_shown(
    session: Session, principal: Principal, owner_id: str, match: Match, at: datetime
) -> None:
    """Return where the performer's side may look at a find: a sure one, in a cut that is out."""
    require(principal, "performers")
    check_agent(session, principal, match.performer_id, Act.READ, now=at)
    submission = submissions.get_submission(session, system(owner_id), match.submission_id)
    sure = uses.was_sure(session, principal, match)
    if not sure or submission.declaration.release_at > at.date():
        raise NotFound(
            "This is shown once the title is out.", next_step="Look again after its release."
        )
