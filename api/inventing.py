"""Files of invented figures to prints: embedded, looked at beside everybody enrolled, dropped."""

from dataclasses import replace
from pathlib import Path

from api.demands import demands_of
from api.heartbeat import Heartbeat
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.errors import Broken
from core.jobs import Job
from core.principal import system
from fingerprint.models import Modality, Reason, SampleReport
from registry.models.characters import CharacterSample
from registry.proofing import gates
from registry.service import characters, inventing


def embed_figure(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Make prints of a figure's file, or keep the reasons why it gives none; then drop its bytes.

    Where it is too like somebody enrolled, the figure waits for a person.
    """
    world, now = tools.world, utc_now()
    with world.db.read() as session:
        sample = inventing.pending_sample(session, job)
    pulse.show(0.1, "")
    if sample is not None and sample.object_name is not None:
        with world.objects.opened(sample.object_name) as path:
            report, near = _embedded(tools, sample, path)
    else:
        report, near = None, frozenset[str]()
    card = tools.engine.models[Modality(job.payload["modality"])]
    with world.db.write() as session:
        inventing.store_sample(
            session,
            world.vault,
            job,
            report,
            card,
            near=near,
            notice_days=demands_of(world.settings).notice_days,
            now=now,
        )
        leases.finish(session, job)
    with world.db.write() as session:
        inventing.discard_samples(session, world.objects, system(job.tenant_id))


def shred_figure(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Destroy the key of a figure that is over, once that is committed."""
    world, principal = tools.world, system(job.tenant_id)
    with world.db.write() as session:
        leases.guard(session, job)
        characters.shred(session, world.vault, principal, job.payload["character_id"])
        leases.finish(session, job)


def _embedded(
    tools: Tools, sample: CharacterSample, path: Path
) -> tuple[SampleReport, frozenset[str]]:
    report = tools.engine.embed(path, sample.modality)
    if not report.accepted:
        return report, frozenset()
    if tools.engine.comparer(sample.modality) is None:
        # Nobody could be told apart from the figure, so it is not searched for.
        why = (Reason("encoder-not-measured", {"modality": sample.modality.value}),)
        return replace(report, accepted=False, reasons=why, templates=()), frozenset()
    return report, _near(tools, sample, report)


def _near(tools: Tools, sample: CharacterSample, report: SampleReport) -> frozenset[str]:
    """Prints of people whom a figure's file is too like, whoever enrolled them."""
    world, comparer = tools.world, tools.engine.comparer(sample.modality)
    if comparer is None:
        raise Broken("a figure was to be compared by an encoder that was never measured")
    model_id = tools.engine.models[sample.modality].model_id
    with world.db.read() as session:
        others = inventing.people_by(
            session, world.vault, model_id, reference=sample.character_id, at=utc_now()
        )
    templates = [template for _, template in others]
    fpir = gates.GATES[sample.modality].figure_fpir
    return frozenset(
        print_id
        for mine in (report.templates if others else ())
        for (print_id, _), hit in zip(others, comparer.is_near(mine, templates, fpir), strict=True)
        if hit
    )
