"""Searches the traces of a submission and decides on each: the half of the engine without media.

The same call serves a fresh scan and every later search from kept traces, so it takes values only.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from fingerprint import matching
from fingerprint.calibration import Calibration
from fingerprint.gallery import Gallery
from fingerprint.matching import Policy, Search
from fingerprint.models import Finding, Modality, Trace
from fingerprint.normalising import PLAIN_COSINE

_CANDIDATES = 5


def decide(
    traces: Sequence[Trace],
    gallery: Gallery,
    calibrations: Mapping[str, Calibration | None],
    policy: Policy,
    *,
    allowed: Collection[str] | None = None,
) -> tuple[Finding, ...]:
    """One finding per trace, in their order; only `allowed` print ids are searched if given."""
    groups: dict[tuple[Modality, str], list[int]] = {}
    for place, trace in enumerate(traces):
        groups.setdefault((trace.modality, trace.template.model_id), []).append(place)
    found: dict[int, Finding] = {}
    for (modality, model_id), places in groups.items():
        queries = np.stack([traces[place].template.vector for place in places])
        measured = calibrations.get(model_id)
        scoring = measured.scoring if measured else PLAIN_COSINE
        rows, prints = gallery.search(
            modality, model_id, queries, top=_CANDIDATES, allowed=allowed, scoring=scoring
        )
        for place, candidates in zip(places, rows, strict=True):
            evidence_ms = traces[place].template.evidence_ms
            search = Search(place, modality, evidence_ms, prints, candidates)
            found[place] = matching.decide(search, measured, policy)
    return tuple(found[place] for place in range(len(traces)))
