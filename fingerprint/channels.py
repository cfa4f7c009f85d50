"""How voices score that came through a telephone, noise, rooms or at other pitches, as measured.

A channel moves all voices in much the same way, so strangers who share one are nearer to each other
than strangers are, and the same person is further from a print made without it. Both are undone
where print and probe are taken through the same channel and less its own centre. What strangers
score then is brought to the mean and deviation of strangers without a channel, so that one
threshold holds for both. Only altered copies of real samples are compared, each pair of people less
what all the others share. Pure: people in, figures out.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fingerprint.models import Vector
from fingerprint.normalising import without
from fingerprint.pieces import Person, others
from fingerprint.sharing import Others
from fingerprint.tails import Floats
from fingerprint.voice.altering import ALTERATIONS, CHANNELS

PEOPLE_MIN = 5  # fewer show only their own voices
_FIRST = 1 + ALTERATIONS - CHANNELS  # the row of a clip's first channel


def measured(people: Sequence[Person]) -> list[dict[str, Any]]:
    """Centre, offset and slope of each channel, or nothing where too few were heard through one."""
    heard = [person for person in people if person.altered]
    if len(heard) < PEOPLE_MIN:
        return []
    rows = [np.stack(person.altered) for person in heard]  # (clips, 1 + ALTERATIONS, D) of each
    prints = np.stack([_unit(row.mean(axis=0, dtype=np.float64)) for row in rows])
    shared = others(people)
    plain = _moments(heard, shared, rows, prints, 0)
    found = []
    for place in range(_FIRST, _FIRST + CHANNELS):
        mean, deviation = _moments(heard, shared, rows, prints, place)
        slope = round(plain[1] / max(deviation, 1e-6), 4)
        centre = prints[:, place].mean(axis=0)
        found.append(
            {
                "centre": " ".join(f"{value:.5f}" for value in centre),
                "offset": round(plain[0] - slope * mean, 4),
                "slope": slope,
            }
        )
    return found


def _moments(
    people: Sequence[Person],
    shared: Others,
    rows: Sequence[Vector],
    prints: Floats,
    place: int,
) -> tuple[float, float]:
    """Mean and deviation of strangers' scores through one channel, every pair counting alike."""
    scores = list(_scores(people, shared, rows, prints, place))
    means = np.array([values.mean() for values in scores])
    squares = np.array([(values**2).mean() for values in scores])
    mean = float(means.mean())
    return mean, float(np.sqrt(max(0.0, squares.mean() - mean**2)))


def _scores(
    people: Sequence[Person],
    shared: Others,
    rows: Sequence[Vector],
    prints: Floats,
    place: int,
) -> Iterator[Floats]:
    """Scores of each person's clips with each other's print, as heard through one channel."""
    total, count = prints[:, place].sum(axis=0), len(people)
    for at, person in enumerate(people):
        for other in range(count):
            theirs = people[other]
            if other == at or person.files & theirs.files:
                continue
            centre = (total - prints[at, place] - prints[other, place]) / (count - 2)
            nuisance = shared.share(person.identity, theirs.identity).nuisance
            probes = without(rows[at][:, place].astype(np.float64), centre, nuisance)
            own = without(prints[other, place][np.newaxis], centre, nuisance)
            yield np.asarray(probes @ own[0], np.float64)


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Floats = rows / np.maximum(lengths, 1e-12)
    return unit
