"""Opens a models folder: which encoder serves each modality, and what was measured of it.

An engine is assembled here and nowhere else, so that a scan, a calibration and an evaluation can
not disagree on the encoder they use. The shipped models find speech, turns, faces and tracks in
every case; an added encoder takes the place of the one that says who it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import BadInput
from fingerprint import calibration
from fingerprint.calibration import Calibration
from fingerprint.face.describing import FaceDescriber
from fingerprint.face.watching import FaceWatcher
from fingerprint.models import Modality, ModelCard
from fingerprint.voice.describing import VoiceDescriber
from fingerprint.voice.listening import Listener
from fingerprint.voice.mel import load_filterbank
from fingerprint.weights import encoders
from fingerprint.weights import manifest as weights
from fingerprint.weights.manifest import SHIPPED_ENCODERS, Manifest, load_manifest

_AS_IT_IS = "none"  # no converter made an added file


@dataclass(frozen=True, slots=True)
class Origin:
    """The file of an encoder, what it was converted from, and by which converter."""

    model_id: str
    sha256: str
    source_sha256: str
    converter: str


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of; a calibration is `None` where an encoder was never measured.

    `calibrations` knows every encoder of the folder, because what an earlier one made is searched
    for as long as it is kept.
    """

    cards: dict[Modality, ModelCard]
    listener: Listener
    watcher: FaceWatcher
    calibrations: dict[str, Calibration | None]


def open_parts(
    models_dir: Path, threads: int, named: Mapping[Modality, str] | None = None
) -> Parts:
    """Load the models of a folder, with the `named` encoder of a modality, else the shipped one.

    Raises Unavailable where they are missing or not as made, NotFound for an unknown encoder.
    """
    files = load_manifest(models_dir)
    wanted = {**SHIPPED_ENCODERS, **(named or {})}
    return Parts(
        {modality: card_of(files, modality, wanted[modality]) for modality in Modality},
        listener(files, threads, wanted[Modality.VOICE]),
        watcher(files, threads, wanted[Modality.FACE]),
        calibrations(files),
    )


def card_of(files: Manifest, modality: Modality, model_id: str) -> ModelCard:
    """What an encoder's vectors carry; raises BadInput for one of the other modality."""
    if model_id == SHIPPED_ENCODERS[modality]:
        return files.card(model_id, modality)
    card = encoders.get(files.folder, model_id).card
    if card.modality is not modality:
        raise BadInput(
            f"{model_id} is an encoder for {card.modality.value}s.",
            next_step=f"Name one for {modality.value}s; `ebenbild models list` shows them.",
            code="wrong-modality",
        )
    return card


def listener(files: Manifest, threads: int, model_id: str = weights.VOICE_ENCODER) -> Listener:
    """What hears, with this encoder's vectors."""
    if model_id == weights.VOICE_ENCODER:
        return Listener.open(files, threads=threads)
    encoder = encoders.checked(files.folder, model_id)
    filterbank = load_filterbank(files.path(weights.MEL_FILTERBANK))
    describer = VoiceDescriber(files.folder / encoder.file, encoder, filterbank)
    return Listener.open(files, threads=threads, describer=describer)


def watcher(files: Manifest, threads: int, model_id: str = weights.FACE_ENCODER) -> FaceWatcher:
    """What sees, with this encoder's vectors."""
    if model_id == weights.FACE_ENCODER:
        return FaceWatcher.open(files, threads)
    encoder = encoders.checked(files.folder, model_id)
    describer = FaceDescriber(files.folder / encoder.file, encoder, threads)
    return FaceWatcher.open(files, threads, describer=describer)


def chosen(files: Manifest, model_ids: Sequence[str] = ()) -> dict[Modality, str]:
    """The encoder of each modality: the named ones, else the shipped; raises NotFound."""
    wanted = dict(SHIPPED_ENCODERS)
    for model_id in model_ids:
        if model_id not in SHIPPED_ENCODERS.values():
            wanted[encoders.get(files.folder, model_id).modality] = model_id
    return wanted


def named(models_dir: Path, model_ids: Sequence[str]) -> dict[Modality, str] | None:
    """The same from a models folder, None where no encoder is named; raises NotFound."""
    return chosen(load_manifest(models_dir), model_ids) if model_ids else None


def origin(files: Manifest, model_id: str) -> Origin:
    """The file of an encoder; raises NotFound."""
    if model_id in SHIPPED_ENCODERS.values():
        entry = files.models[model_id]
        return Origin(model_id, entry.sha256, entry.source_sha256, entry.converter)
    sha256 = encoders.get(files.folder, model_id).sha256
    return Origin(model_id, sha256, sha256, _AS_IT_IS)


def calibrations(files: Manifest) -> dict[str, Calibration | None]:
    """What was measured of each encoder on one's own media, else what was shipped with it."""
    known = calibration.known_entries(files.folder)
    model_ids = (*SHIPPED_ENCODERS.values(), *encoders.installed(files.folder))
    found = {}
    for source in (origin(files, model_id) for model_id in model_ids):
        found[source.model_id] = calibration.for_model(
            known,
            sha256=source.sha256,
            source_sha256=source.source_sha256,
            converter=source.converter,
        )
    return found
