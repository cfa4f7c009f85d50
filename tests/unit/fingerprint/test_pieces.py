"""Calibration trials: who is compared with whom, and what a picture's variants look like."""

import numpy as np
import pytest

from fingerprint.models import Span
from fingerprint.pieces import Person, spoken_alone, stranger_scores
from fingerprint.variants import blurred, halved, variants

RTTM = """\
SPEAKER tape 1 0.000 2.000 <NA> <NA> ann <NA> <NA>
SPEAKER tape 1 1.500 2.500 <NA> <NA> bob <NA> <NA>
SPEAKER tape 1 6.000 0.300 <NA> <NA> ann <NA> <NA>

SPKR-INFO tape 1 <NA> <NA> <NA> unknown ann <NA>
"""


def person(name: str, file: str, place: int) -> Person:
    vector = np.eye(4, dtype=np.float32)[place]
    return Person(name, {file}, vector, {0: [vector, vector]})


def test_speech_of_two_at_once_and_scraps_belong_to_nobody() -> None:
    assert spoken_alone(RTTM) == {"ann": [Span(0, 1500)], "bob": [Span(2000, 4000)]}
    assert spoken_alone("") == {}


def test_only_different_people_of_different_recordings_are_compared() -> None:
    people = [person("ann", "tape", 0), person("bob", "tape", 1), person("cid", "disc", 2)]
    pairs = set(stranger_scores(people, 0))
    assert pairs == {("ann", "cid"), ("bob", "cid"), ("cid", "ann"), ("cid", "bob")}
    assert stranger_scores(people, 5000) == {}


def test_a_person_without_real_material_is_only_a_stranger() -> None:
    cloned = Person("dan", {"clip"}, None, {0: [np.eye(4, dtype=np.float32)[3]]})
    assert set(stranger_scores([person("ann", "tape", 0), cloned], 0)) == {("dan", "ann")}


@pytest.mark.parametrize("shape", [(64, 48, 3), (65, 49, 3)])
def test_variants_are_mild_and_the_first_is_the_picture(shape: tuple[int, int, int]) -> None:
    picture = np.random.default_rng(0).integers(60, 180, shape).astype(np.uint8)
    made = list(variants(picture))
    assert len(made) == 8
    assert np.array_equal(made[0], picture)
    assert all(variant.dtype == np.uint8 and variant.shape[2] == 3 for variant in made)
    assert np.array_equal(made[1][:, ::-1], picture)
    assert [m.shape[0] for m in made[2:4]] == [shape[0] // 2, shape[0] // 4]


def test_halving_and_blurring_keep_the_mean_brightness() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (80, 80, 3)).astype(np.uint8)
    for changed in (halved(picture), blurred(picture, 2)):
        assert abs(float(changed.mean()) - float(picture.mean())) < 1.5
        assert float(changed.std()) < float(picture.std())
    plain = np.full((20, 20, 3), 77, np.uint8)
    assert np.array_equal(blurred(plain, 3), plain)
