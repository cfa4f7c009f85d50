"""What the page of an enrolment shows: where it stands, what is missing, what became of samples.

Only reads, and only what the caller's own side may see: a dispute looks like the notice period,
as everywhere else.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from api.demands import demands_of
from api.routes.enrolments import EnrolmentOut
from api.wire import ReasonOut
from core import jobs
from core.errors import NotFound
from core.principal import Principal
from core.settings import Settings
from fingerprint.models import Modality, Reason
from registry.models.people import EnrolmentState, Performer, Sample
from registry.models.proofs import PART_OF, Challenge, ChallengeKind, ChallengeState
from registry.service import challenges, enrolment, people, proofing, samples

STEPS = tuple(
    state.value
    for state in (
        EnrolmentState.DRAFT,
        EnrolmentState.CAPTURED,
        EnrolmentState.PROOFED,
        EnrolmentState.NOTICE,
        EnrolmentState.ACTIVE,
    )
)
ORDER = (Modality.VOICE, Modality.FACE)
WAITING, ACCEPTED, REFUSED, FAILED = "waiting", "accepted", "refused", "failed"
# Who has to do something: the performer's own side, people who vouch, or nobody but the calendar.
ACT, VOUCH, WAIT, DONE = "act", "vouch", "wait", "done"
_CAPTURING = frozenset({"DRAFT", "CAPTURED", "NOTICE", "ACTIVE"})
_ANSWERS = {
    ChallengeState.ANSWERED: WAITING,
    ChallengeState.HEAR: ACCEPTED,
    ChallengeState.PASSED: ACCEPTED,
    ChallengeState.REFUSED: REFUSED,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A sample or an answer: what it was worth, and why; `fault` where it could not be judged."""

    state: str
    reasons: tuple[dict[str, Any], ...] = ()
    fault: tuple[str, ...] = ()
    to_be_heard: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Voice or face: its samples, and the live proof that belongs to it."""

    modality: Modality
    challenge: ChallengeKind
    captured: bool
    may_capture: bool
    may_ask: bool
    samples: tuple[Judged, ...]
    answers: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """All that the page shows of one enrolment."""

    enrolment: EnrolmentOut
    performer: Performer
    steps: tuple[str, ...]
    missing: tuple[dict[str, Any], ...]
    parts: tuple[Part, ...]
    attempts_left: int
    attesters: int
    asks_others: bool
    may_vouch: bool
    may_identify: bool


def next_step(state: str, missing: Collection[str], *, alone: bool = False) -> str:
    """Whose turn it is in an enrolment that lacks these (codes); `alone` vouches for itself."""
    if state == EnrolmentState.ACTIVE:
        return DONE
    if state not in (EnrolmentState.DRAFT, EnrolmentState.CAPTURED):
        return WAIT
    lacks = set(missing) - ({"identity-unattested"} if not alone else set())
    if state == EnrolmentState.DRAFT or lacks:
        return ACT
    return VOUCH if missing else WAIT


def show(session: Session, principal: Principal, enrolment_id: str, settings: Settings) -> Shown:
    """One enrolment of the caller's; raises NotFound, and NotAllowed without the scope."""
    item = EnrolmentOut.of(enrolment.get_enrolment(session, principal, enrolment_id))
    standing = proofing.standing(session, principal, enrolment_id, demands=demands_of(settings))
    handed = samples.list_samples(session, principal, enrolment_id)
    judged = [(sample, _sample(session, principal, sample)) for sample in handed]
    left = max(0, challenges.ASKED_MAX - len(standing.challenges))
    captured = item.state == EnrolmentState.CAPTURED
    lacks_identity = any(reason.code == "identity-unattested" for reason in standing.missing)
    return Shown(
        enrolment=item,
        performer=people.get_performer(session, principal, item.performer_id),
        steps=STEPS,
        missing=_reasons(standing.missing),
        parts=tuple(
            _part(item, modality, judged, standing.challenges)
            for modality in ORDER
            if modality in item.modalities
        ),
        attempts_left=left,
        attesters=standing.demands.attesters,
        asks_others=lacks_identity and not standing.demands.single_operator,
        may_vouch=captured and standing.demands.single_operator,
        may_identify=captured
        and lacks_identity
        and principal.person is not None
        and bool(settings.accounts.oidc_identity_frameworks),
    )


def _part(
    item: EnrolmentOut,
    modality: Modality,
    judged: Sequence[tuple[Sample, Judged]],
    asked: Sequence[Challenge],
) -> Part:
    kind = next(kind for kind, part in PART_OF.items() if part is modality)
    own = [(sample, found) for sample, found in judged if sample.modality is modality]
    captured = any(sample.print_id is not None for sample, _ in own)
    capturing = item.state == EnrolmentState.CAPTURED
    answered = [one for one in asked if one.kind is kind and one.state is not ChallengeState.OPEN]
    return Part(
        modality=modality,
        challenge=kind,
        captured=captured,
        may_capture=item.signed_at is not None and item.state in _CAPTURING,
        may_ask=captured and capturing and len(asked) < challenges.ASKED_MAX,
        samples=tuple(found for _, found in own),
        answers=tuple(_answer(one) for one in answered),
    )


def _answer(item: Challenge) -> Judged:
    heard = item.state is ChallengeState.HEAR
    return Judged(_ANSWERS[item.state], _reasons(item.reasons), to_be_heard=heard)


def _sample(session: Session, principal: Principal, sample: Sample) -> Judged:
    if sample.print_id is not None:
        return Judged(ACCEPTED, _reasons(sample.reasons))
    if sample.reasons:
        return Judged(REFUSED, _reasons(sample.reasons))
    try:
        job = jobs.get(session, principal, sample.job_id)
    except NotFound:  # ended jobs are swept away
        return Judged(FAILED)
    if job.state in (jobs.QUEUED, jobs.LEASED):
        return Judged(WAITING)
    said = (job.error_message, job.error_next_step)
    return Judged(FAILED, fault=tuple(part for part in said if part))


def _reasons(found: Sequence[Reason]) -> tuple[dict[str, Any], ...]:
    return tuple(ReasonOut.of(reason).model_dump() for reason in found)
