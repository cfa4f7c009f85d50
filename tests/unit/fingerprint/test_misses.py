"""How often people are missed: counted per person, looked up where a decision's threshold is."""

import json
from copy import deepcopy
from importlib import resources

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.calibration import digest_of, entries, fmr, parse
from fingerprint.matching import Policy, rates, threshold_id
from fingerprint.misses import REAL, SYNTHETIC, lookup, measure, wilson
from fingerprint.models import SearchPath

ENTRIES = entries(resources.files("fingerprint").joinpath("data/calibration.json").read_bytes())
VOICE = next(entry for entry in ENTRIES if entry["modality"] == "voice")
TAIL = {"scores": [0.1, 0.5, 0.9], "rates": [0.5, 0.01, 1e-6]}


def named(searches: int, prints: int, evidence_ms: int, entry: object = VOICE) -> str:
    assert isinstance(entry, dict)
    accepted = rates(Policy(), searches, SearchPath.OPEN, cast=False)
    return threshold_id(parse(entry), Policy(), accepted, evidence_ms, prints)


def test_everybody_counts_alike_however_many_probes_there_are() -> None:
    scores = {"ann": np.array([0.6] * 99 + [0.2]), "bob": np.array([0.2]), "cid": np.array([0.95])}
    found = measure(scores, TAIL)
    assert (found["people"], found["probes"]) == (3, 102)
    by_rate = {row["fmr"]: row["missed"] for row in found["at"]}
    assert by_rate[0.01] == pytest.approx((0.01 + 1 + 0) / 3, abs=1e-4)
    assert by_rate[1e-6] == pytest.approx(2 / 3, abs=1e-4)
    # What was never measured to be so rare has no threshold, and so nothing is said of it.
    assert min(by_rate) == 1e-6


@given(st.floats(0, 1), st.integers(1, 500))
def test_an_interval_holds_its_share_and_is_never_a_point(share: float, trials: int) -> None:
    low, high = wilson(share, trials)
    assert 0 <= low <= share + 1e-12 and share <= high + 1e-12 <= 1 + 1e-9
    assert high - low > 1.9 / (trials + 4)


def test_wilson_says_what_tables_say() -> None:
    low, high = wilson(0.0, 10)
    assert (low, round(high, 4)) == (0.0, 0.2775)
    assert [round(value, 4) for value in wilson(0.5, 100)] == [0.4038, 0.5962]


def test_a_decisions_threshold_is_found_at_the_next_stricter_rate() -> None:
    find = lookup(lambda: ENTRIES)
    for searches, prints in ((1, 1), (1, 25), (100, 10), (60, 3_000)):
        found = find(named(searches, prints, 4_000))
        accepted = fmr(min(0.02, 0.5 / searches), prints)
        (tail,) = (item for item in VOICE["tails"] if item["evidence_ms_min"] == 3_000)
        for item, rate in zip(tail["misses"], found, strict=True):
            assert (rate.condition, rate.evidence_ms) == (item["condition"], 3_000)
            row = max(
                (row for row in item["at"] if row["fmr"] <= accepted), key=lambda row: row["fmr"]
            )
            assert (rate.rate, rate.low, rate.high) == (row["missed"], row["low"], row["high"])
        assert {rate.condition for rate in found} == {REAL, SYNTHETIC}
        assert all(rate.source and rate.people >= 5 for rate in found)


def test_stricter_thresholds_miss_no_fewer() -> None:
    for entry in ENTRIES:
        for tail in entry["tails"]:
            for item in tail["misses"]:
                shares = [row["missed"] for row in item["at"]]
                assert shares == sorted(shares)
                assert all(row["low"] <= row["missed"] <= row["high"] for row in item["at"])


def test_what_was_not_measured_is_not_guessed() -> None:
    find = lookup(lambda: ENTRIES)
    good = named(1, 10, 4_000)
    assert find(good)
    digest = digest_of(VOICE)
    for other in (
        "none",
        "",
        good.replace(digest, "0" * 12),
        good.replace("ge2e", "ge3e"),
        named(1, 10**9, 4_000),  # stricter than any measured rate
    ):
        assert find(other) == (), other
    assert find(f"{good}/both") == find(good)


def test_more_evidence_than_enough_people_had_is_told_by_less() -> None:
    found = lookup(lambda: ENTRIES)(named(1, 10, 60_000))
    assert {rate.evidence_ms for rate in found} == {5_000}
    assert [r.rate for r in found] == [r.rate for r in lookup(lambda: ENTRIES)(named(1, 10, 6_000))]


def test_misses_decide_nothing_and_leave_the_name_of_a_threshold() -> None:
    bare = deepcopy(VOICE)
    assert isinstance(bare, dict)
    for tail in bare["tails"]:
        del tail["misses"]
    assert digest_of(bare) == digest_of(VOICE)
    assert lookup(lambda: (bare,))(named(1, 10, 4_000)) == ()
    # What one measured oneself comes first in the files, and counts.
    assert lookup(lambda: (bare, *ENTRIES))(named(1, 10, 4_000)) == ()
    other = json.loads(json.dumps(bare).replace('"comparisons": ', '"comparisons": 1'))
    assert digest_of(other) != digest_of(VOICE)
