"""Searches a found clip for one performer: scanned like a submission, compared with own prints.

Which recording it is, is kept where the performer was found, so that a notice can keep it down.

All prints are loaded, because scores are measured against them, but only the performer's own may be
an answer. What was seen of others goes with the process; the file goes when it was looked at.
"""

from collections.abc import Sequence
from pathlib import Path

from sqlmodel import Session

from api import heeding
from api.heartbeat import Heartbeat
from api.stopping import Stopping
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.files import sha256_of
from core.jobs import Job
from core.principal import SearchCapability, system
from fingerprint.content.printing import packed
from fingerprint.models import Decision, Finding, Modality, ScanMode, Trace
from licensing.models_enforcement import ClipState, Seen
from licensing.service import clips
from registry.service import samples

_SCANNED_AT = 0.95  # of the progress; the rest is the comparison


def find_performer(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Carry out a `find` job; what it finds is kept once, whoever carries it out."""
    world, principal = tools.world, system(job.tenant_id)
    with world.db.read() as session:
        clip = clips.get_clip(session, principal, job.payload["clip_id"])
    if clip.state is ClipState.SEARCHING and clip.object_name is not None:
        with world.objects.opened(clip.object_name) as path:
            digest, traces = sha256_of(path), _traces(tools, pulse, path)
            made = tools.engine.content(path, tools.engine.probe(path))
        found = _own(tools, job, traces)
        best = _best(traces, found)
        same_as = heeding.same_recording(tools, clip.performer_id, digest, made, clip_id=clip.id)
        with world.db.write() as session:
            leases.guard(session, job)
            clips.keep_found(
                session,
                world.vault,
                world.registry_key,
                job,
                clips.Searched(
                    sha256=digest,
                    seen=tuple(_seen(tools, traces, item) for item in found),
                    excerpt=None if best is None else best.crop or best.excerpt,
                    same_as=same_as,
                    prints=packed(made),
                ),
                now=utc_now(),
            )
            leases.finish(session, job)
    else:
        with world.db.write() as session:
            leases.finish(session, job)
    with world.db.write() as session:
        clips.discard_files(session, world.objects, principal)


def fail_clip(session: Session, job: Job) -> None:
    """A clip that cannot be searched says so."""
    clips.fail(session, job)


def _traces(tools: Tools, pulse: Heartbeat, path: Path) -> list[Trace]:
    info = tools.engine.probe(path)
    spans = tools.engine.segments(info)
    found: list[Trace] = []
    for number, span in enumerate(spans):
        if tools.stopping.is_set():
            raise Stopping

        def progress(part: float, done: int = number) -> None:
            pulse.show(_SCANNED_AT * (done + part) / len(spans), f"{done + 1}/{len(spans)}")

        found += tools.engine.scan_segment(
            path, info, span, progress, modalities=frozenset(Modality), mode=ScanMode.THOROUGH
        )
    return found


def _own(tools: Tools, job: Job, traces: Sequence[Trace]) -> list[Finding]:
    world, now = tools.world, utc_now()
    with world.db.read() as session:
        mine = samples.list_prints(session, system(job.tenant_id), job.payload["performer_id"])
        tools.cache.refresh(session, world.vault, SearchCapability("own-clip", job.id), at=now)
    allowed = {item.id for item in mine if item.withdrawn_at is None}
    answers = tools.engine.decide(traces, tools.cache.gallery, allowed=allowed) if allowed else ()
    return [item for item in answers if item.decision is not Decision.UNKNOWN]


def _best(traces: Sequence[Trace], found: Sequence[Finding]) -> Trace | None:
    """The trace of the surest find, whose picture or sound goes into the evidence."""
    sure = [item for item in found if item.decision is Decision.MATCH]
    best = min(sure, key=lambda item: item.fpir, default=None)
    return None if best is None else traces[best.trace_index]


def _seen(tools: Tools, traces: Sequence[Trace], item: Finding) -> Seen:
    trace = traces[item.trace_index]
    return Seen(
        modality=trace.modality,
        decision=item.decision,
        spans=trace.spans,
        fpir=item.fpir,
        model_id=tools.engine.models[trace.modality].model_id,
        threshold_id=item.threshold_id,
    )
