"""Who carries out which kind of job, and what else has to change when a job fails for good."""

from collections.abc import Callable, Mapping
from functools import partial

from sqlmodel import Session

from api.accruing import accrue_book, fail_book_accrual
from api.answering import judge_answer
from api.deciding import clear_and_accrue, revise
from api.embedding import change_encoder, embed_sample
from api.enforcing import fail_clip, find_performer
from api.erasing import forget_performer
from api.heartbeat import Heartbeat
from api.importing import fail_import, import_report
from api.inventing import embed_figure, shred_figure
from api.pipeline import rematch_scan, scan_submission
from api.proving import prove_enrolment
from api.tools import Tools
from api.worker import Handler
from core import jobs, leases, outbox
from core.clock import utc_now
from core.jobs import Job
from core.principal import system
from registry.service import encoders, erasure, excerpts, inventing, material, samples, scans

Failure = Callable[[Session, Job], None]


def handlers(tools: Tools) -> Mapping[str, Handler]:
    """The handler of each kind of job, over one set of tools."""
    return {
        "embed": partial(_renewed, tools, embed_sample),
        "answer": partial(_renewed, tools, judge_answer),
        "prove": partial(_renewed, tools, prove_enrolment),
        "scan": partial(_renewed, tools, scan_submission),
        "rematch": partial(_renewed, tools, rematch_scan),
        "decide": partial(decide_again, tools),
        "revise": partial(revise_decisions, tools),
        "erase": partial(erase_enrolment, tools),
        "export": partial(export, tools),
        "find": partial(_renewed, tools, find_performer),
        "forget": partial(forget_performer, tools),
        "embed_figure": partial(_renewed, tools, embed_figure),
        "shred_figure": partial(shred_figure, tools),
        "reembed": partial(_renewed, tools, change_encoder),
        "usage": partial(import_report, tools),
        "accrue": partial(accrue_book, tools),
        "bulk": partial(bulk, tools),
    }


def failures() -> Mapping[str, Failure]:
    """What is recorded in the same transaction as the final failure of a job."""
    return {
        "scan": fail_submission,
        "find": fail_clip,
        "reembed": give_up_change,
        "embed_figure": inventing.fail_sample,
        "usage": fail_import,
        "accrue": fail_book_accrual,
    }


def _renewed(
    tools: Tools, work: Callable[[Tools, Job, Heartbeat], None], job: Job, pulse: Heartbeat
) -> None:
    """Work with the encoders that are in use as the job begins."""
    tools.renew()
    work(tools, job, pulse)


def decide_again(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Decide on a submission anew after something that it rested on has changed."""
    with tools.world.db.write() as session:
        leases.guard(session, job)
        clear_and_accrue(session, system(job.tenant_id), job.payload["submission_id"])
        leases.finish(session, job)


def revise_decisions(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Queue the decisions that a suspension or its end may change."""
    with tools.world.db.write() as session:
        leases.guard(session, job)
        revise(session, job.payload["suspension_id"], job.tenant_id)
        leases.finish(session, job)


def erase_enrolment(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Destroy the data key of a withdrawn enrolment and the bytes of its samples.

    Where only the keeping of samples or excerpts was taken back, those alone go.
    """
    world, principal = tools.world, system(job.tenant_id)
    with world.db.write() as session:
        if job.payload.get("material_only"):
            material.discard(session, world.objects, principal, job.payload["enrolment_id"])
            leases.finish(session, job)
            return
        if job.payload.get("excerpts_only"):
            excerpts.shred(world.vault, job.payload["enrolment_id"])
            leases.finish(session, job)
            return
        erasure.shred_enrolment(session, world.vault, principal, job.payload["enrolment_id"])
        samples.discard_samples(session, world.objects, principal)
        material.discard(session, world.objects, principal, job.payload["enrolment_id"])
        leases.finish(session, job)


def export(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Make a person's packet of everything that is held about them."""
    # Imported here: it tells what the routes tell, and a worker that starts needs none of them.
    from api.exporting import make_packet  # noqa: PLC0415

    make_packet(tools, job, pulse)


def bulk(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Do one thing with many cuts."""
    # Imported here: it issues what routes issue, and a worker that starts needs none of them.
    from api.bulk import carry_out  # noqa: PLC0415

    carry_out(tools, job, pulse)


def give_up_change(session: Session, job: Job) -> None:
    """An encoder whose prints could not be made is no longer prepared."""
    encoders.give_up(session, job, now=utc_now())


def fail_submission(session: Session, job: Job) -> None:
    """A submission whose scan failed for good says so; its job holds the reason."""
    owner, submission_id = system(job.tenant_id), job.payload["submission_id"]
    if scans.fail_scan(session, owner, submission_id):
        outbox.put(
            session,
            tenant_id=job.tenant_id,
            kind="submission.failed",
            subject_id=submission_id,
            payload={"job_id": job.id, "code": jobs.get(session, owner, job.id).error_code},
        )
