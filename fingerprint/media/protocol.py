"""What parent and child say to each other: one job in, lines of JSON out, one byte back per slot.

The child reads one `Job` as a line, answers with lines, and gets the number of each slot back as a
single byte once it has been read. The child parses hostile files, so nothing it says is believed:
every field has a declared type and range, and a line that breaks them is treated as a crash.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from fingerprint.media.limits import Limits

LINE_BYTES_MAX = 16_384
SAMPLE_RATE = 16_000
BLOCK_SAMPLES = SAMPLE_RATE
SAMPLE_BYTES = 4
PIXEL_BYTES = 3
SOUND_TRACKS_MAX = 16
"""So many sound tracks of a file are searched: two languages of eight channels, one a track."""
TIME_MS_MAX = 1 << 40
TICKS_MAX = 1 << 62
SIZE_MAX = 1 << 31
PEAK_MAX = 10_000
PASSED_MAX = 10_000
FORK = b"fork"
FORK_HANDLES = 6
"""With a request to fork come standard input, output and error, the file, the ring, and a socket
that is told the copy's id with a handle of it, and at last its exit code."""

Figures = Mapping[str, str | int | float]
Told = tuple[int, int, int, int]  # `peak`, `passed`, `usual_ms`, `large_ms` of a picture
_NAME = re.compile(r"[A-Za-z0-9_.,:() -]{0,64}")


class Op(StrEnum):
    """What is asked of a child."""

    PROBE = "probe"
    AUDIO = "audio"
    FRAMES = "frames"
    KEYS = "keys"


class Garbled(Exception):
    """A line from the child that breaks the protocol."""


@dataclass(frozen=True, slots=True)
class Job:
    """One operation on one file: `media` and `ring` are inherited descriptors, or names on
    Windows; a span without end runs to the end of the file. `zero` is where the cut begins on the
    file's own clock, as a probe found it: a numerator and a denominator of seconds. `track` and
    `rough` as in `door.audio` and `door.frames`."""

    op: Op
    media: int | str
    ring: int | str
    slots: int
    slot_bytes: int
    limits: Limits
    start_ms: int = 0
    end_ms: int | None = None
    every_ms: int = 1
    max_side: int | None = None
    zero: tuple[int, int] | None = None
    rough: bool = False
    track: int = 0

    @property
    def span_ms(self) -> int | None:
        return None if self.end_ms is None else self.end_ms - self.start_ms

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Job":
        said = json.loads(line)
        return cls(**{**said, "op": Op(said["op"]), "limits": Limits(**said["limits"])})


@dataclass(frozen=True, slots=True)
class Ready:
    """The child has started and loaded what it needs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What probing found; sizes as shown, after rotation and pixel aspect."""

    form: str
    container: str
    duration_ms: int
    width: int
    height: int
    turns: int
    fps: float
    audio_codec: str
    video_codec: str
    audio_streams: int
    video_streams: int
    audio_start_ms: int
    video_start_ms: int
    zero_over: int = 0
    zero_under: int = 1


@dataclass(frozen=True, slots=True)
class Block:
    """Samples in a slot: float32, 16 kHz, mono."""

    slot: int
    start_ms: int
    samples: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in a slot: packed RGB rows, still to be mirrored and turned.

    The last four are of a key frame's stretch, as in `models.Frame`.
    """

    slot: int
    at_ms: int
    shown_ms: int
    width: int
    height: int
    mirrored: int
    turns: int
    scale: float
    peak: int = 0
    passed: int = 0
    usual_ms: int = 0
    large_ms: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """Nothing more comes; `notes` are reason codes with their figures."""

    reached_ms: int
    notes: tuple[tuple[str, Figures], ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """The file cannot be used; `case` names a sentence in `faults`."""

    case: str
    figures: Figures


Answer = Ready | Facts | Block | Picture | End | Fault
_KINDS: dict[str, type[Answer]] = {
    kind.__name__: kind for kind in (Ready, Facts, Block, Picture, End, Fault)
}
_FIELDS = {
    name: dict.fromkeys(f.name for f in fields(kind)).keys() for name, kind in _KINDS.items()
}
_RANGES: dict[str, tuple[int, int]] = {
    "slot": (0, 255),
    "zero_over": (-TICKS_MAX, TICKS_MAX),
    "zero_under": (1, TICKS_MAX),
    "samples": (1, BLOCK_SAMPLES),
    "mirrored": (0, 1),
    "turns": (0, 3),
    "audio_streams": (0, 10_000),
    "video_streams": (0, 10_000),
    "width": (0, SIZE_MAX),
    "height": (0, SIZE_MAX),
    "fps": (0, 100_000),
    "scale": (0, 1),
    "peak": (0, PEAK_MAX),
    "passed": (0, PASSED_MAX),
}


def to_line(answer: Answer) -> bytes:
    """One line of JSON for the parent."""
    kind = type(answer).__name__
    said = {"kind": kind, **{name: getattr(answer, name) for name in _FIELDS[kind]}}
    return json.dumps(said).encode() + b"\n"


def from_line(line: bytes) -> Answer:
    """The answer a line holds; raises `Garbled` unless every field is of its type and range."""
    try:
        said = json.loads(line)
        kind = _KINDS[said.pop("kind")]
        if said.keys() != _FIELDS[kind.__name__]:
            raise Garbled(f"fields of {kind.__name__}")
        return kind(**{name: _checked(name, value) for name, value in said.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        raise Garbled("not an answer") from exc


def _checked(name: str, value: object) -> Any:
    """A field's value if it is what its name allows."""
    if name == "figures":
        return _figures(value)
    if name == "notes":
        return _notes(value)
    if name in ("fps", "scale"):
        return float(_within(name, value, (int, float)))
    if name in ("form", "container", "audio_codec", "video_codec", "case"):
        return _name(value)
    return _within(name, value, (int,))


def _within(name: str, value: object, kinds: tuple[type, ...]) -> Any:
    low, high = _RANGES.get(name, (0, TIME_MS_MAX))
    if type(value) not in kinds or not low <= value <= high:  # type: ignore[operator]
        raise Garbled(name)
    return value


def _name(value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise Garbled("a name")
    return value


def _figures(value: object) -> dict[str, str | int | float]:
    if not isinstance(value, dict) or len(value) > 8:
        raise Garbled("figures")
    return {
        _name(key): _name(item) if isinstance(item, str) else _within("", item, (int, float))
        for key, item in value.items()
    }


def _notes(value: object) -> tuple[tuple[str, Figures], ...]:
    if not isinstance(value, list) or len(value) > 8:
        raise Garbled("notes")
    return tuple((_name(code), _figures(figures)) for code, figures in value)
