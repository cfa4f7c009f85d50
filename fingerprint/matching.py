"""The answer for one trace: MATCH, REVIEW or UNKNOWN, with every reason that kept it lower.

Strangers outnumber performers in any film, so UNKNOWN is the normal answer, and a name is given
only where a stranger would get one rarely enough. An open-set identification decision as in
ISO/IEC 19795-1; a score means nothing without the number of prints and the evidence behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fingerprint.calibration import Calibration
from fingerprint.models import Decision, Finding, Modality, Reason, Scale


@dataclass(frozen=True, slots=True)
class Policy:
    """What a registry accepts.

    fpir_match: share of searches for people who are not enrolled that may end in a false match;
        finds under it count without a person's look.
    fpir_review: the same share up to which a find is laid before a person.
    voice_match_ms_min: least net speech, on both sides, that a match may rest on.
    voice_review_ms_min: least net speech that is compared at all.
    margin_min: least lead over the next best print that a match needs, in standard deviations of
        strangers' scores, because encoders use different parts of the scale.
    """

    fpir_match: float = 0.001
    fpir_review: float = 0.02
    voice_match_ms_min: int = 3000
    voice_review_ms_min: int = 1000
    margin_min: float = 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A print that a search found, its score, and how much evidence it was made from.

    `score` is the one that decides, on `scale`; `cosine` is the plain one, for people to compare.
    """

    print_id: str
    score: float
    evidence_ms: int
    cosine: float
    scale: Scale = Scale.PLAIN


@dataclass(frozen=True, slots=True)
class Search:
    """What a trace's search gave: its candidates, best first, of `prints` that were searched."""

    trace_index: int
    modality: Modality
    evidence_ms: int
    prints: int
    candidates: Sequence[Candidate]


def decide(search: Search, calibration: Calibration | None, policy: Policy) -> Finding:
    """The finding for one search; without a calibration of the encoder nobody is named."""
    if not search.candidates or calibration is None:
        code = "no-prints" if not search.candidates else "encoder-not-calibrated"
        return _unknown(search, (Reason(code, {}),))
    best = search.candidates[0]
    calibration = calibration.on(best.scale)
    evidence_ms = min(search.evidence_ms, best.evidence_ms)
    rate = calibration.fpir(best.score, evidence_ms=evidence_ms, prints=search.prints)
    doubts = (
        _too_little_speech(search.modality, evidence_ms, policy)
        + _above_match_rate(rate, policy)
        + _close_runner_up(search.candidates, calibration.tail(evidence_ms).deviation, policy)
    )
    comparable = search.modality is not Modality.VOICE or evidence_ms >= policy.voice_review_ms_min
    decision = Decision.REVIEW if doubts else Decision.MATCH
    if rate > policy.fpir_review or not comparable:
        decision = Decision.UNKNOWN
    return Finding(
        trace_index=search.trace_index,
        decision=decision,
        print_id=None if decision is Decision.UNKNOWN else best.print_id,
        score=best.score,
        runner_up=_runner_up(search.candidates),
        fpir=rate,
        threshold_id=threshold_id(calibration, policy, evidence_ms, search.prints),
        reasons=doubts + _provisional(calibration),
    )


def threshold_id(calibration: Calibration, policy: Policy, evidence_ms: int, prints: int) -> str:
    """Names everything a decision rested on, so that it can be made again.

    Encoder, digest of its calibration, evidence class, number of prints, accepted rates.
    """
    shortest_ms = calibration.tail(evidence_ms).evidence_ms_min
    rates = f"{policy.fpir_match:g}-{policy.fpir_review:g}"
    return f"{calibration.model_id}/{calibration.digest}/from{shortest_ms}ms/n{prints}/{rates}"


def _unknown(search: Search, reasons: tuple[Reason, ...]) -> Finding:
    best = search.candidates[0].score if search.candidates else 0.0
    return Finding(
        trace_index=search.trace_index,
        decision=Decision.UNKNOWN,
        print_id=None,
        score=best,
        runner_up=_runner_up(search.candidates),
        fpir=1.0,
        threshold_id="none",
        reasons=reasons,
    )


def _above_match_rate(rate: float, policy: Policy) -> tuple[Reason, ...]:
    if rate <= policy.fpir_match:
        return ()
    return (Reason("chance-too-high", {"fpir": rate, "fpir_match": policy.fpir_match}),)


def _too_little_speech(modality: Modality, evidence_ms: int, policy: Policy) -> tuple[Reason, ...]:
    if modality is not Modality.VOICE or evidence_ms >= policy.voice_match_ms_min:
        return ()
    figures = {"speech_ms": evidence_ms, "needed_ms": policy.voice_match_ms_min}
    return (Reason("too-little-speech", figures),)


def _close_runner_up(
    candidates: Sequence[Candidate], deviation: float, policy: Policy
) -> tuple[Reason, ...]:
    second = _runner_up(candidates)
    if second is None or candidates[0].score - second >= policy.margin_min * deviation:
        return ()
    lead = max(0.0, candidates[0].score - second) / deviation
    return (Reason("close-runner-up", {"lead": round(lead, 2), "needed": policy.margin_min}),)


def _provisional(calibration: Calibration) -> tuple[Reason, ...]:
    if not calibration.provisional:
        return ()
    return (Reason("provisional-threshold", {"identities": calibration.identities}),)


def _runner_up(candidates: Sequence[Candidate]) -> float | None:
    return candidates[1].score if len(candidates) > 1 else None
