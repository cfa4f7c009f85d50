"""Every way a file can be unusable, as a sentence and a next step.

The child names a case and figures; the words are here, so that no text from a hostile file, or from
a child it has taken over, reaches a page.
"""

from dataclasses import dataclass
from enum import StrEnum

from core.errors import BadMedia
from fingerprint.media.protocol import Figures


class Case(StrEnum):
    """What was found; each has one text below."""

    EMPTY_FILE = "empty-file"
    NO_PACKETS = "no-packets"
    UNREADABLE = "unreadable"
    UNDECODABLE = "undecodable"
    CRASHED = "crashed"
    GARBLED = "garbled"
    ENCRYPTED = "encrypted"
    TOO_LONG = "too-long"
    TOO_LARGE_PICTURE = "too-large-picture"
    TOO_LARGE_FRAME = "too-large-frame"
    TOO_LARGE_ANIMATION = "too-large-animation"
    TOO_MANY_STREAMS = "too-many-streams"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_MANY_BYTES = "too-many-bytes"
    TOO_MUCH_TIME = "too-much-time"
    TOO_MUCH_COMPUTING = "too-much-computing"
    TOO_MUCH_MEMORY = "too-much-memory"
    NOT_MEDIA = "not-media"
    NOT_A_FILE = "not-a-file"
    UNKNOWN_CODEC = "unknown-codec"
    NO_SOUND = "no-sound"
    NO_PICTURE = "no-picture"


class Refused(Exception):
    """Raised inside the child, where there is a case and figures but no sentence yet."""

    def __init__(self, case: Case, **figures: str | int | float) -> None:
        super().__init__(case)
        self.case = case
        self.figures = figures


@dataclass(frozen=True, slots=True)
class _Text:
    code: str
    sentence: str
    next_step: str


_AGAIN = "Export the file again from its source and send the new copy."
_SMALLER = "Send a version within the limit, or ask the operator to raise it."
_CONVERT = "Send it as MP4, MOV, MKV, WebM, WAV, FLAC, MP3, JPEG, PNG or WebP."

_TEXTS = {
    Case.EMPTY_FILE: _Text("empty-media", "The file holds no data.", _AGAIN),
    Case.NO_PACKETS: _Text("empty-media", "The file has a header, but nothing in it.", _AGAIN),
    Case.UNREADABLE: _Text(
        "broken-media", "The file cannot be read: it is damaged, or its end is missing.", _AGAIN
    ),
    Case.UNDECODABLE: _Text("broken-media", "Nothing in the file can be decoded.", _AGAIN),
    Case.CRASHED: _Text("broken-media", "Reading the file stopped the decoder.", _AGAIN),
    Case.GARBLED: _Text("broken-media", "Reading the file confused the decoder.", _AGAIN),
    Case.ENCRYPTED: _Text(
        "encrypted-media", "The file is encrypted.", "Send a copy without copy protection."
    ),
    Case.TOO_LONG: _Text(
        "absurd-media", "The file plays, or claims to play, longer than {limit} seconds.", _SMALLER
    ),
    Case.TOO_LARGE_PICTURE: _Text(
        "absurd-media", "A picture of {width} x {height} pixels is over {limit} pixels.", _SMALLER
    ),
    Case.TOO_LARGE_FRAME: _Text(
        "absurd-media", "A part of the animation is over {limit} pixels.", _SMALLER
    ),
    Case.TOO_LARGE_ANIMATION: _Text(
        "absurd-media", "The animation shows more than {limit} pixels.", "Send it as a film."
    ),
    Case.TOO_MANY_STREAMS: _Text(
        "absurd-media", "The file has more than {limit} tracks.", _SMALLER
    ),
    Case.TOO_MANY_PAGES: _Text(
        "absurd-media", "The file has more than {limit} pages.", "Send it in parts."
    ),
    Case.TOO_MANY_BYTES: _Text("absurd-media", "The file is over {limit} bytes.", _SMALLER),
    Case.TOO_MUCH_TIME: _Text(
        "absurd-media", "Reading the file took longer than {limit} seconds.", _SMALLER
    ),
    Case.TOO_MUCH_COMPUTING: _Text(
        "absurd-media", "Reading the file took more than {limit} seconds of computing.", _SMALLER
    ),
    Case.TOO_MUCH_MEMORY: _Text(
        "absurd-media", "Reading the file took more memory than {limit} bytes.", _SMALLER
    ),
    Case.NOT_MEDIA: _Text(
        "unsupported-media", "The file is not a film, sound or picture we read.", _CONVERT
    ),
    Case.NOT_A_FILE: _Text(
        "unsupported-media",
        "This is not a file that can be opened.",
        "Name a regular file that this process may read.",
    ),
    Case.UNKNOWN_CODEC: _Text(
        "unsupported-media", "The file is coded as {codec}, which we do not read.", _CONVERT
    ),
    Case.NO_SOUND: _Text(
        "no-such-stream",
        "The file has no sound.",
        "Send a file with sound, or ask for its picture.",
    ),
    Case.NO_PICTURE: _Text("no-such-stream", "The file has no picture.", "Send a film or a still."),
}

CODES = frozenset(text.code for text in _TEXTS.values())


def bad_media(case: Case, figures: Figures | None = None) -> BadMedia:
    """The error for a case; a figure that is missing from `figures` reads as '?'."""
    text = _TEXTS[case]
    known = {"limit": "?", "width": "?", "height": "?", "codec": "?", **(figures or {})}
    return BadMedia(text.sentence.format(**known), next_step=text.next_step, code=text.code)
