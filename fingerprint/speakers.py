"""Which traces of a film are one voice: clustering that would rather split a voice than merge two.

A scan hears a film minute by minute, and a performer speaks in many of them, some of it too short
to be searched alone. Pooled over the file, and over earlier episodes, the same speech is one search
with all of its evidence. Two people taken for one would get each other's name, so the encoder's
calibration says from which likeness on traces are linked. Pure: traces in, groups out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.calibration import Calibration
from fingerprint.models import Modality, Template, Trace, Vector

Floats = NDArray[np.float64]

# Two voices are one where strangers are as much alike in at most this share of comparisons. Of 106
# traces of 28 test voices and 103 of 17 others it merged no two people, real or cloned, and left 41
# and 31 groups; a rate of 0.001 merged two people and left 35 and 24.
LINK_FMR = 3e-4
EVIDENCE_MS_MIN = 1000  # less is not compared at all
# An earlier trace this much like a present one is the same recording, which is no second witness.
_SAME_RECORDING = 0.975
_QUALITY_MIN = 0.05
_WEIGHT_MS_MAX = 30_000  # one long speech must not outvote all others


@dataclass(frozen=True, slots=True)
class Speaker:
    """One voice or face: places of its traces in what was given, and the vector of them all.

    `earlier` counts the traces of earlier cuts that lent their evidence.
    """

    places: tuple[int, ...]
    template: Template
    earlier: int = 0

    @property
    def stretches(self) -> int:
        return len(self.places) + self.earlier


def speakers(
    traces: Sequence[Trace], earlier: Sequence[Trace], calibration: Calibration | None
) -> tuple[Speaker, ...]:
    """Every voice and face of `traces`, all of one encoder, in the order of their first trace.

    Faces stay alone, and so do voices too short to compare or without calibration.
    """
    if calibration is None:
        return tuple(Speaker((n,), trace.template) for n, trace in enumerate(traces))
    present = [n for n, trace in enumerate(traces) if _linkable(trace)]
    lent = _other_recordings([traces[n] for n in present], [t for t in earlier if _linkable(t)])
    templates = [traces[n].template for n in present] + [trace.template for trace in lent]
    found = [
        Speaker((n,), trace.template) for n, trace in enumerate(traces) if not _linkable(trace)
    ]
    for members in link(templates, len(present), calibration):
        places = tuple(present[m] for m in members if m < len(present))
        pooled = pool([templates[m] for m in members])
        found.append(Speaker(places, pooled, len(members) - len(places)))
    return tuple(sorted(found, key=lambda speaker: speaker.places))


def without(speaker: Speaker, traces: Sequence[Trace], leaving: frozenset[int]) -> list[Speaker]:
    """The speaker without the traces that point elsewhere, and each of those for itself.

    What earlier cuts lent went to the voice as a whole; a voice that is taken apart loses it.
    """
    staying = tuple(n for n in speaker.places if n not in leaving)
    parts = [staying] if staying else []
    parts += [(n,) for n in speaker.places if n in leaving]
    return [Speaker(places, pool([traces[n].template for n in places])) for places in parts]


def pool(templates: Sequence[Template]) -> Template:
    """One template of all: unit mean vector, weighted by evidence and quality; evidence added."""
    if len(templates) == 1:
        return templates[0]
    weights = np.array([_weight(template) for template in templates])
    mean = weights @ np.stack([template.vector for template in templates]).astype(np.float64)
    quality = float(np.average([t.quality for t in templates], weights=weights))
    vector: Vector = np.asarray(mean / np.linalg.norm(mean), np.float32)
    evidence_ms = sum(template.evidence_ms for template in templates)
    first = templates[0]
    return Template(first.modality, vector, first.model_id, evidence_ms, round(quality, 3))


def link(templates: Sequence[Template], present: int, calibration: Calibration) -> list[list[int]]:
    """Groups of places, each with one of the first `present` templates at least.

    The two most alike, measured by what strangers reach with as little evidence, become one until
    none are alike enough.
    """
    if not templates:
        return []
    groups = _Groups(templates, calibration)
    while groups.merge_nearest():
        pass
    return [sorted(members) for members in groups.members if members and min(members) < present]


class _Groups:
    """Groups of templates that grow, and by how much each two are more alike than strangers."""

    def __init__(self, templates: Sequence[Template], calibration: Calibration) -> None:
        weights = np.array([_weight(template) for template in templates])
        vectors = np.stack([template.vector for template in templates]).astype(np.float64)
        self.members = [[place] for place in range(len(templates))]
        self._scoring = calibration.scoring
        self._from_ms = np.array([tail.evidence_ms_min for tail in calibration.tails])
        self._least = np.array([tail.threshold(LINK_FMR) for tail in calibration.tails])
        self._sums = weights[:, None] * vectors
        self._evidence_ms = np.array([template.evidence_ms for template in templates])
        self._compared = self._scoring.centred(_unit(self._sums))
        self._excess = np.stack([self._row(place) for place in range(len(templates))])

    def merge_nearest(self) -> bool:
        """Make one of the two most alike; False where strangers could be that much alike."""
        places = np.unravel_index(int(np.argmax(self._excess)), self._excess.shape)
        keep, drop = sorted(int(place) for place in places)
        if not self._excess[keep, drop] >= 0:
            return False
        self._sums[keep] += self._sums[drop]
        self._evidence_ms[keep] += self._evidence_ms[drop]
        self.members[keep] += self.members[drop]
        self.members[drop] = []
        self._compared[keep] = self._scoring.centred(_unit(self._sums[[keep]]))[0]
        for place in (drop, keep):
            row = self._row(place)
            self._excess[place], self._excess[:, place] = row, row
        return True

    def _row(self, place: int) -> Floats:
        """How far each other group's likeness to this one is over what it needs."""
        evidence_ms = np.minimum(self._evidence_ms, self._evidence_ms[place])
        classes = np.searchsorted(self._from_ms, evidence_ms, side="right") - 1
        likeness = self._compared @ self._compared[place]
        row = likeness.astype(np.float64) - self._least[np.maximum(0, classes)]
        gone = [n for n, members in enumerate(self.members) if not members]
        row[[place, *gone]] = -np.inf
        return row if self.members[place] else np.full(len(row), -np.inf)


def _unit(rows: Floats) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def _other_recordings(present: Sequence[Trace], earlier: Sequence[Trace]) -> list[Trace]:
    """Those of `earlier` that are no copy of a present trace, nor of one another."""
    kept: list[Trace] = []
    known = [trace.template.vector for trace in present]
    for trace in earlier:
        if not known or float(np.max(np.stack(known) @ trace.template.vector)) < _SAME_RECORDING:
            kept.append(trace)
            known.append(trace.template.vector)
    return kept


def _linkable(trace: Trace) -> bool:
    return trace.modality is Modality.VOICE and trace.template.evidence_ms >= EVIDENCE_MS_MIN


def _weight(template: Template) -> float:
    return min(template.evidence_ms, _WEIGHT_MS_MAX) * max(_QUALITY_MIN, template.quality)
