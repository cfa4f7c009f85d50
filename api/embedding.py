"""Samples to prints: of a new sample, and of all kept ones when the encoder changes.

A change is one job that can be killed anywhere: each sample is written in a transaction of its own
with the mark that it was seen, and the new encoder serves only once none is left.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from api.answering import consistent, fine_print_of
from api.heartbeat import Heartbeat
from api.steps import look_back
from api.stopping import Stopping
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.errors import NotFound
from core.jobs import Job
from core.principal import system
from fingerprint.media.models import Form
from fingerprint.models import Modality, ModelCard, SampleReport
from fingerprint.proofing.fineprint import FinePrint
from registry.models.encoders import Material
from registry.models.people import Purpose
from registry.service import encoders, material, samples
from registry.service.consents import is_covered

if TYPE_CHECKING:
    from fingerprint.pieces import Source

_EMBEDDED_AT = 0.9  # of the progress of a change; the rest is measuring
_PEOPLE_MEASURED_MAX = 400


@dataclass(frozen=True, slots=True)
class _Embedded:
    """What the encoders that are wanted made of a sample, the one in use first."""

    wanted: tuple[str, ...]
    made: tuple[tuple[SampleReport, ModelCard], ...]
    kept_as: str | None
    fine: FinePrint | None


def embed_sample(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Make templates of a sample, or keep the reasons why it gives none; then drop its bytes."""
    world, modality = tools.world, Modality(job.payload["modality"])
    with world.db.read() as session:
        stored = samples.sample_object(session, job)
    pulse.show(0.1, "")
    found = None
    if stored is not None:
        with world.objects.opened(stored) as path:
            found = _embed(tools, job, path, modality)
    with world.db.write() as session:
        leases.guard(session, job)
        if found is not None:
            now = utc_now()
            encoders.require_same(session, modality, found.wanted, at=now)
            (report, card), *also = found.made
            samples.store_templates(
                session, world.vault, job, report, card, also=also, kept_as=found.kept_as, now=now
            )
            if found.fine is not None:
                samples.keep_fine_print(session, world.vault, job, found.fine, now=now)
        leases.finish(session, job)
    with world.db.write() as session:
        samples.discard_samples(session, world.objects, system(job.tenant_id))
    look_back(tools, job)


def change_encoder(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Make every kept print anew, measure the new encoder, and only then let it serve."""
    world, modality = tools.world, Modality(job.payload["modality"])
    engine = tools.engine_with({modality: job.payload["model_id"]})
    card = engine.models[modality]
    while True:
        for item, share in _unseen(tools, job):
            pulse.show(_EMBEDDED_AT * share, item.sample_id)
            with material.opened(world.vault, world.objects, item) as path:
                report = engine.embed(path, modality)
            with world.db.write() as session:
                encoders.store_anew(
                    session, world.vault, job, item, report=report, card=card, now=utc_now()
                )
        pulse.show(_EMBEDDED_AT, card.model_id)
        _measure(tools, job, card)
        with world.db.write() as session:
            if encoders.switch(session, job, now=utc_now()):
                leases.finish(session, job)
                return


def _embed(tools: Tools, job: Job, path: Path, modality: Modality) -> _Embedded:
    world, serving = tools.world, tools.engine
    first = serving.models[modality]
    now = utc_now()
    with world.db.read() as session:
        wanted = encoders.wanted(session, modality, first.model_id, at=now)
        sample = samples.sample_of(session, job)
        keep = is_covered(session, sample, Purpose.REEMBEDDING, at=now)
        compared = is_covered(session, sample, Purpose.COMPARISON, at=now)
        earlier = samples.earlier_templates(session, world.vault, sample, first.model_id)
    report = serving.embed(path, modality, excerpted=compared)
    judged = consistent(tools, report, earlier.templates, proofed=earlier.proofed)
    made = [(judged, first)]
    for model_id in wanted[1:] if made[0][0].accepted else ():
        try:
            other = tools.engine_with({modality: model_id})
        except NotFound:  # an encoder of old scans that was taken away: nothing finds those
            continue
        made.append((other.embed(path, modality), other.models[modality]))
    keep = keep and made[0][0].accepted
    kept_as = material.seal_file(world.vault, world.objects, sample, path) if keep else None
    return _Embedded(wanted, tuple(made), kept_as, fine_print_of(tools, path, judged))


def _unseen(tools: Tools, job: Job) -> Iterator[tuple[Material, float]]:
    """Material that the new encoder has not seen, with the share that it has; raises Stopping."""
    with tools.world.db.read() as session:
        unseen, total = encoders.progress(session, job, at=utc_now())
    for number, item in enumerate(unseen):
        if tools.stopping.is_set():
            raise Stopping
        yield item, (total - len(unseen) + number) / total


def _measure(tools: Tools, job: Job, card: ModelCard) -> None:
    """Measure the encoder on kept material, as far as performers let it be kept."""
    with tools.world.db.read() as session:
        items = encoders.seen(session, job, at=utc_now())
    people = list(dict.fromkeys(item.performer_id for item in items))[:_PEOPLE_MEASURED_MAX]
    chosen = [item for item in items if item.performer_id in set(people)]
    settings = tools.world.settings
    with ExitStack() as stack:
        tools.engine.recalibrate(
            settings.models_path,
            card,
            _sources(tools, chosen, stack),
            wanted=set(people),
            threads=settings.threads,
        )


def _sources(tools: Tools, items: Sequence[Material], stack: ExitStack) -> "Iterator[Source]":
    """Each sample as a source, there until the next is asked for."""
    from fingerprint.pieces import Source  # noqa: PLC0415 - heavy

    for item in items:
        if tools.stopping.is_set():
            raise Stopping
        stack.close()
        path = stack.enter_context(material.opened(tools.world.vault, tools.world.objects, item))
        # Faces are measured on pictures: the frames of a film are too much alike.
        if item.modality is Modality.FACE and tools.engine.probe(path).kind is not Form.STILL:
            continue
        whose = (item.modality.value, item.performer_id, "real", "by consent", "")
        yield Source(path, *whose, recording=item.object_name)
