"""Finding a studio's own invented figures in its own scans, and where they were found.

Nobody else's figures are looked for, so no other studio learns that a cut of its holds one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from sqlmodel import Session

from core import leases
from core.db import next_seq
from core.ids import derived_id, new_id
from core.jobs import Job
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from fingerprint.gallery import GalleryEntry
from fingerprint.models import Decision, Finding
from registry.characters import doubt_of
from registry.models.characters import Claim
from registry.models.evidence import Scan
from registry.service.likenesses import keep_alike
from registry.service.seals import open_invented
from registry.store import claims, invented, matches, people, scans, traces

SCOPE = "submissions"


def own_figures(
    session: Session, vault: Vault, principal: Principal
) -> tuple[tuple[GalleryEntry, ...], Mapping[str, str]]:
    """The caller's active figures as they are searched, and the figure behind each print id."""
    require(principal, SCOPE)
    rows = invented.searchable(session, principal)
    entries, behind = [], {}
    for (character_id, modality, model_id), group in groupby(
        rows, key=lambda row: (row.character_id, row.modality, row.model_id)
    ):
        print_id = derived_id("chp", character_id, modality, model_id)
        templates = tuple(open_invented(vault, row) for row in group)
        entries.append(GalleryEntry(print_id, modality, model_id, templates))
        behind[print_id] = character_id
    return tuple(entries), behind


def save_claims(
    session: Session,
    job: Job,
    scan_id: str,
    trace_ids: Sequence[str],
    searched: Sequence[tuple[Finding, Finding, Finding]],
    *,
    behind: Mapping[str, str],
    now: datetime,
) -> None:
    """Keep in which traces figures were found; what an earlier search said of these goes.

    `searched` are the answers for each trace among people, among the figures and among both.
    Raises `LeaseLost` when another worker holds the job.
    """
    # Load.
    leases.guard(session, job)
    principal = system(job.tenant_id)
    scan = scans.get_scan(session, principal, scan_id)
    known = claims.claims_of(session, principal, scan_id)
    # Decide.
    found = {
        trace_id: claim
        for trace_id, answers in zip(trace_ids, searched, strict=True)
        if (claim := _claim(session, principal, trace_id, answers, behind)) is not None
    }
    gone = [name for name in trace_ids if name in known and known[name] != found.get(name)]
    # Save.
    claims.supersede(session, principal, gone, at=now)
    for trace_id, claim in found.items():
        if known.get(trace_id) != claim:
            seq = next_seq(session)
            claims.add_claim(session, scan, claim, row_id=new_id("chc"), seq=seq, at=now)
    _tell_alike(session, principal, scan, found, now=now)


def _claim(
    session: Session,
    principal: Principal,
    trace_id: str,
    answers: tuple[Finding, Finding, Finding],
    behind: Mapping[str, str],
) -> Claim | None:
    among_people, among_figures, among_both = answers
    doubt = doubt_of(among_people, among_figures, among_both)
    row = traces.get_trace(session, principal, trace_id)
    character_id = behind.get(among_figures.print_id or "")
    if doubt is None or row is None or character_id is None:
        return None
    return Claim(
        trace_id=trace_id,
        character_id=character_id,
        modality=row.modality,
        spans=row.spans,
        decision=among_figures.decision,
        doubt=doubt,
        score=among_figures.score,
        fpir=among_figures.fpir,
        model_id=row.model_id,
        threshold_id=among_figures.threshold_id,
    )


def _tell_alike(
    session: Session,
    principal: Principal,
    scan: Scan,
    found: Mapping[str, Claim],
    *,
    now: datetime,
) -> None:
    """A performer who was surely found where a figure was, is like it: that side is told."""
    capability = SearchCapability("invented-figures", scan.id)
    sure = {
        trace_id: match
        for trace_id, match in matches.live_matches(session, principal, scan.id)
        if trace_id in found and match.decision is Decision.MATCH
    }
    owners = people.owners(session, capability, {item.performer_id for item in sure.values()})
    for trace_id, match in sure.items():
        keep_alike(
            session,
            capability,
            found[trace_id].character_id,
            (match.performer_id, owners[match.performer_id]),
            match.modality,
            now=now,
        )
