"""Decisions: every doubt lowers the answer, and is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.calibration import Calibration, Tail
from fingerprint.matching import (
    FPIR_MATCH_MAX,
    FPIR_REVIEW_MAX,
    Candidate,
    Policy,
    Rates,
    Search,
    decide,
    rates,
)
from fingerprint.models import Decision, Finding, Modality, SearchPath

SCORES, RATES = (0.5, 0.6, 0.7, 0.8, 0.9), (0.1, 1e-2, 1e-3, 1e-5, 1e-7)
POLICY = Policy()
ACCEPTED = Rates(SearchPath.OPEN, 4, match=0.001, review=0.05)


def calibrated(identities: int = 1000) -> Calibration:
    return Calibration(
        "enc", Modality.VOICE, (Tail(0, SCORES, RATES, 0.4, 0.06, 10_000, identities),), "digest"
    )


def finding(
    *scores: float,
    speech_ms: int = 8000,
    print_ms: int = 20_000,
    prints: int = 10,
    modality: Modality = Modality.VOICE,
    calibration: Calibration | None = None,
    accepted: Rates = ACCEPTED,
) -> Finding:
    found = [
        Candidate(f"prt_{place}", score, print_ms, score) for place, score in enumerate(scores)
    ]
    search = Search(3, modality, speech_ms, prints, found)
    return decide(search, calibration or calibrated(), POLICY, accepted)


def codes(found: Finding) -> list[str]:
    return [reason.code for reason in found.reasons]


def test_a_score_no_stranger_reaches_is_a_match_without_reasons() -> None:
    found = finding(0.85, 0.5)
    assert (found.decision, found.print_id, codes(found)) == (Decision.MATCH, "prt_0", [])
    assert (found.trace_index, found.score, found.runner_up) == (3, 0.85, 0.5)
    assert found.fpir == pytest.approx(1e-4)


def test_a_score_that_strangers_reach_now_and_then_goes_to_review() -> None:
    found = finding(0.75)
    assert (found.decision, codes(found)) == (Decision.REVIEW, ["chance-too-high"])
    assert found.print_id == "prt_0"


def test_a_score_that_strangers_reach_often_names_nobody() -> None:
    found = finding(0.55)
    assert (found.decision, found.print_id) == (Decision.UNKNOWN, None)
    assert found.score == 0.55


def test_a_larger_gallery_turns_a_match_into_review_and_then_into_unknown() -> None:
    answers = [finding(0.85, prints=count).decision for count in (10, 1000, 100_000)]
    assert answers == [Decision.MATCH, Decision.REVIEW, Decision.UNKNOWN]


@pytest.mark.parametrize("short", [{"speech_ms": 2999}, {"print_ms": 2999}])
def test_under_three_seconds_of_speech_on_either_side_is_at_most_review(
    short: dict[str, int],
) -> None:
    found = finding(0.95, **short)
    assert (found.decision, codes(found)) == (Decision.REVIEW, ["too-little-speech"])


def test_under_one_second_nobody_is_named() -> None:
    assert finding(0.95, speech_ms=999).decision is Decision.UNKNOWN


def test_a_still_face_needs_no_time() -> None:
    assert finding(0.95, speech_ms=0, print_ms=0, modality=Modality.FACE).decision is Decision.MATCH


def test_a_close_runner_up_goes_to_review() -> None:
    found = finding(0.95, 0.94)
    assert (found.decision, codes(found)) == (Decision.REVIEW, ["close-runner-up"])


def test_all_doubts_are_collected() -> None:
    found = finding(0.75, 0.745, speech_ms=2000, calibration=calibrated(12))
    assert codes(found) == [
        "too-little-speech",
        "chance-too-high",
        "close-runner-up",
        "provisional-threshold",
    ]


def test_a_provisional_threshold_is_said_and_changes_nothing() -> None:
    found = finding(0.85, calibration=calibrated(12))
    assert (found.decision, codes(found)) == (Decision.MATCH, ["provisional-threshold"])


def test_nobody_enrolled_and_an_encoder_never_measured_name_nobody() -> None:
    assert codes(finding()) == ["no-prints"]
    search = Search(0, Modality.VOICE, 8000, 1, [Candidate("prt_0", 0.99, 8000, 0.99)])
    found = decide(search, None, POLICY, ACCEPTED)
    assert (found.decision, found.print_id) == (Decision.UNKNOWN, None)
    assert (codes(found), found.fpir) == (["encoder-not-calibrated"], 1.0)


def test_the_threshold_id_names_what_the_decision_rested_on() -> None:
    named = finding(0.85, prints=7).threshold_id
    assert named == "enc/digest/from0ms/open-search/n7/s4/0.001-0.05/0.01-0.5/m0.5"
    assert finding(0.85, prints=8).threshold_id != finding(0.85, prints=7).threshold_id


ORDER = [Decision.UNKNOWN, Decision.REVIEW, Decision.MATCH]


@given(
    st.floats(-1, 1),
    st.floats(-1, 1),
    st.integers(0, 20_000),
    st.integers(0, 20_000),
    st.integers(1, 10**6),
)
def test_more_score_or_more_speech_never_lowers_the_answer(
    score: float, other: float, speech_ms: int, more_ms: int, prints: int
) -> None:
    low, high = sorted((score, other))
    less = finding(low, speech_ms=speech_ms, prints=prints).decision
    more = finding(high, speech_ms=speech_ms + more_ms, prints=prints).decision
    assert ORDER.index(less) <= ORDER.index(more)


def test_a_basis_says_what_an_answer_rests_on() -> None:
    basis = finding(0.85, 0.79, speech_ms=8000, print_ms=20_000, prints=7).basis
    assert basis is not None
    assert (basis.path, basis.prints, basis.evidence_ms) == (SearchPath.OPEN, 7, 8000)
    assert (basis.stretches, basis.earlier, basis.lead) == (1, 0, 1.0)


def test_searches_share_what_a_submission_may_cause() -> None:
    policy = Policy(false_matches_per_submission=0.01, false_reviews_per_submission=0.2)
    film = rates(policy, 500, SearchPath.OPEN, cast=False)
    assert (film.match, film.review) == (pytest.approx(2e-5), pytest.approx(4e-4))


def test_one_search_is_never_laxer_than_the_bound() -> None:
    policy = Policy(false_matches_per_submission=1, false_reviews_per_submission=5)
    still = rates(policy, 1, SearchPath.OPEN, cast=False)
    assert (still.match, still.review) == (FPIR_MATCH_MAX, FPIR_REVIEW_MAX)


@given(st.integers(0, 5000), st.floats(0.01, 0.99), st.floats(1e-4, 10))
def test_both_paths_together_spend_no_more_than_was_declared(
    searches: int, share: float, declared: float
) -> None:
    policy = Policy(
        false_matches_per_submission=declared,
        false_reviews_per_submission=declared,
        cast_share=share,
    )
    both = [rates(policy, searches, path, cast=True) for path in (SearchPath.OPEN, SearchPath.CAST)]
    assert sum(found.match for found in both) * searches <= declared * (1 + 1e-9)
    assert sum(found.review for found in both) * searches <= declared * (1 + 1e-9)


@given(st.floats(0.4, 1), st.floats(1e-4, 1), st.floats(1, 100), st.integers(1, 3000))
def test_more_accepted_false_alarms_never_give_fewer_answers(
    score: float, declared: float, more: float, searches: int
) -> None:
    answers = []
    for budget in (declared, declared * more):
        policy = Policy(false_matches_per_submission=budget, false_reviews_per_submission=budget)
        accepted = rates(policy, searches, SearchPath.OPEN, cast=False)
        answers.append(ORDER.index(finding(score, accepted=accepted).decision))
    assert answers == sorted(answers)


@given(st.floats(0.4, 1), st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_prints_never_make_a_match(score: float, prints: int, more: int) -> None:
    few, many = finding(score, prints=prints), finding(score, prints=prints + more)
    assert ORDER.index(many.decision) <= ORDER.index(few.decision)
