"""Rates per condition and length, intervals over identities, and what too few strangers show."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.evaluation import Evaluation, Part, Probe
from fingerprint.intervals import fnir_intervals
from fingerprint.models import Modality
from fingerprint.trials import Mated, Unmated, fnir_at, measurable, threshold_at

SCORES = st.floats(-1, 1, allow_nan=False)


def mated(own: float, *, who: str = "a", evidence_ms: int | None = 6_000, **of: str) -> Probe:
    return Probe(who, Mated(own, (0.1,)), evidence_ms, of)


def stranger(best: float, *, who: str, **of: str) -> Probe:
    return Probe(who, Unmated((best,)), 6_000, of)


def part(*probes: Probe) -> Part:
    return Part(Modality.VOICE, probes, gallery=2)


STRANGERS = tuple(stranger(0.3 + n / 1000, who=f"s{n}") for n in range(30))


def test_a_condition_is_judged_at_the_threshold_of_the_whole_trial() -> None:
    found = part(mated(0.9, system="clean"), mated(0.31, system="attack"), *STRANGERS).conditions()
    assert found["system"]["clean"]["fnir_at_fpir"]["0.1"] == 0.0
    assert found["system"]["attack"]["fnir_at_fpir"]["0.1"] == 1.0
    assert found["system"]["attack"]["rank1"] == 1.0


def test_a_conditions_own_strangers_show_its_false_alarms() -> None:
    loud = tuple(stranger(0.9, who=f"l{n}", line="loud") for n in range(3))
    found = part(mated(0.5), *STRANGERS, *loud).conditions()
    assert found["line"]["loud"]["fpir_at_fpir"]["0.1"] == 1.0


def test_lengths_leave_out_what_gave_no_vector() -> None:
    trial = part(mated(0.9, evidence_ms=1_000), mated(-math.inf, evidence_ms=None), *STRANGERS)
    rows = trial.lengths()
    assert [(r["evidence_ms_min"], r["genuine"], r["impostors"]) for r in rows] == [
        (0, 1, 0),
        (5_000, 0, 30),
    ]
    assert trial.genuine == 2


@pytest.mark.parametrize(("impostors", "fpir"), [(30, 0.1), (300, 0.01), (3000, 0.001)])
def test_an_fpir_needs_three_alarms_worth_of_strangers(impostors: int, fpir: float) -> None:
    assert measurable(impostors, fpir)
    assert not measurable(impostors - 1, fpir)


def test_what_is_not_measurable_says_so_in_the_document() -> None:
    document = Evaluation((part(mated(0.9), *STRANGERS),), (), 1.0).to_json()
    assert document["measurable"] == {"0.1": True, "0.01": False, "0.001": False}
    assert document["fnir_interval"] == {"0.1": (0.0, 0.0), "0.01": None, "0.001": None}


@given(st.lists(SCORES, min_size=1, max_size=30), st.lists(SCORES, min_size=30, max_size=60))
def test_the_interval_holds_what_a_lone_draw_of_everybody_gives(
    own: list[float], best: list[float]
) -> None:
    searches = [(f"m{n}", Mated(score, ())) for n, score in enumerate(own)]
    strangers = [(f"s{n}", Unmated((score,))) for n, score in enumerate(best)]
    interval = fnir_intervals(searches, strangers, 0.1)
    assert interval is not None
    low, high = interval
    assert 0.0 <= low <= high <= 1.0
    rate = fnir_at([s for _, s in searches], [s for _, s in strangers], 0.1)
    if rate in (0.0, 1.0) and min(own) == max(own) and min(best) == max(best):
        assert low == high == rate


@given(st.lists(SCORES, min_size=1, max_size=60), st.sampled_from([0.5, 0.1, 0.01]))
def test_a_threshold_keeps_its_promise(best: list[float], fpir: float) -> None:
    strangers = [Unmated((score,)) for score in best]
    threshold = threshold_at(strangers, fpir)
    assert threshold is not None
    assert sum(s.best >= threshold for s in strangers) <= fpir * len(best) + 1e-9
