"""Films in one piece as bad cameras make them, and films that a program cuts to words.

Real films of people who speak, three seconds each at half their size, in grey. Forth and back they
stand for a film that goes on; cut to seven words, with a rest between them, for what a plain
program makes of films that it has. Every film is coded anew after that, as senders code it.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray
from PIL import Image as Pictures

from bench.impostor_pacing import played, script
from bench.synchrony_material import PIECE, Clip
from fingerprint.engine import Engine
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span
from fingerprint.proofing.lips import FILM_SIDE_MAX, FRAME_MS
from fingerprint.proofing.onepiece import coarse, region_of

REACH = 9  # pictures before a word begins in which a program looks for the nearest
RATES = (120_000, 250_000, 500_000)  # bits a second, at half size
_EDGE = 20
Numbers = np.random.Generator
Grey = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One film: pictures (n, height, width) in grey, where the eyes are (2, 2), how far the nose
    lies aside (n,), and its clip."""

    clip: Clip
    pictures: Grey
    eyes: NDArray[np.float64]
    aside: NDArray[np.float64]
    small: Grey

    @classmethod
    def of(
        cls, clip: Clip, pictures: Grey, eyes: NDArray[np.float64], aside: NDArray[np.float64]
    ) -> "Take":
        return cls(clip, pictures, eyes, aside, _small(pictures))


@dataclass(frozen=True, slots=True)
class Shown:
    """Which picture of which take is shown."""

    take: Take
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """What is measured of a film that was sent: coarse pictures, their times, and its phrase."""

    pictures: Grey
    at_ms: NDArray[np.int64]
    phrase: "Phrase"


@dataclass(frozen=True, slots=True)
class Phrase:
    """When each word is said, what was asked, and when the head should turn."""

    words: tuple[Span, ...]
    asked: tuple[str, ...]
    turning: Span


@dataclass(frozen=True, slots=True, eq=False)
class Edit:
    """What a program shows for a phrase, of which take it rests, and before which pictures two
    pieces meet."""

    base: Take
    shown: list[Shown]
    joins: list[int]
    phrase: Phrase

    @property
    def at_ms(self) -> NDArray[np.int64]:
        return np.arange(len(self.shown)) * FRAME_MS


@dataclass(frozen=True, slots=True)
class Craft:
    """How a program cuts: over how many pictures it fades, whether it looks for near pictures and
    lays the heads upon each other, and whether words come from other takes than the rest."""

    fade: int
    near: bool
    several: bool
    aligned: bool = False


def takes(media: Path, clips: Sequence[Clip], engine: Engine) -> list[Take]:
    """Every film, with the place of the eyes in it."""
    found = []
    for clip in clips:
        path = next(media.glob(f"av/*/{clip.name}"))
        with door.frames(path, Limits(), every_ms=FRAME_MS, max_side=FILM_SIDE_MAX) as stream:
            frames = [frame.rgb.mean(axis=2, dtype=np.float32) for frame in stream]
        full = np.stack(frames)
        half = full.reshape(len(full), full.shape[1] // 2, 2, full.shape[2] // 2, 2).mean((2, 4))
        seen = engine.mouth(path)
        aside = np.interp(np.arange(len(full)) * FRAME_MS, seen.at_ms, seen.aside)
        found.append(Take.of(clip, half, _eyes(path, engine) / 2, aside))
    return found


def _eyes(path: Path, engine: Engine) -> NDArray[np.float64]:
    with door.frames(path, Limits(), every_ms=FRAME_MS, max_side=FILM_SIDE_MAX) as stream:
        points = engine._watcher.still(next(iter(stream)).rgb).faces[0].face.points
    eyes = np.stack([points[:2].mean(axis=0), points[2:4].mean(axis=0)])
    return eyes if eyes[0, 0] <= eyes[1, 0] else eyes[::-1]


def whole(take: Take, fault: str, numbers: Numbers) -> Film:
    """A film in one piece by a camera with that fault; words are said at drawn moments."""
    phrase = spoken(numbers)
    count = len(take.pictures)
    there_and_back = np.r_[0:count, count - 2 : 0 : -1]
    length = phrase.words[-1].end_ms // FRAME_MS + 30
    order = there_and_back[(np.arange(length) + numbers.integers(148)) % len(there_and_back)]
    times = np.arange(length) * FRAME_MS
    if fault == "dropped":
        kept = numbers.random(length) > 0.03
        order, times = order[kept], times[kept]
    elif fault == "frozen":
        for n in np.flatnonzero(numbers.random(length - 3) < 0.03) + 1:
            order[n : n + numbers.integers(1, 3)] = order[n - 1]
    elif fault in PACES:
        kept = np.arange(length) % PACES[fault][0] < PACES[fault][1]
        order, times = order[kept], times[kept]
    pictures = _filmed(take.pictures[order], fault, numbers)
    codec = fault if fault in CODERS else "libx264"
    return Film(_coarse(coded(pictures, codec, numbers), take), times, phrase)


FAULTS = ("none", "libvpx", "mpeg4", "trembling", "dropped", "frozen", "15", "30", "light", "noise")
CODERS = {"libvpx": {"deadline": "realtime", "cpu-used": "8"}, "mpeg4": {}}
PACES = {"15": (5, 3), "30": (6, 5)}  # of so many pictures so many are seen


def _filmed(pictures: Grey, fault: str, numbers: Numbers) -> Grey:
    """What a camera makes of that: it trembles in a hand, follows the light, or is noisy."""
    count = len(pictures)
    if fault == "trembling":
        return _trembling(pictures, float(numbers.choice([0.15, 0.4, 0.8])), numbers)
    if fault == "light":
        light = 1 + 0.1 * np.sin(np.arange(count) / 60 + numbers.uniform(0, 6))
        for n in np.flatnonzero(numbers.random(count) < 0.01):
            light[n:] *= np.exp(numbers.normal(0, 0.03))
        return (pictures * light[:, None, None]).astype(np.float32)
    if fault == "noise":
        return pictures + numbers.normal(0, 4, pictures.shape).astype(np.float32)
    return pictures


def _trembling(pictures: Grey, pixels: float, numbers: Numbers) -> Grey:
    """A hand: quick trembling, and a slow sway of three times as much."""
    count = len(pictures)
    curve = np.exp(-0.5 * (np.arange(-8, 9) / 2) ** 2)
    rough = numbers.normal(0, 1, (2, count))
    quick = [np.convolve(one, curve / curve.sum(), "same") * 2 * pixels for one in rough]
    slow = [
        3 * pixels * np.sin(np.arange(count) / 4 / numbers.uniform(1.5, 4) + numbers.uniform(0, 6))
        for _ in range(2)
    ]
    moved = np.stack(quick) + np.stack(slow)
    return np.stack(
        [
            _placed(one, complex(1), complex(*place))
            for one, place in zip(pictures, moved.T, strict=True)
        ]
    )


def _placed(picture: Grey, turn: complex, start: complex) -> Grey:
    """The picture with `turn * place + start` of it at each place, its edges held."""
    held = Pictures.fromarray(np.pad(picture, _EDGE, mode="edge"))
    edge = _EDGE * (1 + 1j)
    x, y = start.real + edge.real, start.imag + edge.imag
    laid = (turn.real, -turn.imag, x, turn.imag, turn.real, y)
    size = picture.shape[::-1]
    bicubic = Pictures.Resampling.BICUBIC
    return np.array(held.transform(size, Pictures.Transform.AFFINE, laid, bicubic), np.float32)


def aligned(take: Take, base: Take) -> Take:
    """The take, turned and scaled so that its eyes lie where those of `base` do."""
    mine, theirs = ([complex(*eye) for eye in one.eyes] for one in (take, base))
    turn = (mine[1] - mine[0]) / (theirs[1] - theirs[0])
    start = mine[0] - turn * theirs[0]
    pictures = np.stack([_placed(one, turn, start) for one in take.pictures])
    return Take.of(take.clip, np.clip(pictures, 0, 255), base.eyes, take.aside)


def cut(own: Sequence[Take], craft: Craft, numbers: Numbers) -> Film:
    """A film of seven words from one person's takes, as a program plays them as words appear."""
    edit = edited(own, craft, numbers)
    pictures = coded(_faded(edit.shown, edit.joins, craft.fade), "libx264", numbers)
    return Film(_coarse(pictures, edit.base), edit.at_ms, edit.phrase)


def edited(own: Sequence[Take], craft: Craft, numbers: Numbers) -> Edit:
    """Which pictures of one person's takes a program shows for a phrase."""
    base = own[numbers.integers(len(own))]
    others = [take for take in own if take is not base] if craft.several else [base]
    if craft.aligned:
        others = [aligned(take, base) for take in others]
    phrase = spoken(numbers)
    return Edit(base, *_edited(base, others, phrase.words, craft, numbers), phrase)


def spoken(numbers: Numbers) -> Phrase:
    """A phrase that a program plays."""
    drawn = script(numbers)
    starts = played(drawn.moments, numbers)
    lengths = numbers.integers(*PIECE, len(starts)) * FRAME_MS
    words = (Span(at, at + int(length)) for at, length in zip(starts, lengths, strict=True))
    lag_ms = int(np.median(np.array(starts) - drawn.moments))
    return Phrase(tuple(words), drawn.asked, drawn.stretch(lag_ms))


def _edited(
    base: Take, others: Sequence[Take], words: Sequence[Span], craft: Craft, numbers: Numbers
) -> tuple[list[Shown], list[int]]:
    """What is shown when, and before which pictures two pieces meet."""
    rest = _rest(base)
    shown: list[Shown] = []
    joins, place = [], 0
    for word in words:
        take = others[numbers.integers(len(others))]
        piece, leave, place_after = _piece(take, base, rest, word, craft, numbers)
        begins = word.start_ms // FRAME_MS - leave[1]
        shown += _walked(base, rest, place, leave[0], begins - len(shown))
        joins.append(len(shown))
        shown += piece
        joins.append(len(shown))
        place = place_after
    return shown + _walked(base, rest, place, 0, 25), joins


def _rest(take: Take) -> list[int]:
    """The longer stretch of a take in which nobody speaks."""
    before = list(range(max(2, take.clip.first - 3)))
    after = list(range(take.clip.last + 4, len(take.pictures)))
    return max(before, after, key=len)


def _piece(
    take: Take, base: Take, rest: list[int], word: Span, craft: Craft, numbers: Numbers
) -> tuple[list[Shown], tuple[int, int], int]:
    """Pictures of a word, the place in the rest they follow with how much earlier they begin, and
    the place in the rest that follows them; the nearest pictures where the program looks for such.
    """
    length, count = word.duration_ms // FRAME_MS, len(take.pictures)
    low = max(0, take.clip.first - 2)
    first = int(numbers.integers(low, max(low + 1, min(take.clip.last + 3, count) - length)))
    last = min(first + length, count) - 1
    leave, enter = int(numbers.integers(len(rest))), int(numbers.integers(len(rest)))
    early = late = 0
    if craft.near:
        resting = base.small[rest]
        early, leave = _nearest(take.small[max(0, first - REACH + 1) : first + 1][::-1], resting)
        late, enter = _nearest(take.small[last : last + REACH], resting)
    piece = [Shown(take, n) for n in range(first - early, last + late + 1)]
    return piece, (leave, early), enter


def _nearest(one: Grey, other: Grey) -> tuple[int, int]:
    far = np.square(one[:, None] - other[None]).mean(axis=(2, 3))
    row, column = np.unravel_index(far.argmin(), far.shape)
    return int(row), int(column)


def _walked(base: Take, rest: list[int], start: int, end: int, count: int) -> list[Shown]:
    """So many pictures of the rest, forth and back without a jump, from a place to another."""
    found, place, way = [], start, 1
    for left in range(count, 0, -1):
        found.append(Shown(base, rest[place]))
        way = way if 0 <= place + way < len(rest) else -way
        ways = (way, 0, int(np.sign(end - place)))
        place += next((one for one in ways if abs(place + one - end) < left - 1), ways[-1])
    return found


def _faded(shown: Sequence[Shown], joins: Sequence[int], fade: int) -> Grey:
    film = np.stack([one.take.pictures[one.at] for one in shown])
    for join in joins if fade > 1 else ():
        for n in range(fade):
            at, share = join - fade // 2 + n, (n + 1) / (fade + 1)
            early, late = _on(shown[join - 1], at - join + 1), _on(shown[join], at - join)
            film[at] = (1 - share) * early + share * late
    return film


def _on(one: Shown, further: int) -> Grey:
    """The picture so many further, where the take ends going back."""
    count = len(one.take.pictures)
    at = abs(one.at + further)
    picture: Grey = one.take.pictures[at if at < count else 2 * count - 2 - at]
    return picture


def coded(pictures: Grey, codec: str, numbers: Numbers) -> NDArray[np.uint8]:
    """The pictures as a coder at a usual rate hands them over."""
    file = io.BytesIO()
    whole = np.clip(pictures + 0.5, 0, 255).astype(np.uint8)
    shaped = VideoReformatter()  # one for all: each would prepare anew
    with av.open(file, "w", format="matroska") as box:
        stream = box.add_stream(codec, rate=1000 // FRAME_MS)
        stream.height, stream.width = whole.shape[1:]
        stream.pix_fmt, stream.bit_rate = "yuv420p", int(numbers.choice(RATES))
        stream.options = CODERS.get(codec, {"preset": "superfast"})
        for picture in whole:
            frame = av.VideoFrame.from_ndarray(picture, format="gray")
            box.mux(stream.encode(shaped.reformat(frame, format="yuv420p")))
        box.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as box:
        seen = (shaped.reformat(frame, format="gray") for frame in box.decode(video=0))
        return np.stack([frame.to_ndarray() for frame in seen])


def _coarse(pictures: NDArray[np.uint8], take: Take) -> Grey:
    region = region_of(take.eyes, pictures.shape[1:])
    return np.stack([coarse(one.astype(np.float32), region) for one in pictures])


def _small(pictures: Grey) -> Grey:
    count, height, width = pictures.shape
    return pictures.reshape(count, height // 4, 4, width // 4, 4).mean(axis=(2, 4))
