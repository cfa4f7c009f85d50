"""What was measured of a model of a folder, without loading the model."""

from pathlib import Path

from core.errors import NotFound, Unavailable
from fingerprint import calibration
from fingerprint.calibration import Calibration
from fingerprint.weights.manifest import read_manifest


def calibration_of(models_dir: Path, model_id: str) -> Calibration | None:
    """The calibration of a shipped model; None where there is no such file, or no measurement."""
    try:
        entry = read_manifest(models_dir).models[model_id]
    except (KeyError, NotFound, Unavailable):
        return None
    return calibration.for_model(
        calibration.known_entries(models_dir),
        sha256=entry.sha256,
        source_sha256=entry.source_sha256,
        converter=entry.converter,
    )
