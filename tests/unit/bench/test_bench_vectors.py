"""The generator draws what was measured, and measuring finds what was drawn."""

import numpy as np
import pytest

from bench.vectors import Crowd, Spectrum, load, measure
from fingerprint.models import Modality


def made() -> Spectrum:
    falling = 0.2 / np.arange(1, 25) ** 1.2
    level = np.full(24, 0.01)
    reach = np.linspace(0.8, 1.2, 21)
    return Spectrum(
        0, 0, (0.7, *[0.0] * 23), tuple(falling), tuple(level), tuple(reach / np.mean(reach))
    )


def test_the_same_seed_draws_the_same_people() -> None:
    first, second = (Crowd(made(), seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.vectors(first.people(5)), second.vectors(second.people(5)))


def test_measuring_finds_what_was_drawn() -> None:
    crowd = Crowd(made(), seed=1)
    people = np.repeat(crowd.people(400), 6, axis=0)
    vectors = crowd.vectors(people)
    found = measure(vectors, np.repeat(np.arange(400), 6).astype(str))
    again = Crowd(found, seed=2)
    drawn = np.repeat(again.people(400), 6, axis=0)
    copies = again.vectors(drawn)
    for pick in (genuine, impostor):
        assert pick(copies).mean() == pytest.approx(pick(vectors).mean(), abs=0.03)


@pytest.mark.parametrize("modality", tuple(Modality))
def test_what_is_shipped_holds_figures_and_no_vectors(modality: Modality) -> None:
    spectrum = load(modality)
    rows = (spectrum.mean, spectrum.between, spectrum.within)
    assert {len(row) for row in rows} == {spectrum.dimension}
    assert min(spectrum.between) > 0
    vectors = Crowd(spectrum, seed=1).vectors(Crowd(spectrum, seed=1).people(50))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def genuine(vectors: np.ndarray) -> np.ndarray:
    return np.einsum("nd,nd->n", vectors[0::6], vectors[1::6])


def impostor(vectors: np.ndarray) -> np.ndarray:
    return np.einsum("nd,nd->n", vectors[0:-6:6], vectors[6::6])
