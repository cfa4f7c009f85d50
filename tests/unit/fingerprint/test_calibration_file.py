"""The calibration that ships: it parses, moves the right way, and holds nobody's vector."""

import json
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fingerprint.calibration import Calibration, entries, parse

DOCUMENT = resources.files("fingerprint").joinpath("data/calibration.json").read_bytes()
ENTRIES = entries(DOCUMENT)
CALIBRATIONS = [parse(entry) for entry in ENTRIES]
PRINTS = (1, 10, 100, 1_000, 10_000)
FPIRS = (0.001, 0.02)
each = pytest.mark.parametrize("measured", CALIBRATIONS, ids=lambda c: c.model_id)


def test_both_encoders_are_calibrated_on_named_people_with_credit() -> None:
    assert {entry["modality"] for entry in ENTRIES} == {"voice", "face"}
    for entry in ENTRIES:
        assert len(entry["sha256"]) == len(entry["source_sha256"]) == 64
        assert len(entry["provenance"]["identities"]) >= 9
        assert all(item["licence"] for item in entry["provenance"]["material"])


def test_nobody_who_calibrated_is_tested() -> None:
    path = Path(__file__).parents[2] / "data" / "identities.json"
    split = json.loads(path.read_bytes())
    listed = {who for group in split["calibration"].values() for who in group}
    tested = {who for group in split["test"].values() for who in group}
    used = {who for entry in ENTRIES for who in entry["provenance"]["identities"]}
    assert used == listed
    assert used.isdisjoint(tested)


def test_the_file_holds_score_statistics_and_nobodys_vector() -> None:
    """Every list of numbers is a curve that rises or falls; a vector would do neither.

    The centre of an encoder is the mean of many people's vectors, which are of unit length: it is
    shorter by as much as they differ, and nobody's.
    """
    for scoring in (entry["scoring"] for entry in ENTRIES):
        if scoring["centre"] is not None:
            assert scoring["centre_people"] >= 15
            assert np.linalg.norm(scoring["centre"]) < 0.9
        for channel in scoring.get("channels", ()):
            centre = [float(value) for value in channel["centre"].split()]
            assert np.linalg.norm(centre) < 0.9
    measured = [{name: entry[name] for name in entry if name != "scoring"} for entry in ENTRIES]
    curves = [found for entry in measured for found in number_lists(entry)]
    assert curves
    for numbers in curves:
        steps = {b > a for a, b in pairwise(numbers)}
        assert len(steps) == 1


@each
def test_the_threshold_rises_with_the_gallery(measured: Calibration) -> None:
    for tail in measured.tails:
        for fpir in FPIRS:
            thresholds = [
                measured.threshold(fpir, evidence_ms=tail.evidence_ms_min, prints=prints)
                for prints in PRINTS
            ]
            assert thresholds == sorted(set(thresholds))


@each
def test_more_evidence_needs_less_distance_from_the_usual_stranger(measured: Calibration) -> None:
    """Pooling lifts everybody's scores, strangers' too, so the lift itself is taken out."""
    for fpir in FPIRS:
        distances = [
            measured.threshold(fpir, evidence_ms=tail.evidence_ms_min, prints=10) / tail.stranger
            for tail in measured.tails
        ]
        assert all(later <= earlier * 1.002 for earlier, later in pairwise(distances))


@each
def test_likelihood_ratios_rise_with_the_score_and_promise_little(measured: Calibration) -> None:
    """Nobody's evidence may weigh more than the number of comparisons it was learned from."""
    for tail in measured.tails:
        ratios = [
            measured.llr(score, evidence_ms=tail.evidence_ms_min, quality=1.0)
            for score in sorted({-1.0, tail.stranger, *tail.scores, 1.0})
        ]
        assert ratios == sorted(ratios)
        assert ratios[1] < 0 < ratios[-1] <= 6.0
        assert measured.llr(1.0, evidence_ms=tail.evidence_ms_min, quality=0.1) < ratios[-1]


@each
def test_few_identities_make_every_threshold_provisional(measured: Calibration) -> None:
    assert measured.provisional
    assert measured.identities >= 9


def test_faces_keep_to_what_was_published() -> None:
    """LFW: 97.5 % of strangers get a name among 1,680 prints at a distance of 0.6."""
    face = next(c for c in CALIBRATIONS if c.modality == "face")
    score = 1 - 0.6**2 / 8
    assert face.fpir(score, evidence_ms=0, prints=1680) >= 0.975


def number_lists(value: Any) -> list[list[float]]:
    if isinstance(value, dict):
        return [found for item in value.values() for found in number_lists(item)]
    if isinstance(value, list):
        if len(value) > 2 and all(isinstance(item, int | float) for item in value):
            return [value]
        return [found for item in value for found in number_lists(item)]
    return []
