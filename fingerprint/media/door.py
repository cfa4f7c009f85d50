"""The way into media: facts about a file, its sound, its pictures.

Each call reads one file in a child process of its own and gives a stream of plain values. Times are
integer milliseconds from the start of the cut (the rule is in `clock`). A stream may be dropped at
any point, by `close()`, by leaving its `with` block or by letting go of it: the child ends with it.
"""

import contextlib
import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from core.errors import BadInput
from fingerprint.media import ring, ringmaking, values
from fingerprint.media.faults import Case, bad_media
from fingerprint.media.launch import opened
from fingerprint.media.limits import Limits
from fingerprint.media.models import AudioBlock, Frame, MediaEnd, MediaInfo
from fingerprint.media.process import MediaChild
from fingerprint.media.protocol import (
    BLOCK_SAMPLES,
    PIXEL_BYTES,
    SAMPLE_BYTES,
    Answer,
    Block,
    End,
    Garbled,
    Job,
    Op,
    Picture,
)
from fingerprint.models import Span

AUDIO_SLOTS = 8
FRAME_SLOTS = 4

T = TypeVar("T")
MakeJob = Callable[[int | str, int | str], Job]


class MediaStream(Generic[T]):
    """An iterator over one file's blocks or frames; `end` says how it went once it is exhausted.

    The child starts with the first item asked for. Raises BadMedia where the file cannot be used,
    also after items have been given.
    """

    def __init__(self, items: Generator[T, None, MediaEnd]) -> None:
        self._items = items
        self.end: MediaEnd | None = None

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        try:
            return next(self._items)
        except StopIteration as stop:
            self.end = stop.value or self.end
            raise StopIteration from None

    def __enter__(self) -> "MediaStream[T]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child now; nothing more comes."""
        self._items.close()


def probe(path: Path, limits: Limits) -> MediaInfo:
    """Facts about a file; raises BadMedia, or NotFound where there is none."""

    def job(media: int | str, memory: int | str) -> Job:
        # A probe may have to read a file to its end, so it gets what a span of ten minutes gets.
        return Job(Op.PROBE, media, memory, 1, 1, limits, end_ms=600_000)

    with _running(path, limits, job) as (child, _):
        return values.info(list(islice(child.answers(), 2)))


def audio(
    path: Path,
    limits: Limits,
    span: Span | None = None,
    *,
    zero: Fraction | None = None,
    track: int = 0,
) -> MediaStream[AudioBlock]:
    """The sound of a span, or of all: 16 kHz, mono, float32, in blocks of a second.

    Any layout is mixed down, any rate resampled. Blocks follow each other without gaps from the
    span's first sample; silence stands where the cut has no sound (before it begins, lost packets).
    `zero` is `MediaInfo.zero`, where it is known. `track` is which of the sound tracks, the default
    one being the first (0) and the others in the file's order; of those `zero` must be known.
    Raises BadMedia `no-such-stream` for a file without that track.
    """
    start_ms, end_ms = _bounds(span)
    known = _pair(zero)

    def job(media: int | str, memory: int | str) -> Job:
        size = BLOCK_SAMPLES * SAMPLE_BYTES
        shape = (Op.AUDIO, media, memory, AUDIO_SLOTS, size)
        return Job(*shape, limits, start_ms, end_ms, zero=known, track=track)

    return MediaStream(_items(path, limits, job, values.block))


def frames(
    path: Path,
    limits: Limits,
    span: Span | None = None,
    *,
    every_ms: int,
    max_side: int | None = None,
    zero: Fraction | None = None,
    ahead: int = FRAME_SLOTS,
    rough: bool = False,
) -> MediaStream[Frame]:
    """The first picture of each `every_ms` of the cut that lies in the span, or in all of it.

    A picture that stays on screen through a whole later stretch is given too, once, as it appears;
    `shown_ms` tells how long. Frames of adjoining spans are the frames of the whole. A still gives
    one frame at 0, a TIFF one for each page, a millisecond apart. `max_side` bounds the longer side
    in pixels. `zero` is `MediaInfo.zero`, where
    it is known, `ahead` how many frames are decoded before they are asked for. `rough` leaves the
    edges of blocks unsmoothed between key frames: a quarter less decoding, off by one or two of
    255. Raises BadMedia `no-such-stream` for sounds.
    """
    measure = _Measure(every_ms, max_side, zero, ahead, rough)
    return _pictures(Op.FRAMES, path, limits, span, measure)


def key_frames(
    path: Path,
    limits: Limits,
    span: Span,
    *,
    every_ms: int,
    max_side: int | None = None,
    zero: Fraction | None = None,
) -> MediaStream[Frame]:
    """Key frames from the one a span begins in to the first one after it, nothing else decoded.

    At most one in each `every_ms`. What the packets between them tell comes with each, see `Frame`.
    The last one of all lasts no time unless the file ends there. Raises BadMedia.
    """
    return _pictures(Op.KEYS, path, limits, span, _Measure(every_ms, max_side, zero, FRAME_SLOTS))


@dataclass(frozen=True, slots=True)
class _Measure:
    every_ms: int
    max_side: int | None
    zero: Fraction | None
    ahead: int
    rough: bool = False


def _pictures(
    op: Op, path: Path, limits: Limits, span: Span | None, measure: _Measure
) -> MediaStream[Frame]:
    start_ms, end_ms = _bounds(span)
    every_ms, max_side = measure.every_ms, measure.max_side
    zero = _pair(measure.zero)
    if every_ms < 1 or (max_side is not None and max_side < 1):
        raise BadInput("every_ms and max_side must be at least 1.")
    pixels = min(limits.pixels_max, (max_side or limits.pixels_max) ** 2)

    def job(media: int | str, memory: int | str) -> Job:
        shape = (op, media, memory, measure.ahead, pixels * PIXEL_BYTES)
        times = (start_ms, end_ms, every_ms, max_side)
        return Job(*shape, limits, *times, zero=zero, rough=measure.rough)

    return MediaStream(_items(path, limits, job, values.frame))


def _items(
    path: Path, limits: Limits, make_job: MakeJob, value: Callable[[Answer, ring.Ring], T]
) -> Generator[T, None, MediaEnd]:
    """Run a job and hand on what its slots hold; the child works ahead by the number of slots."""
    last_ms = -1
    with _running(path, limits, make_job) as (child, memory):
        for answer in child.answers():
            if isinstance(answer, End):
                return values.ending(answer)
            try:
                made = value(answer, memory)
                last_ms = _later(answer, last_ms, limits)
            except (Garbled, ValueError) as exc:
                raise bad_media(Case.GARBLED) from exc
            assert isinstance(answer, Block | Picture)
            child.give_back(answer.slot)
            yield made
    raise bad_media(Case.GARBLED)


def _later(answer: Answer, last_ms: int, limits: Limits) -> int:
    """Time of an answer, which must rise and stay in bounds, so that no child answers for ever."""
    at_ms = answer.start_ms if isinstance(answer, Block) else getattr(answer, "at_ms", -1)
    if not last_ms < at_ms <= limits.seconds_max * 1000:
        raise Garbled("out of order")
    return at_ms


@contextlib.contextmanager
def _running(
    path: Path, limits: Limits, make_job: MakeJob
) -> Iterator[tuple[MediaChild, ring.Ring]]:
    """A child at work on a file; the file, the memory and the child are gone afterwards."""
    with opened(path, limits) as media, contextlib.ExitStack() as held:
        shape = make_job(media, 0)
        memory, handle = ringmaking.create(shape.slots, shape.slot_bytes)
        held.callback(memory.close)
        try:
            child = held.enter_context(MediaChild(make_job(media, handle)))
        finally:
            if isinstance(handle, int):
                os.close(handle)
        yield child, memory


def _pair(zero: Fraction | None) -> tuple[int, int] | None:
    return None if zero is None else zero.as_integer_ratio()


def _bounds(span: Span | None) -> tuple[int, int | None]:
    if span is None:
        return 0, None
    if not 0 <= span.start_ms < span.end_ms:
        raise BadInput("A span begins at 0 or later and ends after it begins.")
    return span.start_ms, span.end_ms
