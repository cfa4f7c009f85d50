"""Recognising a submission among the tenant's own: prints kept, links drawn, findings carried over.

Only the tenant's own media are compared, and only what a finished scan by the same encoders found
is carried over. What was found goes through the same search and decision as if it had been scanned.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import leases
from core.db import next_seq
from core.errors import BadProof, NotFound
from core.ids import new_id
from core.jobs import Job
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault, key_id_of
from fingerprint.content.models import Link, Part
from fingerprint.models import Modality, ModelCard, Reason, Span
from fingerprint.soundtracks import is_further
from registry.carrying import apart, carried, together, without_voices
from registry.models.content import PART_OF, Carried, ContentLink
from registry.models.evidence import Scan, ScanState, Submission
from registry.service.seals import open_trace
from registry.store import content, scans, submissions, traces
from registry.store.content import SealedContent

SCOPE = "submissions"
KNOWN_MAX = 200
EVERYBODYS_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Known:
    """An earlier submission of the tenant's that has content prints."""

    submission_id: str
    cut_id: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """One stretch of a submission in a known one, as it was just found."""

    known: Known
    link: Link
    identical: bool = False


def same_file(
    session: Session, principal: Principal, submission_id: str, models: Mapping[Modality, ModelCard]
) -> Known | None:
    """An earlier submission of the very same bytes, scanned in full by the same encoders."""
    require(principal, SCOPE)
    submission = submissions.get_submission(session, principal, submission_id)
    if submission.object_name is None:
        return None
    for other in submissions.with_object(session, principal, submission.object_name):
        earlier = other.created_at < submission.created_at
        if earlier and _usable_scan(session, principal, other.id, models) is not None:
            return Known(other.id, other.cut_id)
    return None


def known_media(session: Session, principal: Principal, submission_id: str) -> tuple[Known, ...]:
    """The tenant's other submissions that have prints, newest first."""
    require(principal, SCOPE)
    found = content.printed(session, principal, except_id=submission_id, limit=KNOWN_MAX)
    return tuple(Known(*item) for item in found)


def open_print(
    session: Session, vault: Vault, principal: Principal, submission_id: str, part: Part
) -> bytes | None:
    """The packed print of a submission; raises BadProof when it was tampered with."""
    sealed = content.print_of(session, principal, submission_id, part)
    if sealed is None:
        return None
    return vault.unseal(submission_id, sealed, _aad(principal, submission_id, part))


def open_kept(
    session: Session, vault: Vault, principal: Principal, submission_id: str, part: Part
) -> bytes | None:
    """The packed print of a submission, or of the one whose very bytes it has.

    `None` where there is none, or it cannot be read any more.
    """
    same = [
        item.known_submission_id
        for item in content.links_of_submission(session, principal, submission_id)
        if item.identical
    ]
    try:
        for name in (submission_id, *same):
            found = open_print(session, vault, principal, name, part)
            if found is not None:
                return found
    except (NotFound, BadProof):
        return None
    return None


def everybodys(session: Session, capability: SearchCapability, part: Part) -> tuple[str, ...]:
    """Ids of the newest prints of all tenants, for what looks for a recording among them all."""
    return content.newest(session, capability, part, limit=EVERYBODYS_MAX)


def open_anybodys(
    session: Session, vault: Vault, capability: SearchCapability, print_id: str
) -> bytes | None:
    """A packed print of any tenant's; `None` when it cannot be read any more.

    One that was tampered with is the matter of `doctor`, and must not stop everybody's enrolments.
    """
    row = content.sealed_one(session, capability, print_id)
    if row is None:
        return None
    bound = _aad(system(row.tenant_id), row.submission_id, row.part)
    try:
        return vault.unseal(row.submission_id, row.sealed, bound)
    except (NotFound, BadProof):
        return None


def save_recognised(
    session: Session,
    vault: Vault,
    job: Job,
    submission_id: str,
    *,
    prints: Mapping[Part, bytes],
    found: Sequence[Recognised],
    now: datetime,
) -> None:
    """Keep the prints of a submission and what they were found in; a second time does nothing."""
    # Load.
    leases.guard(session, job)
    principal = system(job.tenant_id)
    submission = submissions.get_submission(session, principal, submission_id)
    if is_recognised(session, principal, submission_id):
        return
    # Save.
    for part, packed in prints.items():
        content.add_print(
            session,
            principal,
            print_id=new_id("cpr"),
            submission_id=submission_id,
            cut_id=submission.cut_id,
            part=part,
            sealed=vault.seal(submission_id, packed, _aad(principal, submission_id, part)),
            seq=next_seq(session),
            at=now,
        )
    for item in found:
        content.add_link(session, _content_link(submission, item), at=now)


def is_present(vault: Vault, row: SealedContent) -> bool:
    """Whether a print lies under the present key of its submission, or nobody can read it."""
    return vault.live_key_id(row.submission_id) in (None, key_id_of(row.sealed))


def renewed_seal(vault: Vault, row: SealedContent) -> bytes:
    """The print under its submission's present key."""
    bound = _aad(system(row.tenant_id), row.submission_id, row.part)
    packed = vault.unseal(row.submission_id, row.sealed, bound)
    return vault.seal(row.submission_id, packed, bound)


def is_recognised(session: Session, principal: Principal, submission_id: str) -> bool:
    """Whether this submission was compared with the tenant's others already."""
    if content.links_of_submission(session, principal, submission_id):
        return True
    held = (content.print_of(session, principal, submission_id, part) for part in Part)
    return any(packed is not None for packed in held)


def carry_over(
    session: Session,
    vault: Vault,
    principal: Principal,
    submission_id: str,
    models: Mapping[Modality, ModelCard],
) -> Carried:
    """What earlier scans say about this submission; nothing where their encoders were others."""
    require(principal, SCOPE)
    parts: list[Carried] = []
    unread: tuple[tuple[Span, tuple[Reason, ...]], ...] = ()
    links = content.links_of_submission(session, principal, submission_id)
    for item in apart(links):
        scan = _usable_scan(session, principal, item.known_submission_id, models)
        if scan is not None and item.link.intact:
            parts.append(_carried(session, vault, principal, scan, item))
            if item.identical:
                notes = scans.notes_of(session, principal, scan.id)
                unread = tuple((scan.segments[number], reasons) for number, reasons in notes)
    known = together(parts, identical=any(item.identical for item in links))
    return replace(known, unread=unread)


def list_links(session: Session, principal: Principal, cut_id: str) -> tuple[ContentLink, ...]:
    """What a cut shares with the tenant's other cuts."""
    require(principal, SCOPE)
    return content.links_of_cut(session, principal, cut_id)


def submission_links(
    session: Session, principal: Principal, submission_id: str
) -> tuple[ContentLink, ...]:
    """What of a submission is in earlier ones."""
    require(principal, SCOPE)
    return content.links_of_submission(session, principal, submission_id)


def whole_file(duration_ms: int) -> Iterable[Link]:
    """The links of a file to itself."""
    whole = Span(0, max(1, duration_ms))
    for part in PART_OF.values():
        yield Link(part, whole, whole, speed=1.0, error=0.0, evidence=0, intact=(whole,))


def _carried(
    session: Session, vault: Vault, principal: Principal, scan: Scan, item: ContentLink
) -> Carried:
    rows = traces.traces_of(session, principal, scan.id)
    opened = [(row, open_trace(vault, row)) for row in rows]
    held = [trace for _, trace in opened if trace is not None]
    modality = next(key for key, part in PART_OF.items() if part is item.link.part)
    lost = [
        span
        for row, trace in opened
        if trace is None and row.modality is modality
        for span in row.spans
    ]
    known = carried(item.link, held, lost, source=item.known_cut_id)
    apart_from_default = not item.identical and any(is_further(trace) for trace in held)
    return without_voices(known) if apart_from_default else known


def _usable_scan(
    session: Session,
    principal: Principal,
    submission_id: str,
    models: Mapping[Modality, ModelCard],
) -> Scan | None:
    """The newest finished scan, if it was made by these very encoders."""
    wanted = {modality: (card.model_id, card.sha256) for modality, card in models.items()}
    for scan in scans.scans_of(session, principal, submission_id):
        if scan.state is ScanState.DONE:
            hashes = scans.model_sha256s(session, principal, scan.id)
            made = {key: (model_id, hashes[key]) for key, model_id in scan.models.items()}
            return scan if made == wanted else None
    return None


def _content_link(submission: Submission, item: Recognised) -> ContentLink:
    return ContentLink(
        id=new_id("lnk"),
        tenant_id=submission.tenant_id,
        submission_id=submission.id,
        cut_id=submission.cut_id,
        known_submission_id=item.known.submission_id,
        known_cut_id=item.known.cut_id,
        link=item.link,
        identical=item.identical,
    )


def _aad(principal: Principal, submission_id: str, part: Part) -> dict[str, str]:
    return {"tenant": principal.tenant_id, "content": submission_id, "part": part.value}
