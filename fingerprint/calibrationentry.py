"""What people's scores with each other say of an encoder, as an entry of a calibration file."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fingerprint import channels, likelihood, misses
from fingerprint.models import Modality
from fingerprint.opening import Origin
from fingerprint.pieces import Person, mate_scores, others, stranger_scores
from fingerprint.tails import Anchor, Floats, Pair, fit, pareto_shape
from fingerprint.weights.manifest import FACE_ENCODER, VOICE_ENCODER

PEOPLE_MIN = 5  # fewer say nothing about strangers


@dataclass(frozen=True, slots=True)
class Rule:
    """How a modality's scores are made; docs/adr/0010 says what was measured for it."""

    centred: bool
    cohort_min: int
    cohort_top: int
    print_share: float


RULES = {
    Modality.VOICE: Rule(centred=True, cohort_min=100, cohort_top=100, print_share=0.8),
    Modality.FACE: Rule(centred=False, cohort_min=200, cohort_top=50, print_share=0.5),
}
# The face encoder's vectors lie on a sphere of radius 2, so a distance of 0.6 between dlib's own
# descriptors is an inner product of 1 - 0.6 ** 2 / 8.
_DISTANCE_06 = 1 - 0.6**2 / 8
ANCHORS: Mapping[str, tuple[Anchor, ...]] = {
    VOICE_ENCODER: (),
    FACE_ENCODER: (
        Anchor(
            _DISTANCE_06,
            0.0022,
            "LFW, 1,680 enrolled with one photo, 4,069 strangers: 97.5 % of the strangers get a "
            "name at a distance of 0.6, so 1 - 0.025 ** (1 / 1680) = 0.0022 a comparison",
        ),
    ),
}


def entry_of(model: Origin, modality: Modality, people: Sequence[Person]) -> dict[str, Any]:
    """What the people's scores with each other say of an encoder, as an entry of the file."""
    rule = RULES[modality]
    tails: list[dict[str, Any]] = []
    for evidence_ms in people[0].probes:
        scores = stranger_scores(people, evidence_ms, centred=rule.centred)
        if scores:
            tail = _tail(scores, evidence_ms, ANCHORS.get(model.model_id, ()))
            found = _likelihood(people, evidence_ms, scores, tail, centred=rule.centred)
            # Longer evidence than anybody's own material shows says no less than shorter does.
            found = found or (tails[-1].get("likelihood") if tails else None)
            missed = _misses(people, evidence_ms, tail, centred=rule.centred)
            tails.append(tail | ({"likelihood": found} if found else {}) | {"misses": missed})
    return {
        "model_id": model.model_id,
        "modality": modality.value,
        "sha256": model.sha256,
        "source_sha256": model.source_sha256,
        "converter": model.converter,
        "scoring": _scoring(people, rule),
        "tails": tails,
    }


def _scoring(people: Sequence[Person], rule: Rule) -> dict[str, Any]:
    """How scores are made.

    A centre is the mean of everybody and the nuisance is how everybody moves: nobody's vector.
    """
    prints = sum(person.print_vector is not None for person in people)
    shared = others(people).share() if rule.centred else None
    directions = shared.nuisance if shared else None
    heard_through = channels.measured(people) if rule.centred else []
    return {
        "centre": shared and [round(value, 5) for value in np.atleast_1d(shared.centre).tolist()],
        "centre_people": prints if rule.centred else 0,
        "nuisance": [_row(values) for values in directions] if directions is not None else None,
        "cohort_min": rule.cohort_min,
        "cohort_top": rule.cohort_top,
        "print_share": rule.print_share,
        **({"channels": heard_through} if heard_through else {}),
    }


def _row(values: Floats) -> str:
    """A direction in one line of the file."""
    return " ".join(f"{value:.4f}" for value in values)


def _likelihood(
    people: Sequence[Person],
    evidence_ms: int,
    scores: Mapping[Pair, Floats],
    tail: Mapping[str, Any],
    *,
    centred: bool,
) -> dict[str, Any] | None:
    qualities = [quality for person in people for quality in person.qualities]
    return likelihood.fit(
        mate_scores(people, evidence_ms, centred=centred),
        scores,
        stranger=tail["stranger"],
        deviation=tail["deviation"],
        quality_full=max(0.05, float(np.quantile(qualities, 0.25))) if qualities else 1.0,
    )


def _misses(
    people: Sequence[Person], evidence_ms: int, tail: Mapping[str, Any], *, centred: bool
) -> list[dict[str, Any]]:
    """How often the same person scores too low, apart for recordings of people and of machines."""
    found = []
    for condition, real in ((misses.REAL, True), (misses.SYNTHETIC, False)):
        scores = mate_scores(people, evidence_ms, centred=centred, real=(real,))
        if len(scores) >= PEOPLE_MIN:
            found.append({"condition": condition, **misses.measure(scores, tail)})
    return found


def _tail(
    scores: Mapping[Pair, Floats], evidence_ms: int, anchors: Iterable[Anchor]
) -> dict[str, Any]:
    found = fit(scores, tuple(anchors))
    everything = np.concatenate([values for _, values in sorted(scores.items())])
    return {
        "evidence_ms_min": evidence_ms,
        "comparisons": found.comparisons,
        "pairs": found.pairs,
        "identities": found.identities,
        "stranger": found.mean,
        "deviation": found.deviation,
        "highest": round(float(everything.max()), 4),
        "pareto_shape": round(pareto_shape(scores), 3),
        "lifted": found.lifted,
        "scores": list(found.scores),
        "rates": list(found.rates),
    }
