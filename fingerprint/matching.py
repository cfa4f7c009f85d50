"""The answer for one search: MATCH, REVIEW or UNKNOWN, with every reason that kept it lower.

Strangers outnumber performers in any film, so UNKNOWN is the normal answer, and a name is given
only where a stranger would get one rarely enough. An open-set identification decision as in
ISO/IEC 19795-1; a score means nothing without the number of prints and the evidence behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fingerprint.calibration import Calibration
from fingerprint.models import Basis, Decision, Finding, Modality, Reason, Scale, SearchPath

# However few searches a submission makes, none is laxer than this: a still may be one of thousands.
FPIR_MATCH_MAX = 0.001
FPIR_REVIEW_MAX = 0.02
NO_THRESHOLD = "none"  # of what was compared with nobody


@dataclass(frozen=True, slots=True)
class Policy:
    """What a registry accepts.

    false_matches_per_submission: expected number of people in one submission who are not enrolled
        and are named nevertheless, without a person's look.
    false_reviews_per_submission: the same number laid before a person.
    cast_share: share of both that is spent on the search among the declared cast, if there is one.
    voice_match_ms_min: least net speech, on both sides, that a match may rest on.
    voice_review_ms_min: least net speech that is compared at all.
    margin_min: least lead over the next best print that a match needs, in standard deviations of
        strangers' scores, because encoders use different parts of the scale.
    """

    false_matches_per_submission: float = 0.01
    false_reviews_per_submission: float = 0.5
    cast_share: float = 0.5
    voice_match_ms_min: int = 3000
    voice_review_ms_min: int = 1000
    margin_min: float = 0.5


@dataclass(frozen=True, slots=True)
class Rates:
    """What one search of a submission may do: FPIR of a match and of a review, as fractions of 1.

    searches: how many searches on this path share the submission's false alarms.
    """

    path: SearchPath
    searches: int
    match: float
    review: float


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
    """What one search gave: its candidates, best first, of `prints` that were searched.

    stretches: traces that were pooled for it; earlier: those of them from earlier cuts.
    """

    trace_index: int
    modality: Modality
    evidence_ms: int
    prints: int
    candidates: Sequence[Candidate]
    quality: float = 1.0
    stretches: int = 1
    earlier: int = 0


def rates(policy: Policy, searches: int, path: SearchPath, *, cast: bool) -> Rates:
    """The share of a submission's false alarms that each of its `searches` on a path may cause.

    Expected false alarms add up, so equal shares keep the sum whatever hangs together.
    """
    share = 1.0
    if cast:
        share = policy.cast_share if path is SearchPath.CAST else 1.0 - policy.cast_share
    each = share / max(1, searches)
    match = min(FPIR_MATCH_MAX, policy.false_matches_per_submission * each)
    review = min(FPIR_REVIEW_MAX, policy.false_reviews_per_submission * each)
    return Rates(path, searches, match, review)


def decide(
    search: Search, calibration: Calibration | None, policy: Policy, accepted: Rates
) -> Finding:
    """The finding for one search; without a calibration of the encoder nobody is named."""
    if not search.candidates or calibration is None:
        code = "no-prints" if not search.candidates else "encoder-not-calibrated"
        return _unknown(search, (Reason(code, {}),))
    best = search.candidates[0]
    calibration = calibration.on(best.scale)
    evidence_ms = min(search.evidence_ms, best.evidence_ms)
    rate = calibration.fpir(best.score, evidence_ms=evidence_ms, prints=search.prints)
    lead = _lead(search.candidates, calibration.tail(evidence_ms).deviation)
    doubts = (
        _too_little_speech(search.modality, evidence_ms, policy)
        + _above_match_rate(rate, accepted)
        + _close_runner_up(lead, policy)
    )
    comparable = search.modality is not Modality.VOICE or evidence_ms >= policy.voice_review_ms_min
    decision = Decision.REVIEW if doubts else Decision.MATCH
    if rate > accepted.review or not comparable:
        decision = Decision.UNKNOWN
    llr = calibration.llr(best.score, evidence_ms=evidence_ms, quality=search.quality)
    return Finding(
        trace_index=search.trace_index,
        decision=decision,
        print_id=None if decision is Decision.UNKNOWN else best.print_id,
        score=best.score,
        runner_up=search.candidates[1].score if len(search.candidates) > 1 else None,
        fpir=rate,
        threshold_id=threshold_id(calibration, policy, accepted, evidence_ms, search.prints),
        reasons=doubts + _provisional(calibration),
        basis=_basis(search, accepted.path, evidence_ms, llr, lead),
    )


def threshold_id(
    calibration: Calibration, policy: Policy, accepted: Rates, evidence_ms: int, prints: int
) -> str:
    """Names everything a decision rested on, so that it can be made again.

    Encoder, digest of its calibration, evidence class, path, number of prints and of searches,
    false alarms accepted per submission, share of the cast's search, least lead.
    """
    shortest_ms = calibration.tail(evidence_ms).evidence_ms_min
    match, review = policy.false_matches_per_submission, policy.false_reviews_per_submission
    return (
        f"{calibration.model_id}/{calibration.digest}/from{shortest_ms}ms"
        f"/{accepted.path}/n{prints}/s{accepted.searches}/{accepted.match:.3g}-{accepted.review:.3g}"
        f"/{match:g}-{review:g}/m{policy.margin_min:g}"
    )


def _basis(
    search: Search, path: SearchPath, evidence_ms: int, llr: float, lead: float | None
) -> Basis:
    shown = None if lead is None else round(lead, 2)
    return Basis(
        path, search.prints, evidence_ms, search.stretches, search.earlier, round(llr, 2), shown
    )


def _unknown(search: Search, reasons: tuple[Reason, ...]) -> Finding:
    best = search.candidates[0].score if search.candidates else 0.0
    return Finding(
        trace_index=search.trace_index,
        decision=Decision.UNKNOWN,
        print_id=None,
        score=best,
        runner_up=search.candidates[1].score if len(search.candidates) > 1 else None,
        fpir=1.0,
        threshold_id=NO_THRESHOLD,
        reasons=reasons,
    )


def _above_match_rate(rate: float, accepted: Rates) -> tuple[Reason, ...]:
    if rate <= accepted.match:
        return ()
    return (
        Reason("chance-too-high", {"fpir": rate, "fpir_match": float(f"{accepted.match:.3g}")}),
    )


def _too_little_speech(modality: Modality, evidence_ms: int, policy: Policy) -> tuple[Reason, ...]:
    if modality is not Modality.VOICE or evidence_ms >= policy.voice_match_ms_min:
        return ()
    figures = {"speech_ms": evidence_ms, "needed_ms": policy.voice_match_ms_min}
    return (Reason("too-little-speech", figures),)


def _lead(candidates: Sequence[Candidate], deviation: float) -> float | None:
    """Of the first candidate over the best other one, in standard deviations of strangers."""
    others = [candidate.score for candidate in candidates[1:]]
    return None if not others else (candidates[0].score - max(others)) / deviation


def _close_runner_up(lead: float | None, policy: Policy) -> tuple[Reason, ...]:
    if lead is None or lead >= policy.margin_min:
        return ()
    shown = max(0.0, round(lead, 2))
    return (Reason("close-runner-up", {"lead": shown, "needed": policy.margin_min}),)


def _provisional(calibration: Calibration) -> tuple[Reason, ...]:
    if not calibration.provisional:
        return ()
    return (Reason("provisional-threshold", {"identities": calibration.identities}),)
