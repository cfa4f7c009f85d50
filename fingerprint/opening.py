"""Opens a models folder: which encoder serves each modality, and what was measured of it.

An engine is assembled here and nowhere else, so that a scan, a calibration and an evaluation can
not disagree on the encoder they use.
"""

from dataclasses import dataclass
from pathlib import Path

from fingerprint import calibration
from fingerprint.calibration import Calibration
from fingerprint.face.watching import FaceWatcher
from fingerprint.models import Modality, ModelCard
from fingerprint.voice.listening import Listener
from fingerprint.weights import manifest as weights
from fingerprint.weights.manifest import Manifest, load_manifest

CALIBRATION_FILE = "calibration.json"
_SHIPPED = Path(__file__).parent / "data" / CALIBRATION_FILE


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of; a calibration is `None` where an encoder was never measured."""

    cards: dict[Modality, ModelCard]
    listener: Listener
    watcher: FaceWatcher
    calibrations: dict[str, Calibration | None]


def open_parts(models_dir: Path, threads: int) -> Parts:
    """Load the models of a folder; raises Unavailable where they are missing or not as made."""
    files = load_manifest(models_dir)
    cards = {
        Modality.VOICE: files.card(weights.VOICE_ENCODER, Modality.VOICE),
        Modality.FACE: files.card(weights.FACE_ENCODER, Modality.FACE),
    }
    return Parts(
        cards,
        Listener.open(files, threads=threads),
        FaceWatcher.open(files, threads),
        {card.model_id: measured(files, card.model_id) for card in cards.values()},
    )


def measured(files: Manifest, model_id: str) -> Calibration | None:
    """What was measured of an encoder on one's own media, else what was shipped with it."""
    own = files.folder / CALIBRATION_FILE
    paths = (own, _SHIPPED) if own.is_file() else (_SHIPPED,)
    known = tuple(entry for path in paths for entry in calibration.entries(path.read_bytes()))
    entry = files.models[model_id]
    return calibration.for_model(
        known,
        sha256=entry.sha256,
        source_sha256=entry.source_sha256,
        converter=entry.converter,
    )
