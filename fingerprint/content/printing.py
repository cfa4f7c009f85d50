"""Media to content prints: fed by a scan as it reads, or read for this alone.

Sound costs a few seconds for an hour, so it is printed before a scan and may save it; pictures cost
their decoding and are best taken from the stream that a scan reads anyway.
"""

from dataclasses import dataclass
from pathlib import Path

from fingerprint.content.hearing import find_sound
from fingerprint.content.models import (
    PICTURE_HOP_MS,
    Link,
    Part,
    PicturePrint,
    SoundPrint,
    Watch,
    unwatched,
)
from fingerprint.content.packing import pack_picture, pack_sound, unpack_picture, unpack_sound
from fingerprint.content.picture import PicturePrinter
from fingerprint.content.seeing import find_pictures
from fingerprint.content.sound import PITCHES, SoundPrinter
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import AudioBlock, Form, Frame, MediaInfo

PICTURE_SIDE_MAX = 320


@dataclass(frozen=True, slots=True, eq=False)
class ContentPrint:
    """What a file contains: its sound at every pitch that is asked with, and its pictures."""

    sounds: tuple[SoundPrint, ...]
    picture: PicturePrint | None

    @property
    def sound(self) -> SoundPrint | None:
        """The sound as it is kept; None where there is none or only silence."""
        plain = (sound for sound in self.sounds if sound.pitch == 1 and sound.level.any())
        return next(plain, None)


class ContentPrinter:
    """Takes what a scan reads, in order; memory grows by some 600 bytes a quarter second."""

    def __init__(self) -> None:
        self._sound = SoundPrinter(PITCHES)
        self._picture = PicturePrinter()

    def sound(self, block: AudioBlock) -> None:
        """Take the next block of sound."""
        self._sound.add(block.samples)

    def frame(self, frame: Frame) -> None:
        """Take the next picture."""
        self._picture.add(frame.at_ms, frame.rgb)

    def finish(self) -> ContentPrint:
        """The print of all that was taken."""
        picture = self._picture.finish()
        return ContentPrint(self._sound.finish(), picture if len(picture) else None)


def read_content(
    path: Path, limits: Limits, info: MediaInfo, *, sound: bool = True, picture: bool = True
) -> ContentPrint:
    """The print of a film or a sound; a still has none. Raises BadMedia."""
    printer = ContentPrinter()
    if sound and info.audio:
        with door.audio(path, limits) as blocks:
            for block in blocks:
                printer.sound(block)
    if picture and info.video and info.kind is Form.FILM:
        side = PICTURE_SIDE_MAX
        with door.frames(path, limits, every_ms=PICTURE_HOP_MS, max_side=side) as frames:
            for frame in frames:
                printer.frame(frame)
    return printer.finish()


def packed(made: ContentPrint) -> dict[Part, bytes]:
    """What is kept of a print, by part; `unpacked` reads one part back."""
    found = {}
    if made.sound is not None:
        found[Part.SOUND] = pack_sound(made.sound)
    if made.picture is not None:
        found[Part.PICTURE] = pack_picture(made.picture)
    return found


def unpacked(part: Part, data: bytes) -> ContentPrint:
    """One part of a print that was kept; raises BadProof for anything else."""
    if part is Part.SOUND:
        return ContentPrint((unpack_sound(data),), None)
    return ContentPrint((), unpack_picture(data))


def find(asked: ContentPrint, known: ContentPrint, watch: Watch = unwatched) -> tuple[Link, ...]:
    """Every stretch of the asked file's sound and pictures that is in the known one.

    Minutes may pass where both are hours long: `watch` is called often, and may end it by raising.
    """
    links: tuple[Link, ...] = ()
    if asked.sound is not None and known.sound is not None:
        links += find_sound(asked.sounds, known.sound, lambda done: watch(done / 2))
    if asked.picture is not None and known.picture is not None:
        links += find_pictures(asked.picture, known.picture, lambda done: watch((1 + done) / 2))
    return links
