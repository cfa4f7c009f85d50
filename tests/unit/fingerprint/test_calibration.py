"""Rates and thresholds: they move the right way, invert each other and round to the safe side."""

import math
from dataclasses import replace
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Broken
from fingerprint.calibration import (
    Calibration,
    Likelihood,
    Tail,
    entries,
    fmr,
    for_model,
    fpir,
    parse,
)
from fingerprint.models import Modality, Scale

RATES = tuple(10 ** (-step / 10) for step in range(3, 91))


def tail(evidence_ms: int, mean: float, deviation: float) -> Tail:
    normal = NormalDist(mean, deviation)
    scores = tuple(normal.inv_cdf(1 - rate) for rate in RATES)
    return Tail(evidence_ms, scores, RATES, mean, deviation, 1000, 20)


CALIBRATION = Calibration(
    "model", Modality.VOICE, (tail(0, 0.5, 0.1), tail(3000, 0.5, 0.08), tail(9000, 0.5, 0.06)), "d"
)
FPIRS = st.floats(1e-6, 0.3)
PRINTS = st.integers(1, 10**6)
EVIDENCE = st.integers(0, 60_000)


@given(FPIRS, EVIDENCE, PRINTS, PRINTS)
def test_the_threshold_rises_with_the_number_of_prints(
    rate: float, evidence_ms: int, few: int, many: int
) -> None:
    few, many = sorted((few, many))
    low = CALIBRATION.threshold(rate, evidence_ms=evidence_ms, prints=few)
    high = CALIBRATION.threshold(rate, evidence_ms=evidence_ms, prints=many)
    assert low <= high


@given(FPIRS, PRINTS, EVIDENCE, EVIDENCE)
def test_the_threshold_falls_with_evidence_where_its_scores_spread_less(
    rate: float, prints: int, short_ms: int, long_ms: int
) -> None:
    short_ms, long_ms = sorted((short_ms, long_ms))
    high = CALIBRATION.threshold(rate, evidence_ms=short_ms, prints=prints)
    low = CALIBRATION.threshold(rate, evidence_ms=long_ms, prints=prints)
    assert low <= high


@given(FPIRS, FPIRS, EVIDENCE, PRINTS)
def test_the_threshold_rises_as_fewer_false_alarms_are_accepted(
    rate: float, other: float, evidence_ms: int, prints: int
) -> None:
    strict, loose = sorted((rate, other))
    assert CALIBRATION.threshold(
        strict, evidence_ms=evidence_ms, prints=prints
    ) >= CALIBRATION.threshold(loose, evidence_ms=evidence_ms, prints=prints)


@given(FPIRS, EVIDENCE, PRINTS)
def test_at_its_threshold_a_search_keeps_the_accepted_rate(
    rate: float, evidence_ms: int, prints: int
) -> None:
    score = CALIBRATION.threshold(rate, evidence_ms=evidence_ms, prints=prints)
    if math.isinf(score):
        return
    found = CALIBRATION.tail(evidence_ms).fmr(score)
    assert -math.expm1(prints * math.log1p(-found)) <= rate * (1 + 1e-9)


@given(st.floats(-1, 1), st.floats(-1, 1), EVIDENCE, PRINTS)
def test_a_higher_score_is_never_likelier_by_chance(
    score: float, other: float, evidence_ms: int, prints: int
) -> None:
    low, high = sorted((score, other))
    assert CALIBRATION.fpir(high, evidence_ms=evidence_ms, prints=prints) <= CALIBRATION.fpir(
        low, evidence_ms=evidence_ms, prints=prints
    )


@given(st.floats(0, 1), PRINTS)
def test_the_rate_of_a_search_is_never_understated(rate: float, prints: int) -> None:
    exact = 1.0 if rate == 1 else -math.expm1(prints * math.log1p(-rate))
    assert exact <= fpir(rate, prints) <= min(1.0, exact * 1.011 + 1e-12)


@given(st.floats(1e-9, 0.999), PRINTS)
def test_per_search_and_per_comparison_invert_each_other(rate: float, prints: int) -> None:
    assert -math.expm1(prints * math.log1p(-fmr(rate, prints))) == pytest.approx(rate, rel=1e-6)


def test_known_figures() -> None:
    """FMR 1e-4 with 10,000 enrolled is a 63 % chance of a false hit."""
    assert fpir(1e-4, 10_000) == pytest.approx(0.633)
    assert fpir(0.0, 10) == 0.0
    assert fpir(1.0, 0) == 0.0


def test_scores_outside_what_was_measured() -> None:
    known = CALIBRATION.tails[0]
    assert known.fmr(-1.0) == 1.0
    assert known.fmr(math.nan) == 1.0
    assert known.fmr(2.0) == RATES[-1]
    assert math.isinf(known.threshold(RATES[-1] / 2))


def test_less_evidence_than_measured_gets_the_shortest_tail() -> None:
    places = [CALIBRATION.tail(ms).evidence_ms_min for ms in (-1, 0, 2999, 3000, 8999, 10**7)]
    assert places == [0, 0, 0, 3000, 3000, 9000]


def entry(**changes: object) -> dict[str, object]:
    item = {
        "evidence_ms_min": 0,
        "scores": [0.5, 0.7],
        "rates": [0.1, 0.01],
        "stranger": 0.4,
        "deviation": 0.06,
        "comparisons": 9,
        "identities": 5,
    }
    return {
        "model_id": "m",
        "modality": "voice",
        "sha256": "aa",
        "source_sha256": "bb",
        "converter": "c/1",
        "tails": [item | changes],
    }


def test_only_the_measured_weights_have_a_calibration() -> None:
    known = (entry(),)
    same_file = for_model(known, sha256="aa", source_sha256="x", converter="x")
    same_weights = for_model(known, sha256="x", source_sha256="bb", converter="c/1")
    assert same_file == same_weights
    assert same_file is not None
    assert same_file.provisional
    for source, converter in (("bb", "c/2"), ("x", "c/1")):
        assert for_model(known, sha256="x", source_sha256=source, converter=converter) is None


@pytest.mark.parametrize(
    "change",
    [
        {"scores": [0.7, 0.5]},
        {"rates": [0.01, 0.1]},
        {"rates": [0.1, 0.0]},
        {"scores": [0.5, 0.6, 0.7]},
        {"scores": [0.5], "rates": [0.1]},
    ],
)
def test_a_calibration_that_does_not_rise_and_fall_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(Broken):
        parse(entry(**change))


def test_a_calibration_without_tails_and_a_foreign_file_are_refused() -> None:
    with pytest.raises(Broken):
        parse(entry() | {"tails": []})
    with pytest.raises(Broken):
        entries(b'{"format": "other", "models": []}')


MEASURED = replace(
    CALIBRATION,
    tails=tuple(
        replace(tail, likelihood=Likelihood(-6.0, 2.0, 5.0, 3.0, 0.5, 300))
        for tail in CALIBRATION.tails
    ),
)


@given(st.floats(-1, 1), st.floats(-1, 1), EVIDENCE, st.floats(0, 1))
def test_the_likelihood_ratio_rises_with_the_score_within_its_limit(
    one: float, other: float, evidence_ms: int, quality: float
) -> None:
    low, high = (
        MEASURED.llr(score, evidence_ms=evidence_ms, quality=quality)
        for score in sorted((one, other))
    )
    assert -3.0 <= low <= high <= 5.0


@given(st.floats(-1, 1), EVIDENCE, st.floats(0, 1), st.floats(0, 1))
def test_poorer_evidence_says_less_for_the_same_person(
    score: float, evidence_ms: int, one: float, other: float
) -> None:
    poor, good = (
        MEASURED.llr(score, evidence_ms=evidence_ms, quality=quality)
        for quality in sorted((one, other))
    )
    assert poor <= good


def test_what_was_never_measured_says_nothing() -> None:
    assert CALIBRATION.llr(0.99, evidence_ms=5000, quality=1.0) == 0.0
    assert MEASURED.llr(math.nan, evidence_ms=5000, quality=1.0) == 0.0


@given(st.floats(0, 1), EVIDENCE, PRINTS)
def test_a_normalised_score_means_what_as_many_deviations_mean_on_the_plain_scale(
    score: float, evidence_ms: int, prints: int
) -> None:
    tail = CALIBRATION.tail(evidence_ms)
    deviations = (score - tail.stranger) / tail.deviation
    plain = CALIBRATION.on(Scale.PLAIN).fpir(score, evidence_ms=evidence_ms, prints=prints)
    above = CALIBRATION.on(Scale.NORMALISED).fpir(
        deviations + 1e-9, evidence_ms=evidence_ms, prints=prints
    )
    assert above <= plain
    assert MEASURED.on(Scale.NORMALISED).llr(
        deviations, evidence_ms=evidence_ms, quality=1.0
    ) == pytest.approx(MEASURED.llr(score, evidence_ms=evidence_ms, quality=1.0), abs=1e-9)
