"""The judgement of an answer: whose voice or face it is, whether it is new, and what it says.

All of it is measured in the worker, from the file itself; nothing a client says about it counts.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from api.heartbeat import Heartbeat
from api.knownanswers import known_elsewhere
from api.recogniser import heard
from api.tools import Tools
from core import leases
from core.clock import utc_now
from core.errors import BadMedia
from core.init import World
from core.jobs import Job
from fingerprint.models import Modality, Reason, SampleReport, Template
from fingerprint.proofing.fineprint import FinePrint, known_share
from fingerprint.proofing.synchrony import Agreement
from registry.models.proofs import PART_OF, Challenge, ChallengeKind, ChallengeState
from registry.proofing import gates, headturn, mouths, onepiece, pacing, phrase, turning
from registry.service import challenges, proofing
from registry.service.challenges import Judged


@dataclass(frozen=True, slots=True)
class _Known:
    """What was handed in for the enrolment before."""

    templates: tuple[Template, ...]
    fine: tuple[FinePrint, ...]


def judge_answer(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Judge the answer to a challenge, keep what came out, and look at all proofs anew."""
    world = tools.world
    with world.db.read() as session:
        item, stored = challenges.answer_of(session, job)
    pulse.show(0.1, "")
    judged = None
    if stored is not None:
        known = _known(tools, job, item)
        with world.objects.opened(stored) as path:
            judged = _judged(tools, item, path, known)
    with world.db.write() as session:
        leases.guard(session, job)
        if judged is not None:
            enrolment = challenges.settle(session, world.vault, job, judged, now=utc_now())
            proofing.enqueue_proof(session, enrolment)
        leases.finish(session, job)
    with world.db.write() as session:
        challenges.discard(session, world.objects, job)


def other_person(
    tools: Tools, template: Template, others: tuple[Template, ...]
) -> tuple[Reason, ...]:
    """That a vector is not of the person of the others; a reason too where that is not known."""
    if not others:
        return ()
    comparer = tools.engine.comparer(template.modality)
    if comparer is None:
        return (Reason("encoder-not-measured", {"modality": template.modality.value}),)
    deviations = comparer.deviations([template], others)[0]
    return gates.other_person(template.modality, [float(value) for value in deviations])


def _known(tools: Tools, job: Job, item: Challenge) -> _Known:
    world: World = tools.world
    model_id = tools.engine.models[PART_OF[item.kind]].model_id
    where = (job.tenant_id, item.enrolment_id)
    with world.db.read() as session:
        return _Known(
            challenges.own_templates(session, world.vault, *where, model_id),
            challenges.fine_prints(session, world.vault, *where, but=item.id),
        )


def _judged(tools: Tools, item: Challenge, path: Path, known: _Known) -> Judged:
    spoken = item.kind is ChallengeKind.PHRASE
    try:
        report = tools.engine.embed(path, PART_OF[item.kind])
        judge = _phrase if spoken else _turns
        judged = judge(tools, item, path, report=report, known=known)
        # Last of all: it is no recording that anybody submitted.
        return known_elsewhere(tools, item, path, judged)
    except BadMedia as error:
        return Judged(ChallengeState.REFUSED, (Reason(error.code, {}),))


def _phrase(
    tools: Tools, item: Challenge, path: Path, *, report: SampleReport, known: _Known
) -> Judged:
    # Step 1: somebody is heard at all, and well enough.
    if not report.accepted:
        return Judged(ChallengeState.REFUSED, report.reasons)
    # Step 2: it is the voice of every sample.
    template = report.templates[0]
    reasons = other_person(tools, template, known.templates)
    if not known.templates:
        reasons = (Reason("no-print", {}),)
    # Step 3: it is no recording that was handed in before, nor cut from any.
    fine = tools.engine.fine_print(path)
    reasons += gates.replayed([known_share(fine, other) for other in known.fine])
    # Step 4: it was said word by word, as the words were shown.
    told, turning_at = challenges.told(item), None
    if told is not None:
        followed = pacing.followed(*tools.engine.bursts(path), told)
        reasons += pacing.faults(followed, told)
        turning_at = headturn.stretch(item.asked, item.shown_ms, followed.lag_ms)
    # Step 5: on a film the mouth says what is heard; without one, where it is not in one piece, or
    # the head does not turn as asked, a person must have seen who speaks.
    agreed = tools.engine.agreement(path, turning_at)
    unseen = (mouths.UNSEEN,) if agreed is None else _doubts(agreed, item.asked)
    reasons += () if agreed is None else mouths.faults(agreed)
    # Step 6: it says the phrase, if a recogniser can tell; else a person hears it.
    words = heard(tools.world.settings.enrolment.recogniser_command, path, item.language)
    if words is not None:
        reasons += phrase.heard_faults(headturn.words_of(item.asked), words)
    if reasons:
        return Judged(ChallengeState.REFUSED, reasons, fine=fine)
    if words is not None and not unseen:
        return Judged(ChallengeState.PASSED, (), fine=fine)
    excerpt = tools.engine.excerpt(path, report.spans)
    return Judged(ChallengeState.HEAR, unseen, excerpt, fine)


def _doubts(agreed: Agreement, asked: tuple[str, ...]) -> tuple[Reason, ...]:
    """Why a person must have seen who speaks although there is a film."""
    return onepiece.doubts(agreed) + headturn.doubts(agreed.turned, asked)


def _turns(
    tools: Tools, item: Challenge, path: Path, *, report: SampleReport, known: _Known
) -> Judged:
    # Step 1: one face is shown, and it is that of every picture.
    if not report.accepted:
        return Judged(ChallengeState.REFUSED, report.reasons)
    reasons = other_person(tools, report.templates[0], known.templates)
    if not known.templates:
        reasons = (Reason("no-print", {}),)
    # Step 2: the head makes the movements that were asked for, and no others.
    asked = [turning.Move(move) for move in item.asked]
    reasons += turning.faults(tools.engine.poses(path), asked)
    state = ChallengeState.REFUSED if reasons else ChallengeState.PASSED
    return Judged(state, reasons)


def consistent(
    tools: Tools, report: SampleReport, templates: tuple[Template, ...], *, proofed: bool
) -> SampleReport:
    """`report`, refused where it is not of the person of the samples before.

    Once an enrolment is proofed no part of a likeness is added that was not: its proof is missing.
    """
    if not report.accepted:
        return report
    reasons = other_person(tools, report.templates[0], templates)
    if proofed and not templates:
        reasons = (Reason("part-not-proofed", {"modality": report.modality.value}),)
    if not reasons:
        return report
    return replace(report, accepted=False, reasons=reasons, templates=())


def fine_print_of(tools: Tools, path: Path, report: SampleReport) -> FinePrint | None:
    """Which recording an accepted voice sample is; nothing is kept of other samples."""
    wanted = report.accepted and report.modality is Modality.VOICE
    return tools.engine.fine_print(path) if wanted else None
