"""The nouns of the engine: what was heard or seen, where, and how sure we are.

Vectors live only in `Template`; everything else can be shown to people. Times are integer
milliseconds from the start of the cut. Terms follow ISO/IEC 19795-1 (template, decision, FPIR).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class Modality(StrEnum):
    """Which part of a likeness a print describes."""

    VOICE = "voice"
    FACE = "face"


class Decision(StrEnum):
    """The three answers of an open-set search; a person settles REVIEW."""

    MATCH = "MATCH"
    REVIEW = "REVIEW"
    UNKNOWN = "UNKNOWN"


class ScanMode(StrEnum):
    """How much of a film is looked at: FAST decodes only what its key frames leave unsure."""

    THOROUGH = "thorough"
    FAST = "fast"


class Scale(StrEnum):
    """What a search's scores are measured in; a threshold of one means nothing on another.

    PLAIN: the cosine. NORMALISED: standard deviations above what the registry's other prints
    score, which needs enough of them.
    """

    PLAIN = "plain"
    NORMALISED = "normalised"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open interval of media time, `start_ms <= t < end_ms`."""

    start_ms: int
    end_ms: int

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was decided, as data: a kebab-case code and its figures."""

    code: str
    detail: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class ModelCard:
    """Which encoder made a vector; vectors of different `model_id` are never compared."""

    model_id: str
    modality: Modality
    dimension: int
    sha256: str
    licence: str
    front_end: str


@dataclass(frozen=True, slots=True)
class Template:
    """One unit-length embedding, float32 of shape (D,), and how much evidence stands behind it.

    `evidence_ms` is net speech for a voice and time on screen for a face (0 for a still);
    `quality` runs from 0 to 1. `channels` is an enrolled voice as it would be through each of
    `fingerprint.voice.altering.channels`, (CHANNELS, D) of unit length, in older ones fewer rows;
    None elsewhere.
    """

    modality: Modality
    vector: Vector
    model_id: str
    evidence_ms: int
    quality: float
    channels: Vector | None = None


@dataclass(frozen=True, slots=True)
class SampleReport:
    """What an enrolment sample gave: templates, or the reasons why it gives none.

    `excerpt` is there where it was asked for: five seconds of the voice at most as Ogg Opus, or a
    small JPEG of the face, where they are most like the template.
    """

    modality: Modality
    accepted: bool
    reasons: tuple[Reason, ...]
    templates: tuple[Template, ...]
    spans: tuple[Span, ...]
    excerpt: bytes | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """One voice (turns of a speaker) or one face (a track) found in a scanned segment.

    `crop` is a small JPEG of the best face, `excerpt` at most ten seconds of the voice as Ogg Opus;
    each is `None` for the other kind.
    """

    modality: Modality
    spans: tuple[Span, ...]
    template: Template
    crop: bytes | None
    reasons: tuple[Reason, ...]
    excerpt: bytes | None = None


class SearchPath(StrEnum):
    """How a name was found: among all prints, the declared cast, or by voice and face at once."""

    OPEN = "open-search"
    CAST = "declared-cast"
    BOTH = "voice-and-face"


@dataclass(frozen=True, slots=True)
class Basis:
    """What an answer rests on, as a person may read it.

    prints: how many were searched. evidence_ms: speech or time on screen, the less of both sides.
    stretches: traces that were pooled; earlier: those of them from earlier cuts. llr: natural log
    of how much likelier this person is than a stranger, 0 where that was never measured. lead:
    over the next best print, in standard deviations of strangers' scores; `None` without another.
    """

    path: SearchPath
    prints: int
    evidence_ms: int
    stretches: int
    earlier: int
    llr: float
    lead: float | None


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer for one trace.

    `fpir` is the rate of strangers that would score this high by chance in one search of a
    gallery of the present size; `runner_up` is the score of the next best print. `basis` is there
    where something was compared.
    """

    trace_index: int
    decision: Decision
    print_id: str | None
    score: float
    runner_up: float | None
    fpir: float
    threshold_id: str
    reasons: tuple[Reason, ...]
    basis: Basis | None = None
