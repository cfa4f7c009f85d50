"""Who carries out which kind of job, and what else has to change when a job fails for good."""

from collections.abc import Callable, Mapping
from functools import partial

from sqlmodel import Session

from api.deciding import clear_and_accrue
from api.heartbeat import Heartbeat
from api.pipeline import rematch_scan, scan_submission
from api.steps import look_again
from api.tools import Tools
from api.worker import Handler
from core import jobs
from core.clock import utc_now
from core.jobs import Job
from core.principal import system
from fingerprint.models import Modality
from registry.service import erasure, samples, scans

Failure = Callable[[Session, Job], None]


def handlers(tools: Tools) -> Mapping[str, Handler]:
    """The handler of each kind of job, over one set of tools."""
    return {
        "embed": partial(embed_sample, tools),
        "scan": partial(scan_submission, tools),
        "rematch": partial(rematch_scan, tools),
        "decide": partial(decide_again, tools),
        "erase": partial(erase_enrolment, tools),
    }


def failures() -> Mapping[str, Failure]:
    """What is recorded in the same transaction as the final failure of a job."""
    return {"scan": fail_submission}


def embed_sample(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Make templates of a sample, or keep the reasons why it gives none; then drop its bytes."""
    world, modality = tools.world, Modality(job.payload["modality"])
    with world.db.read() as session:
        path = samples.sample_path(session, world.objects, job)
    pulse.show(0.1, "")
    report = None if path is None else tools.engine.embed(path, modality)
    with world.db.write() as session:
        jobs.guard(session, job)
        if report is not None:
            card = tools.engine.models[modality]
            samples.store_templates(session, world.vault, job, report, card, now=utc_now())
        look_again(session, job)
        jobs.finish(session, job)
    with world.db.write() as session:
        samples.discard_samples(session, world.objects, system(job.tenant_id))


def decide_again(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Decide on a submission anew after something that it rested on has changed."""
    with tools.world.db.write() as session:
        jobs.guard(session, job)
        clear_and_accrue(session, system(job.tenant_id), job.payload["submission_id"])
        jobs.finish(session, job)


def erase_enrolment(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Destroy the data key of a withdrawn enrolment and the bytes of its samples."""
    world, principal = tools.world, system(job.tenant_id)
    with world.db.write() as session:
        erasure.shred_enrolment(session, world.vault, principal, job.payload["enrolment_id"])
        samples.discard_samples(session, world.objects, principal)
        jobs.finish(session, job)


def fail_submission(session: Session, job: Job) -> None:
    """A submission whose scan failed for good says so; its job holds the reason."""
    scans.fail_scan(session, system(job.tenant_id), job.payload["submission_id"])
