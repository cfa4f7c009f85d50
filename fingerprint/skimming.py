"""The fast scan of a film: key frames first, and what lies between them only where it matters.

One follower hears of both in their order, so a face has one track with true edges however few of
its frames were decoded. Which stretches are decoded is decided in `skipping`. While one is, the
next key frame is searched already.
"""

import contextlib
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from fingerprint.face.following import Known
from fingerprint.face.models import Track
from fingerprint.face.skimming import Glimpse, steady
from fingerprint.face.watching import FaceWatcher, Following
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Frame
from fingerprint.models import Reason, Span
from fingerprint.skipping import Ends, Stretch, settled, unsure

KEY_MS = 1000  # where key frames lie closer, as in a master, one a second is looked at
Reached = Callable[[int], None]
Seen = tuple[Frame, Glimpse]


@dataclass(frozen=True, slots=True)
class Looks:
    """How the frames of a stretch are read when they are."""

    path: Path
    limits: Limits
    every_ms: int
    max_side: int
    zero: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of a span; `late` as in `face.turning.Turner`."""

    tracks: tuple[Track, ...]
    notes: tuple[Reason, ...]
    late: int


def skimmed(
    watcher: FaceWatcher, looks: Looks, span: Span, reached: Reached, turn: int | None = None
) -> Watched | None:
    """The tracks of a span and what the decoder has to say; `reached` hears the time come to.

    `turn` as in `FaceWatcher.follow`. None where no key frame shows, as in bare streams, which
    have no times.
    """
    skimmer = _Skimmer(watcher, looks, span, reached, turn)
    with door.key_frames(
        looks.path,
        looks.limits,
        span,
        every_ms=KEY_MS,
        max_side=looks.max_side,
        zero=looks.zero,
    ) as keys:
        with contextlib.closing(glimpses(keys, skimmer.look)) as coming:
            for seen in coming:
                skimmer.add(seen)
        skimmer.heed(keys)
    return skimmer.finish() if skimmer.saw_any else None


def glimpses(keys: Iterator[Frame], look: Callable[[Frame], Glimpse]) -> Generator[Seen]:
    """Each key frame with what it shows, in order; the next one is looked at meanwhile."""

    def following() -> Seen | None:
        frame = next(keys, None)
        return None if frame is None else (frame, look(frame))

    with ThreadPoolExecutor(1, thread_name_prefix="skimming") as thread:
        coming = thread.submit(following)
        while (seen := coming.result()) is not None:
            coming = thread.submit(following)
            yield seen


class _Skimmer:
    """Takes key frames in order, reads the stretches between them that are unsure."""

    def __init__(
        self,
        watcher: FaceWatcher,
        looks: Looks,
        span: Span,
        reached: Reached,
        turn: int | None,
    ) -> None:
        self._following: Following = watcher.follow(hasty=True, turn=turn)
        self._skimming = watcher.skim(turn=turn)
        self._looks = looks
        self._span = span
        self._reached = reached
        self._before: Seen | None = None
        self._fed_ms = -1
        self._end_ms = span.end_ms
        self._notes: list[Reason] = []

    def look(self, frame: Frame) -> Glimpse:
        """What a key frame shows; the next one may be looked at while one is taken."""
        return self._skimming.add(frame)

    def add(self, seen: Seen) -> None:
        """Take a key frame, and look at what lies before it if need be."""
        frame, glimpse = seen
        cut = self._between(self._before, seen) if self._before else glimpse.changed
        if frame.at_ms < self._span.end_ms:
            self._feed(
                replace(frame, at_ms=max(frame.at_ms, self._span.start_ms)),
                Known(glimpse.found, cut),
            )
        self._before = seen
        self._reached(min(frame.at_ms, self._span.end_ms))

    def heed(self, stream: door.MediaStream[Frame]) -> None:
        """Keep what the decoder has to say, once."""
        said = stream.end.notes if stream.end else ()
        self._notes += [note for note in said if note not in self._notes]

    @property
    def saw_any(self) -> bool:
        return self._before is not None

    def finish(self) -> Watched:
        """Look at what follows the last key frame of the file, and close every track."""
        if self._before is not None:
            self._between(self._before, None)
        late = self._skimming.late or self._following.late
        return Watched(self._following.finish(self._end_ms), tuple(self._notes), late)

    def _between(self, before: Seen, after: Seen | None) -> bool | None:
        """Read the stretch between two key frames, or after the last one, as far as it is unsure.

        Whether its end begins a shot; None where it was read to its end, which then tells.
        """
        frame, glimpse = before
        changed = after is None or after[1].changed
        if after is None:
            end_ms = frame.at_ms + frame.shown_ms
            ends = Ends(bool(glimpse.found), changed=False, steady=False)  # nothing confirms it
        else:
            end_ms = after[0].at_ms
            found = glimpse.found or after[1].found
            ends = Ends(bool(found), after[1].changed, after[1].steady)
        told = frame.peak, frame.passed, frame.usual_ms, frame.large_ms
        stretch = Stretch(frame.at_ms, end_ms, *told)
        part = Span(max(frame.at_ms, self._span.start_ms), min(end_ms, self._span.end_ms))
        if part.duration_ms <= 0 or not unsure(stretch, ends):
            return changed
        with contextlib.closing(self._read(part)) as pictures:
            for picture in pictures:
                self._reached(picture.at_ms)
                now = self._ends_after(picture, after)
                if now is not None and settled(stretch, picture.at_ms, now):
                    return now.changed
        return None

    def _ends_after(self, picture: Frame, after: Seen | None) -> Ends | None:
        """Follow a frame of a stretch; how it compares with the stretch's end, if that is known.

        A face that is at the end is looked for there, so that it is found in the frame it comes in.
        """
        if after is None:
            self._feed(picture, None)
            return None
        end = after[1]
        came, changed = self._skimming.towards(picture, self._following.present, end)
        self._feed(picture, Known(came, None) if came else None)
        present = self._following.present
        return Ends(bool(present or end.found), changed, steady(present, end.found))

    def _read(self, part: Span) -> Generator[Frame]:
        looks = self._looks
        # From a whole step after the key frame on: before it, one more stretch had to be decoded.
        begin_ms = part.start_ms - part.start_ms % looks.every_ms + looks.every_ms
        if begin_ms >= part.end_ms:
            return
        part = Span(begin_ms, part.end_ms)
        with door.frames(
            looks.path,
            looks.limits,
            part,
            every_ms=looks.every_ms,
            max_side=looks.max_side,
            zero=looks.zero,
            rough=True,  # nothing that a face's vector would feel
            ahead=1,  # most of what is decoded ahead of the last frame looked at is for nothing
        ) as stream:
            yield from stream
            self.heed(stream)

    def _feed(self, frame: Frame, known: Known | None) -> None:
        if frame.at_ms > self._fed_ms:
            self._following.add(frame, known)
            self._fed_ms = frame.at_ms
            self._end_ms = min(frame.at_ms + frame.shown_ms, self._span.end_ms)
