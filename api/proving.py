"""The look at all proofs of an enrolment: what is missing, and whether it may go on."""

from api.demands import demands_of
from api.heartbeat import Heartbeat
from api.steps import look_back
from api.tools import Tools
from core import jobs
from core.clock import utc_now
from core.jobs import Job
from registry.service import proofing


def prove_enrolment(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Move an enrolment on as far as its proofs carry, then search what was scanned before."""
    world = tools.world
    with world.db.write() as session:
        proofing.proceed(
            session,
            job.payload["enrolment_id"],
            job,
            demands=demands_of(world.settings),
            now=utc_now(),
        )
        jobs.finish(session, job)
    look_back(tools, job)
