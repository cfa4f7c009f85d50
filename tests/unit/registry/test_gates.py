"""What an answer and a print must measure, and that an average of people is no person."""

import numpy as np
import pytest

from fingerprint.models import Modality, Template
from fingerprint.proofing.comparing import centrality
from registry.proofing import gates


def templates(count: int, seed: int = 1) -> list[Template]:
    """People whose vectors share much, as those of an encoder do."""
    rows = np.random.default_rng(seed).normal(size=(count, 64)) + 0.8
    units = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return [Template(Modality.VOICE, row.astype(np.float32), "m", 5000, 1.0) for row in units]


@pytest.mark.parametrize("part", Modality)
def test_one_sample_of_another_person_is_enough(part: Modality) -> None:
    bar = gates.GATES[part].same_min
    assert gates.other_person(part, [bar, bar + 3]) == ()
    assert gates.other_person(part, [bar + 3, bar - 0.1])
    assert gates.other_person(part, []) == ()


def test_a_tenth_of_a_known_recording_is_too_much() -> None:
    assert gates.replayed([]) == gates.replayed([0.0, 0.05]) == ()
    assert gates.replayed([0.0, 0.1])


def test_a_print_near_a_fifth_of_all_is_refused_where_there_are_enough() -> None:
    near, far = [9.0] * 5, [0.0] * 15
    assert gates.hub(Modality.VOICE, near + far, 0.0)
    assert gates.hub(Modality.VOICE, near[:4] + far + [0.0], 0.0) == ()
    assert gates.hub(Modality.VOICE, near, 0.0) == ()


@pytest.mark.parametrize("seed", range(5))
def test_an_average_of_people_lies_where_none_of_them_does(seed: int) -> None:
    people = templates(30, seed)
    mean = np.mean([item.vector for item in people[:10]], axis=0)
    average = Template(Modality.VOICE, (mean / np.linalg.norm(mean)).astype(np.float32), "m", 1, 1)
    assert gates.hub(Modality.VOICE, [0.0] * 30, centrality(average, people))
    person = templates(1, seed + 100)[0]
    assert gates.hub(Modality.VOICE, [0.0] * 30, centrality(person, people)) == ()
    assert centrality(person, people[:2]) == 0.0
