"""Films of people who speak, measured once, and phrases put together from pieces of them.

No recordings of the procedure exist, so pieces of sentences stand for words: picture and sound from
the same moment for people who speak themselves, picture from another moment or another person for
those who do not. Between two pieces the mouth rests and the room is heard, both from the same film;
a piece fades into the rest over three pictures.
"""

import csv
import io
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures

from fingerprint.engine import Engine
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Frame
from fingerprint.models import Span
from fingerprint.proofing.bursts import SAMPLE_RATE, bursts
from fingerprint.proofing.lips import FILM_SIDE_MAX, FRAME_MS, Lips
from fingerprint.proofing.synchrony import Agreement, Axes, agreement

PIECE = (14, 22)  # frames of a word
_FADE = 3
_REST_MS = 120
_PER_FRAME = SAMPLE_RATE * FRAME_MS // 1000
Numbers = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """One film: mouth pictures one each 40 ms, the sound cut to them, and when somebody speaks."""

    speaker: str
    name: str
    pictures: NDArray[np.float32]
    sound: NDArray[np.float32]
    first: int
    last: int

    @property
    def rest(self) -> list[int]:
        """Frames in which the mouth rests: away from what is said."""
        away = _REST_MS // FRAME_MS
        count = len(self.pictures)
        return [n for n in range(count) if n < self.first - away or n > self.last + away]


@dataclass(frozen=True, slots=True)
class Piece:
    """So many frames of a clip from one on."""

    clip: Clip
    first: int
    count: int


def load(media: Path, engine: Engine, cache: Path | None) -> list[Clip]:
    """Every film of the folder `av` and, of each, its first picture held in a hand."""
    with (media / "MANIFEST.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["modality"] == "av"]
    kept = cache / "synchrony.pickle" if cache else None
    if kept is not None and kept.is_file():
        found: list[Clip] = pickle.loads(kept.read_bytes())
        return found
    clips = [_clip(media / row["path"], row["identity"], engine) for row in rows]
    if kept is not None:
        kept.write_bytes(pickle.dumps(clips))
    return clips


def held_still(media: Path, clip: Clip, engine: Engine, numbers: Numbers) -> Clip:
    """A clip's first picture before the camera: it trembles, and is coded anew each time."""
    path = next(media.glob(f"av/*/{clip.name}"))
    with door.frames(path, Limits(), every_ms=FRAME_MS, max_side=FILM_SIDE_MAX) as stream:
        picture = next(iter(stream)).rgb
    at = np.cumsum(numbers.normal(0, 0.4, (len(clip.pictures), 2)), axis=0)
    frames = (
        Frame(n * FRAME_MS, _moved(picture, place, numbers), 1.0, FRAME_MS)
        for n, place in enumerate(at)
    )
    pictures = engine._watcher.lips(frames).pictures
    return Clip(clip.speaker, clip.name, pictures, clip.sound, clip.first, clip.last)


def _moved(picture: NDArray[np.uint8], place: NDArray[np.float64], n: Numbers) -> NDArray[np.uint8]:
    shifted = Pictures.fromarray(picture).transform(
        picture.shape[1::-1],
        Pictures.Transform.AFFINE,
        (1, 0, float(place[0]), 0, 1, float(place[1])),
        Pictures.Resampling.BILINEAR,
    )
    file = io.BytesIO()
    shifted.save(file, "JPEG", quality=int(n.integers(60, 90)))
    return np.array(Pictures.open(file).convert("RGB"))


def _clip(path: Path, speaker: str, engine: Engine) -> Clip:
    with door.audio(path, Limits()) as stream:
        sound = np.concatenate([block.samples for block in stream])
    seen = engine.mouth(path)
    times = np.arange(0, len(sound) * 1000 // SAMPLE_RATE - FRAME_MS, FRAME_MS)
    pictures = np.stack([np.interp(times, seen.at_ms, column) for column in seen.pictures.T], 1)
    said = bursts(sound)
    # The picture of a time is seen while the sound about that time is heard.
    start = np.pad(sound, (_PER_FRAME // 2, 0))
    even = start[: len(times) * _PER_FRAME]
    return Clip(
        speaker,
        path.name,
        pictures.astype(np.float32),
        even.astype(np.float32),
        said[0].start_ms // FRAME_MS,
        min(said[-1].end_ms // FRAME_MS, len(times) - 1),
    )


def pieces(clips: Sequence[Clip], numbers: Numbers, count: int) -> list[Piece]:
    """Pieces of what is said, drawn anywhere in it, its beginning and end included."""
    return [_piece(clips[numbers.integers(len(clips))], numbers) for _ in range(count)]


def _piece(clip: Clip, numbers: Numbers) -> Piece:
    length = int(numbers.integers(*PIECE))
    low, high = max(0, clip.first - 2), min(clip.last + 3, len(clip.pictures)) - length
    return Piece(clip, int(numbers.integers(low, max(low + 1, high))), length)


def others(said: Sequence[Piece], clips: Sequence[Clip], numbers: Numbers) -> list[Piece]:
    """For each piece another word from about the same place of another sentence, as long.

    The sentences of the corpus are built alike, so their beat is the same: the hardest there is.
    """
    return [_other(piece, clips, numbers) for piece in said]


def _other(piece: Piece, clips: Sequence[Clip], numbers: Numbers) -> Piece:
    mine = _word(piece)
    choice = [clip for clip in clips if _code(clip)[mine] != _code(piece.clip)[mine]]
    clip = choice[numbers.integers(len(choice))] if choice else piece.clip
    most = len(clip.pictures) - piece.count
    if clip.name != piece.clip.name:
        place = clip.first + piece.first - piece.clip.first
        return Piece(clip, int(np.clip(place, 0, most)), piece.count)
    away = [n for n in range(clip.first, most) if abs(n - piece.first) >= 8]
    return Piece(clip, int(away[numbers.integers(len(away))]), piece.count)


def _code(clip: Clip) -> str:
    """The six words of a sentence by their letters, as the corpus names its files."""
    return Path(clip.name).stem[-6:]


def _word(piece: Piece) -> int:
    """Which of the six words lies about the middle of a piece."""
    clip = piece.clip
    middle = piece.first + piece.count / 2 - clip.first
    return int(np.clip(6 * middle / max(1, clip.last - clip.first), 0, 5))


def filmed(said: Sequence[Piece], starts_ms: Sequence[int], numbers: Numbers) -> Lips:
    """A mouth that makes the pieces at their moments, and rests in between."""
    clip = said[0].clip
    rest = clip.rest or [0, len(clip.pictures) - 1]
    count = starts_ms[-1] // FRAME_MS + said[-1].count + 25
    film = clip.pictures[_wandering(rest, count, numbers)].copy()
    for piece, start in zip(said, starts_ms, strict=True):
        at = start // FRAME_MS
        shown = piece.clip.pictures[piece.first : piece.first + piece.count]
        weights = np.minimum(np.arange(1, len(shown) + 1), np.arange(len(shown), 0, -1)) / _FADE
        shares = np.minimum(1, weights)[:, None].astype(np.float32)
        film[at : at + len(shown)] *= 1 - shares
        film[at : at + len(shown)] += shares * shown
    return Lips(np.arange(count) * FRAME_MS, film, count)


def _wandering(rest: Sequence[int], count: int, numbers: Numbers) -> list[int]:
    """Places in `rest`, each beside the one before, so that the mouth rests as it did."""
    place, found = int(numbers.integers(len(rest))), []
    for _ in range(count):
        place = int(np.clip(place + numbers.integers(-1, 2), 0, len(rest) - 1))
        found.append(rest[place])
    return found


def heard(said: Sequence[Piece], starts_ms: Sequence[int], numbers: Numbers) -> NDArray[np.float32]:
    """The sound of the pieces at their moments."""
    return laid([sound_of(piece) for piece in said], starts_ms, numbers)


def sound_of(piece: Piece) -> NDArray[np.float32]:
    """What is heard during a piece."""
    first = piece.first * _PER_FRAME
    return piece.clip.sound[first : first + piece.count * _PER_FRAME]


def laid(
    sounds: Sequence[NDArray[np.float32]], starts_ms: Sequence[int], numbers: Numbers
) -> NDArray[np.float32]:
    """Sounds at whole frames, in a room with a little noise; faded like their pictures."""
    count = starts_ms[-1] // FRAME_MS * _PER_FRAME + len(sounds[-1]) + SAMPLE_RATE
    level = float(np.sqrt(np.mean(np.square(np.concatenate(sounds)))))
    room = numbers.normal(0, 0.01 * level, count).astype(np.float32)
    ramp = np.linspace(0, 1, _PER_FRAME, dtype=np.float32)
    for sound, start in zip(sounds, starts_ms, strict=True):
        at = start // FRAME_MS * _PER_FRAME - _PER_FRAME // 2
        faded = sound.copy()
        faded[: len(ramp)] *= ramp
        faded[-len(ramp) :] *= ramp[::-1]
        room[at : at + len(faded)] += faded
    return room


def judged(film: Lips, sound: NDArray[np.float32], axes: Axes) -> Agreement:
    """What the product measures of a film and its sound."""
    return agreement(film, sound, bursts(sound), axes)


def spoken(clip: Clip) -> tuple[Lips, NDArray[np.float32], list[Span]]:
    """A clip as it was filmed, for fitting."""
    count = len(clip.pictures)
    words = [Span(clip.first * FRAME_MS, clip.last * FRAME_MS)]
    return Lips(np.arange(count) * FRAME_MS, clip.pictures, count), clip.sound, words


def speakers(clips: Sequence[Clip]) -> Iterator[tuple[str, list[Clip]]]:
    """Each speaker with the own films."""
    for speaker in sorted({clip.speaker for clip in clips}):
        yield speaker, [clip for clip in clips if clip.speaker == speaker]
