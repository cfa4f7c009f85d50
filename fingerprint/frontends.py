"""What can stand between media and an encoder: the declared front ends, and encoders themselves.

An encoder is an ONNX file and the name of the front end whose features it was trained on. Vectors
of two encoders are never compared, so each is known by name and version, and by its sha256.
"""

from dataclasses import dataclass
from enum import StrEnum

from fingerprint.models import Modality, ModelCard

WINDOW_MS = 1600  # of speech, unless an encoder declares another length
PIXEL_MEAN = PIXEL_SCALE = 127.5


class FrontEnd(StrEnum):
    """How sound or a face is laid before an encoder; `docs/encoders.md` defines each."""

    MEL40 = "mel40"
    FBANK80 = "fbank80"
    FBANK80_HAMMING = "fbank80-hamming"
    CHIP150 = "chip150"
    ALIGN112 = "align112"

    @property
    def modality(self) -> Modality:
        """Whether this is for voices or for faces."""
        return Modality.FACE if self in _FACES else Modality.VOICE


_FACES = frozenset({FrontEnd.CHIP150, FrontEnd.ALIGN112})


@dataclass(frozen=True, slots=True)
class Encoder:
    """An encoder of one's own; `source` says where it came from, `licence` what it may be used for.

    `window_ms` is how much speech a voice vector is made of. A pixel enters a face encoder with
    `align112` as (value - pixel_mean) / pixel_scale. `one_by_one` is for graphs that take no batch.
    """

    name: str
    version: str
    front_end: FrontEnd
    file: str
    sha256: str
    licence: str
    source: str
    dimension: int
    window_ms: int = WINDOW_MS
    pixel_mean: float = PIXEL_MEAN
    pixel_scale: float = PIXEL_SCALE
    one_by_one: bool = False

    @property
    def model_id(self) -> str:
        """The name under which its vectors are kept."""
        return f"{self.name}@{self.version}"

    @property
    def modality(self) -> Modality:
        return self.front_end.modality

    @property
    def card(self) -> ModelCard:
        """What its vectors carry as their origin."""
        return ModelCard(
            self.model_id,
            self.modality,
            self.dimension,
            self.sha256,
            self.licence,
            self.front_end.value,
        )
