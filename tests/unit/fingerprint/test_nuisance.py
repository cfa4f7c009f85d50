"""What is taken away: the directions of everybody's changes, and nothing of those left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint import calibration
from fingerprint.normalising import Scoring, cohort_of, normalised, without
from fingerprint.nuisance import DIRECTIONS, directions, moments
from fingerprint.sharing import PEOPLE_MIN, Others

SIZE = 64


def changes(seed: int, along: int = 0) -> np.ndarray:
    """Seven changes of one person, mostly in one direction, the rest anywhere."""
    rows = np.random.default_rng(seed).normal(size=(7, SIZE)) * 0.05
    rows[:, along] += 1.0
    return rows.astype(np.float32)


def unit(rows: np.ndarray) -> np.ndarray:
    found: np.ndarray = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return found


def test_most_of_a_direction_in_which_everybody_moves_is_taken_away() -> None:
    rows = directions([moments(changes(seed)) for seed in range(6)])
    assert rows.shape == (DIRECTIONS, SIZE)
    assert np.allclose(rows @ rows.T, np.diag(np.sum(rows**2, axis=1)), atol=1e-9)
    assert (np.sum(rows**2, axis=1) <= 1.0).all()
    print_, other = unit(np.random.default_rng(9).normal(size=(2, SIZE)))
    moved = unit(print_ + 0.8 * np.eye(SIZE)[0])
    plain = float(without(moved[None], 0.0, None)[0] @ print_)
    kept = without(np.stack([moved, print_, other]), 0.0, rows)
    assert float(kept[0] @ kept[1]) > plain + 0.1
    assert abs(float(kept[2] @ kept[1]) - float(other @ print_)) < 0.1


def test_without_any_change_nothing_is_taken_away() -> None:
    rows = directions([np.zeros((SIZE, SIZE))] * 5)
    assert not rows.any()


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 5), st.integers(0, 1000))
def test_who_is_compared_was_not_learned_from(place: int, seed: int) -> None:
    names = [f"p{number}" for number in range(PEOPLE_MIN + 1)]
    generator = np.random.default_rng(seed)
    prints = {name: unit(generator.normal(size=SIZE)) for name in names}
    moved = {name: changes(seed + number) for number, name in enumerate(names)}
    whose = names[place]
    shared = Others(prints, moved).share(whose)
    anybody = Others(prints | {whose: np.ones(SIZE)}, moved | {whose: changes(1, 5)}).share(whose)
    assert np.array_equal(shared.centre, anybody.centre)
    assert shared.nuisance is not None and anybody.nuisance is not None
    assert np.allclose(shared.nuisance, anybody.nuisance)


def test_too_few_people_show_no_directions() -> None:
    prints = {"ann": np.ones(SIZE, np.float32), "bob": np.zeros(SIZE, np.float32)}
    assert Others(prints, {"ann": changes(1), "bob": changes(2)}).share().nuisance is None


def test_a_moved_probe_keeps_its_normalised_score_better() -> None:
    generator = np.random.default_rng(4)
    rows = unit(generator.normal(size=(60, SIZE)) + 0.5).astype(np.float32)
    taken = directions([moments(changes(seed)) for seed in range(6)]).astype(np.float32)
    probe = unit(rows[7] + 0.9 * np.eye(SIZE, dtype=np.float32)[0])
    scores = []
    for nuisance in (None, taken):
        scoring = Scoring(np.zeros(SIZE, np.float32), 20, nuisance, cohort_min=20)
        cohort = cohort_of(range(60), rows, scoring)
        assert cohort is not None
        scores.append(float(normalised(cohort, probe, [7], rows[[7]], 0.8)[0]))
    assert scores[1] > scores[0] + 0.3


@pytest.mark.parametrize("rows", [["1 0"], ["2 0 0"], ["nan 0 0"]])
def test_directions_of_another_size_or_length_are_refused(rows: list[str]) -> None:
    with pytest.raises(calibration.Broken):
        calibration._nuisance(rows, np.zeros(3, np.float32))
