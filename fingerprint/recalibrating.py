"""Measures a new encoder on a registry's own kept material, where there are people enough.

Thresholds do not carry over from one encoder to another. Without a measurement an encoder names
nobody, so what the performers let the registry keep is used before the encoder serves; a handful
of people give thresholds that are provisional, and findings say so.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fingerprint import opening
from fingerprint.calibrate import METHOD, people_of, write
from fingerprint.calibration import CALIBRATION_FILE
from fingerprint.calibrationentry import PEOPLE_MIN, entry_of
from fingerprint.models import ModelCard
from fingerprint.pieces import Source
from fingerprint.weights.manifest import load_manifest


def recalibrate(
    models_dir: Path,
    card: ModelCard,
    sources: Iterable[Source],
    *,
    wanted: set[str],
    threads: int,
) -> bool:
    """Whether an encoder is measured: before, or now on `sources`, one after the other.

    Each source's file is read before the next is asked for. Writes score statistics alone.
    """
    files = load_manifest(models_dir)
    if opening.calibrations(files).get(card.model_id) is not None:
        return True
    if len(wanted) < PEOPLE_MIN:
        return False
    people = people_of(files, card.model_id, card.modality, sources, wanted=wanted, threads=threads)
    if len(people) < PEOPLE_MIN:
        return False
    entry = entry_of(opening.origin(files, card.model_id), card.modality, people)
    write(models_dir / CALIBRATION_FILE, [entry | {"provenance": _provenance(len(people))}])
    return True


def _provenance(people: int) -> dict[str, Any]:
    """How it was measured; whose material it was stays in the registry."""
    return {
        "method": METHOD,
        "identities": [f"performer {number}" for number in range(1, people + 1)],
        "material": [{"source": "this registry's own enrolments", "licence": "by consent"}],
        "credits": [],
        "published": [],
    }
