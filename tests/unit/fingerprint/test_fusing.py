"""Voice and face: two doubts that agree may be sure, two certainties that differ are both said."""

import pytest

from fingerprint.fusing import fuse
from fingerprint.matching import Rates
from fingerprint.models import (
    Basis,
    Decision,
    Finding,
    Modality,
    Reason,
    SearchPath,
    Span,
    Template,
    Trace,
)

ACCEPTED = Rates(SearchPath.OPEN, 10, match=1e-3, review=0.02)
CHANCE = Reason("chance-too-high", {"fpir": 0.01, "fpir_match": 0.001})
OWNERS = {"ada/voice": "ada", "ada/face": "ada", "ben/voice": "ben", "ben/face": "ben"}
VOICE, FACE = Modality.VOICE, Modality.FACE


def trace(modality: Modality, *spans: tuple[int, int]) -> Trace:
    template = Template(modality, None, "enc", 5000, 1.0)  # type: ignore[arg-type]
    return Trace(modality, tuple(Span(*span) for span in spans), template, None, ())


def finding(
    index: int,
    print_id: str | None,
    decision: Decision = Decision.REVIEW,
    *reasons: Reason,
    llr: float = 6.0,
    prints: int = 10,
) -> Finding:
    basis = Basis(SearchPath.OPEN, prints, 5000, 1, 0, llr, 1.0)
    return Finding(index, decision, print_id, 0.8, 0.1, 0.01, "enc/x", reasons, basis)


def fused(traces: list[Trace], *findings: Finding) -> tuple[Finding, ...]:
    return fuse(traces, findings, lambda ids: {name: OWNERS[name] for name in ids}, ACCEPTED)


TOGETHER = [trace(VOICE, (0, 5000)), trace(FACE, (1000, 6000))]


def test_two_reviews_of_one_performer_at_once_become_a_match() -> None:
    found = fused(
        TOGETHER,
        finding(0, "ada/voice", Decision.REVIEW, CHANCE),
        finding(1, "ada/face", Decision.REVIEW, CHANCE),
    )
    for answer in found:
        assert answer.decision is Decision.MATCH
        assert [reason.code for reason in answer.reasons] == ["voice-and-face-agree"]
        assert answer.basis is not None
        assert (answer.basis.path, answer.basis.llr) == (SearchPath.BOTH, 12.0)
        assert answer.fpir == pytest.approx(6.2e-5, rel=0.02)


@pytest.mark.parametrize(
    "other",
    [
        Reason("too-little-speech", {"speech_ms": 1, "needed_ms": 3000}),
        Reason("close-runner-up", {"lead": 0.1, "needed": 0.5}),
    ],
)
def test_short_speech_and_a_close_other_stay_with_a_person(other: Reason) -> None:
    voice = finding(0, "ada/voice", Decision.REVIEW, CHANCE, other)
    face = finding(1, "ada/face", Decision.REVIEW, CHANCE)
    assert fused(TOGETHER, voice, face) == (voice, face)


@pytest.mark.parametrize(("llr", "prints"), [(2.0, 10), (0.0, 10), (-1.0, 10), (6.0, 10**6)])
def test_what_is_not_sure_together_stays_apart(llr: float, prints: int) -> None:
    voice = finding(0, "ada/voice", Decision.REVIEW, CHANCE, llr=llr, prints=prints)
    face = finding(1, "ada/face", Decision.REVIEW, CHANCE, prints=prints)
    assert fused(TOGETHER, voice, face) == (voice, face)


def test_a_face_in_another_scene_vouches_for_no_voice() -> None:
    traces = [trace(VOICE, (0, 5000)), trace(FACE, (4500, 9000))]
    voice = finding(0, "ada/voice", Decision.REVIEW, CHANCE)
    face = finding(1, "ada/face", Decision.REVIEW, CHANCE)
    assert fused(traces, voice, face) == (voice, face)


def test_a_sure_face_does_not_lift_a_doubtful_voice() -> None:
    voice = finding(0, "ada/voice", Decision.REVIEW, CHANCE)
    face = finding(1, "ada/face", Decision.MATCH)
    assert fused(TOGETHER, voice, face) == (voice, face)


def test_one_performer_heard_while_only_another_is_seen_keeps_both_and_says_so() -> None:
    found = fused(
        TOGETHER, finding(0, "ada/voice", Decision.MATCH), finding(1, "ben/face", Decision.MATCH)
    )
    assert [answer.print_id for answer in found] == ["ada/voice", "ben/face"]
    for answer in found:
        assert answer.decision is Decision.MATCH
        assert answer.reasons == (Reason("voice-and-face-differ", {"seconds": 4.0}),)


def test_with_a_second_face_on_screen_nothing_is_contradicted() -> None:
    traces = [*TOGETHER, trace(FACE, (2000, 4000))]
    answers = (
        finding(0, "ada/voice", Decision.MATCH),
        finding(1, "ben/face", Decision.MATCH),
        finding(2, None, Decision.UNKNOWN),
    )
    assert fused(traces, *answers) == answers


def test_prints_of_nobody_known_are_left_as_they_are() -> None:
    answers = (finding(0, "ada/voice", Decision.MATCH), finding(1, "ben/face", Decision.MATCH))
    assert fuse(TOGETHER, answers, lambda _: {}, ACCEPTED) == answers
