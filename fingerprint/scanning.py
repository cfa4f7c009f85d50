"""One segment of a scan: sound and pictures are read and understood at the same time.

Each has a decoding process of its own, which works ahead while the models here compute, and a
thread of its own: the models leave the interpreter's lock while they run. The caller hears of
progress several times a second and ends the segment by raising from there.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fingerprint import hearing, seeing
from fingerprint.face.watching import FaceWatcher
from fingerprint.media.limits import Limits
from fingerprint.media.models import MediaInfo
from fingerprint.models import Modality, ModelCard, ScanMode, Span, Trace
from fingerprint.voice.listening import Listener

SEGMENT_MS = 60_000
_LAST_SEGMENT_MS_MIN = 15_000  # a shorter rest joins its neighbour: it could match nobody
_VOICE_SHARE = 0.15  # of a segment's work, where there are pictures as well
_LOOK_S = 0.2  # how often the caller is asked whether to go on while only sound is left
Progress = Callable[[float], None]
Heard = tuple[Trace, ...]


class _Dropped(Exception):
    """Ends the hearing of a segment that nobody waits for any more."""


def segments(info: MediaInfo) -> tuple[Span, ...]:
    """The spans a scan goes through: a minute each, the last up to a quarter longer."""
    whole = max(1, info.duration_ms)
    starts = list(range(0, whole, SEGMENT_MS))
    if len(starts) > 1 and whole - starts[-1] < _LAST_SEGMENT_MS_MIN:
        starts.pop()
    ends = [*starts[1:], whole]
    return tuple(Span(start, end) for start, end in zip(starts, ends, strict=True))


@dataclass(frozen=True, slots=True)
class Scanner:
    """What a segment is scanned with."""

    models: Mapping[Modality, ModelCard]
    listener: Listener
    watcher: FaceWatcher
    limits: Limits

    def segment(
        self,
        path: Path,
        info: MediaInfo,
        span: Span,
        progress: Progress,
        *,
        modalities: Collection[Modality],
        mode: ScanMode,
        heed: hearing.Heed | None = None,
    ) -> tuple[Trace, ...]:
        """The voices and faces of a span, voices first; `progress` rises from 0 to 1.

        `heed` is told what the decoders could not read, from either thread. Whatever `progress`
        raises ends the segment between two frames. Raises BadMedia.
        """
        sound = info.audio and Modality.VOICE in modalities
        picture = info.video and Modality.FACE in modalities
        shares = _Shares(sound, picture)
        with self._hearing(path, info, span, shares, wanted=sound, heed=heed) as voices:

            def seen(share: float) -> None:
                shares.picture = share
                _look(voices, shares, progress)

            faces: tuple[Trace, ...] = ()
            if picture:
                model_id = self.models[Modality.FACE].model_id
                faces = seeing.face_traces(
                    self.watcher,
                    path,
                    self.limits,
                    info,
                    span,
                    model_id=model_id,
                    progress=seen,
                    mode=mode,
                    heed=heed,
                )
            while voices is not None and not voices.done():
                wait([voices], timeout=_LOOK_S)
                _look(voices, shares, progress)
            heard = voices.result() if voices is not None else ()
        progress(1.0)
        return heard + faces

    @contextmanager
    def _hearing(
        self,
        path: Path,
        info: MediaInfo,
        span: Span,
        shares: "_Shares",
        *,
        wanted: bool,
        heed: hearing.Heed | None,
    ) -> Iterator["Future[Heard] | None"]:
        """The voices to come, from a thread that has ended when the block is left."""
        if not wanted:
            yield None
            return
        dropped = threading.Event()

        def reached(at_ms: int) -> None:
            shares.sound = min(1.0, (at_ms - span.start_ms) / span.duration_ms)
            if dropped.is_set():
                raise _Dropped

        model_id = self.models[Modality.VOICE].model_id
        with ThreadPoolExecutor(1, thread_name_prefix="hearing") as threads:
            try:
                yield threads.submit(
                    hearing.voice_traces,
                    self.listener,
                    path,
                    self.limits,
                    span,
                    model_id,
                    reached=reached,
                    zero=info.zero,
                    heed=heed,
                    tracks=info.n_audio_streams,
                )
            finally:
                dropped.set()


class _Shares:
    """How far sound and pictures are, each from 0 to 1; what is not asked for is done."""

    def __init__(self, sound: bool, picture: bool) -> None:
        self.sound = 0.0 if sound else 1.0
        self.picture = 0.0 if picture else 1.0
        self._weight = _VOICE_SHARE if sound and picture else float(sound)

    @property
    def whole(self) -> float:
        return self._weight * self.sound + (1 - self._weight) * self.picture


def _look(voices: "Future[Heard] | None", shares: _Shares, progress: Progress) -> None:
    """Tell how far both are; a fault in the sound ends the pictures too."""
    if voices is not None and voices.done():
        voices.result()
    progress(shares.whole)
