"""The steps of the story in `pipeline`: each loads, lets the packages below do one thing, saves.

Nothing is computed on the way: media belongs to the engine, meaning to registry and licensing,
money to royalties. A write checks the job's fence first.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from sqlmodel import Session

from api import heeding, recognising
from api.heartbeat import Heartbeat
from api.stopping import Stopping
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.errors import Conflict
from core.jobs import Job
from core.principal import SearchCapability, system
from core.settings import Reuse
from fingerprint.content.printing import ContentPrint
from fingerprint.deciding import Context
from fingerprint.gallery import GalleryEntry
from fingerprint.labels import reading as reading_labels
from fingerprint.labels.manifeststore import manifest_store
from fingerprint.matching import NO_THRESHOLD
from fingerprint.media.models import MediaInfo
from fingerprint.models import Decision, Finding, Modality, Reason, ScanMode, Span, Trace
from registry.carrying import without_voices
from registry.models.content import NOTHING_KNOWN, Carried
from registry.models.evidence import Findings, Scan
from registry.service import (
    claiming,
    filelabels,
    filemanifests,
    findings,
    grouping,
    latematch,
    reading,
    scans,
    submissions,
    surroundings,
    works,
)

# Of the whole progress; the rest is the reading of the media.
KNOWN_AT = 0.05
SEARCH_AT = 0.97


@dataclass(frozen=True, slots=True)
class Running:
    """A scan under way: the stored scan, its file, what the probe said, and what is known of it.

    `content` prints the file when it is first called.
    """

    scan: Scan
    path: Path
    info: MediaInfo
    content: Callable[[], ContentPrint]
    known: Carried = NOTHING_KNOWN


@contextmanager
def opened_media(tools: Tools, job: Job) -> Iterator[Path]:
    """The submitted file in the clear, while it is scanned; raises Conflict once it is not kept."""
    with tools.world.db.read() as session:
        found = submissions.get_submission(
            session, system(job.tenant_id), job.payload["submission_id"]
        )
    if found.object_name is None:
        raise Conflict("The file is no longer kept.", next_step="Hand the file in again.")
    with tools.world.objects.opened(found.object_name) as path:
        yield path


def begin(tools: Tools, job: Job, path: Path) -> Running:
    """Probe the file and give the scan to go on with; the cut learns its measured length.

    Raises BadMedia for what is no film, sound or picture.
    """
    principal = system(job.tenant_id)
    info = tools.engine.probe(path)
    with tools.world.db.write() as session:
        leases.guard(session, job)
        scan = scans.begin_scan(
            session,
            principal,
            job.payload["submission_id"],
            tools.engine.segments(info),
            tools.engine.models,
            retention_days=tools.world.settings.retention.unknown_days,
            now=utc_now(),
            mode=ScanMode(job.payload.get("mode") or tools.world.settings.scan.mode),
        )
        works.save_duration(session, principal, scan.cut_id, info.duration_ms)
    return Running(scan, path, info, cache(partial(tools.engine.content, path, info)))


def recognise(tools: Tools, job: Job, pulse: Heartbeat, running: Running) -> Running:
    """The scan with what earlier scans of the tenant's say about the same recording."""
    pulse.show(0.0, "")
    if tools.world.settings.reuse == Reuse.OFF or not missing(tools, job, running):
        return running
    by_content = tools.world.settings.reuse == Reuse.CONTENT
    read = running.content if by_content else _nothing

    def show(part: float, note: str) -> None:
        pulse.show(KNOWN_AT * part, note)

    recognising.recognise(tools, job, running.info.duration_ms, read, show)
    known = recognising.carry_over(tools, job)
    if running.info.n_audio_streams > 1 and not known.identical:
        known = without_voices(known)
    return replace(running, known=known)


def heed_notices(tools: Tools, job: Job, pulse: Heartbeat, running: Running) -> None:
    """Look for recordings about which notices stand."""
    heeding.heed_notices(tools, job, running.path, running.content, pulse.check)


def _nothing() -> ContentPrint:
    return ContentPrint((), None)


def missing(tools: Tools, job: Job, running: Running) -> tuple[tuple[int, Span], ...]:
    """Number and span of each segment that nobody has written yet."""
    with tools.world.db.read() as session:
        return scans.missing_segments(session, system(job.tenant_id), running.scan.id)


def scan_segment(
    tools: Tools, job: Job, pulse: Heartbeat, running: Running, segment: tuple[int, Span]
) -> None:
    """Find voices and faces in one segment and store them; raises Stopping between segments."""
    number, span = segment
    if tools.stopping.is_set():
        raise Stopping
    total = len(running.scan.segments)

    def progress(part: float) -> None:
        share = (number + part) / total
        pulse.show(KNOWN_AT + (SEARCH_AT - KNOWN_AT) * share, f"{number + 1}/{total}")

    progress(0.0)
    notes = [*unread_of(running.known, span), *(running.info.notes if number + 1 == total else ())]

    def scan(part: Span, modalities: frozenset[Modality]) -> tuple[Trace, ...]:
        return tools.engine.scan_segment(
            running.path,
            running.info,
            part,
            progress,
            modalities=modalities,
            mode=running.scan.mode,
            heed=notes.extend,
        )

    traces = recognising.scan_new(running.known, span, scan)
    with tools.world.db.write() as session:
        scans.save_segment(
            session,
            tools.world.vault,
            job,
            running.scan.id,
            number=number,
            found=traces,
            now=utc_now(),
            notes=notes,
        )


def unread_of(known: Carried, span: Span) -> Iterator[Reason]:
    """What an earlier scan of the same file could not read of a segment."""
    for earlier, reasons in known.unread:
        if earlier.start_ms < span.end_ms and span.start_ms < earlier.end_ms:
            yield from reasons


def search(tools: Tools, job: Job, pulse: Heartbeat, scan_id: str) -> None:
    """Search everything found against every print, and keep what that says."""
    pulse.show(SEARCH_AT, "")
    world, now = tools.world, utc_now()
    capability = SearchCapability("matching", scan_id)
    with world.db.read() as session:
        principal = system(job.tenant_id)
        stored = scans.load_traces(session, world.vault, principal, scan_id, at=now, evidence=False)
        gallery_seq = tools.cache.refresh(session, world.vault, capability, at=now)
        known = surroundings.surroundings(
            session, world.vault, principal, capability, scan_id, at=now
        )
        own, behind = claiming.own_figures(session, world.vault, principal)

    def people(print_ids: Collection[str]) -> Mapping[str, str]:
        with world.db.read() as session:
            return surroundings.performers_behind(session, capability, print_ids)

    found = [item.trace for item in stored]
    answers = tools.engine.decide(
        found,
        tools.cache.gallery,
        context=Context(cast=known.cast, earlier=known.earlier, people=people),
    )
    invented = among_figures(tools, found, own, known.earlier)
    with world.db.write() as session:
        findings.save_findings(
            session,
            world.vault,
            job,
            scan_id,
            trace_ids=[item.id for item in stored],
            findings=answers,
            gallery_seq=gallery_seq,
            now=utc_now(),
        )
        claiming.save_claims(
            session,
            job,
            scan_id,
            [item.id for item in stored],
            [(answer, *pair) for answer, pair in zip(answers, invented, strict=True)],
            behind=behind,
            now=utc_now(),
        )


def among_figures(
    tools: Tools,
    found: Sequence[Trace],
    own: Sequence[GalleryEntry],
    earlier: tuple[Trace, ...],
) -> tuple[tuple[Finding, Finding], ...]:
    """For each trace the answer among the studio's figures, and among them and everybody enrolled.

    The figures are in the gallery for these two searches alone, so that no search for people ever
    meets one.
    """
    gallery, context = tools.cache.gallery, Context(earlier=earlier)
    if not own:
        return tuple((nobody(number), nobody(number)) for number in range(len(found)))
    ids = [entry.print_id for entry in own]
    try:
        for entry in own:
            gallery.add(entry)
        figures = tools.engine.decide(found, gallery, allowed=ids, context=context)
        everybody = tools.engine.decide(found, gallery, context=context)
    finally:
        for print_id in ids:
            gallery.remove(print_id)
    return tuple(zip(figures, everybody, strict=True))


def nobody(number: int) -> Finding:
    """The answer of a search among none."""
    return Finding(number, Decision.UNKNOWN, None, 0.0, None, 1.0, NO_THRESHOLD, ())


def read_labels(tools: Tools, job: Job, path: Path) -> None:
    """Read which labels as made with AI the file carries; the law's duties are met against them.

    A C2PA manifest that holds is kept, to be found by the recording once its title is out.
    """
    principal, submission_id = system(job.tenant_id), job.payload["submission_id"]
    labels, now = reading_labels.read_labels(path), utc_now()
    found = [(item.scheme, item.state, item.detail) for item in labels]
    manifests = manifest_store(path) if reading_labels.has_manifest(labels) else None
    with tools.world.db.write() as session:
        leases.guard(session, job)
        filelabels.save_labels(session, principal, submission_id, found, now=now)
        if manifests is not None:
            filemanifests.keep_manifest(
                session, tools.world.vault, principal, submission_id, manifests, now=now
            )


def know_figures(tools: Tools, job: Job, scan_id: str) -> None:
    """Put every unknown voice and face to a figure of the series, so that it is asked about once.

    Traces that have one keep it, so a second run changes nothing.
    """
    principal = system(job.tenant_id)
    with tools.world.db.read() as session:
        asked = grouping.to_group(session, tools.world.vault, principal, scan_id, at=utc_now())
    if not asked.seen:
        return
    groups = tools.engine.alike((*asked.present, *asked.kept), len(asked.present))
    with tools.world.db.write() as session:
        leases.guard(session, job)
        grouping.save_groups(session, principal, asked, groups, now=utc_now())


def read_findings(tools: Tools, job: Job) -> Findings:
    """What the newest finished scan of the job's submission says now."""
    with tools.world.db.read() as session:
        return reading.findings(session, system(job.tenant_id), job.payload["submission_id"])


def look_back(tools: Tools, job: Job) -> None:
    """Search what was scanned before for the newest print, and queue the scans near it first.

    On its own after the print is stored: where it is cut short, housekeeping queues all of them.
    """
    world, now = tools.world, utc_now()
    capability = SearchCapability("late-matching", job.id)
    with world.db.read() as session:
        plan = latematch.plan_rematches(session, world.vault, capability, tools.archive, at=now)
    with world.db.write() as session:
        latematch.carry_out(session, plan)


def look_again(session: Session, job: Job) -> None:
    """Queue past scans that have not been searched for the newest print."""
    capability = SearchCapability("late-matching", job.id)
    latematch.enqueue_rematches(session, capability, at=utc_now())
