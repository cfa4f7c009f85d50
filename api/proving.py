"""The look at all proofs of an enrolment: what is missing, whom it resembles, whether it goes on.

The search among everybody else runs only once all proofs are there, and never within a request: an
answer's time tells nobody who is enrolled.
"""

from api.demands import demands_of
from api.heartbeat import Heartbeat
from api.steps import look_back
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.jobs import Job
from fingerprint.models import Modality, Reason
from fingerprint.proofing.comparing import centrality
from registry.models.people import Enrolment
from registry.proofing import gates
from registry.service import challenges, proofing
from registry.service.proofing import NOBODY, Resemblance


def prove_enrolment(tools: Tools, job: Job, _pulse: Heartbeat) -> None:
    """Move an enrolment on as far as its proofs carry, then search what was scanned before."""
    world, demands = tools.world, demands_of(tools.world.settings)
    with world.db.read() as session:
        ready = proofing.is_ready(session, job, demands=demands)
    found = NOBODY if ready is None else resemblance(tools, ready)
    with world.db.write() as session:
        proofing.proceed(
            session,
            job.payload["enrolment_id"],
            job,
            demands=demands,
            now=utc_now(),
            found=found,
        )
        leases.finish(session, job)
    look_back(tools, job)


def resemblance(tools: Tools, enrolment: Enrolment) -> Resemblance:
    """Whom of everybody else the samples of an enrolment resemble, whoever enrolled them."""
    near: set[str] = set()
    reasons: tuple[Reason, ...] = ()
    for modality in Modality:
        found = _among(tools, enrolment, modality)
        near |= found.near
        reasons += found.reasons
    return Resemblance(frozenset(near), reasons)


def _among(tools: Tools, enrolment: Enrolment, modality: Modality) -> Resemblance:
    world, model_id = tools.world, tools.engine.models[modality].model_id
    comparer = tools.engine.comparer(modality)
    if comparer is None:  # never measured: scores mean nothing, as in every other search
        return NOBODY
    with world.db.read() as session:
        own = challenges.own_templates(
            session, world.vault, enrolment.tenant_id, enrolment.id, model_id
        )
        others = proofing.rivals(session, world.vault, enrolment, model_id, at=utc_now())
    ids = [print_id for print_id, _ in others]
    templates = [template for _, template in others]
    near: set[str] = set()
    reasons: tuple[Reason, ...] = ()
    for mine in own if others else ():
        scores = comparer.deviations([mine], templates)[0]
        best: dict[str, float] = {}
        for print_id, score in zip(ids, scores, strict=True):
            best[print_id] = max(float(score), best.get(print_id, float(score)))
        reasons = reasons or gates.hub(modality, [*best.values()], centrality(mine, templates))
        hits = comparer.is_near(mine, templates, gates.GATES[modality].duplicate_fpir)
        near |= {print_id for print_id, hit in zip(ids, hits, strict=True) if hit}
    return Resemblance(frozenset(near), reasons)
