"""The faces of a file: traces of a scanned span, or the template of an enrolment sample.

Frames are read from the decoding process one by one, so a film costs no more memory than the faces
in a minute of it. A face needs few frames to be known; five in two seconds also carry its track.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from fingerprint.face.models import Sample, Track
from fingerprint.face.quality import (
    FaceGates,
    film_shortcomings,
    screen_ms,
    shortcomings,
    still_shortcomings,
)
from fingerprint.face.tracks import jpeg
from fingerprint.face.watching import FaceWatcher
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.media.models import Form, MediaInfo
from fingerprint.models import (
    Modality,
    Reason,
    SampleReport,
    ScanMode,
    Span,
    Template,
    Trace,
    Vector,
)
from fingerprint.proofing import lips, posing
from fingerprint.proofing.lips import Lips
from fingerprint.proofing.posing import Pose
from fingerprint.skimming import Looks, Reached, Watched, skimmed

FRAME_MS = 400
FILM_SIDE_MAX = 1024
STILL_SIDE_MAX = 2048
SAMPLE_MS_MAX = 60_000
POSING_MS_MAX = 60_000
STILL_SPAN = Span(0, 1)  # a still lasts no time; the span says that it was there
Progress = Callable[[float], None]
Heed = Callable[[tuple[Reason, ...]], None]


def face_traces(
    watcher: FaceWatcher,
    path: Path,
    limits: Limits,
    info: MediaInfo,
    span: Span,
    *,
    model_id: str,
    progress: Progress,
    mode: ScanMode = ScanMode.THOROUGH,
    heed: Heed | None = None,
) -> tuple[Trace, ...]:
    """One trace per face seen in `span`; what the decoder could not read is in their reasons, and
    told to `heed`."""
    tell = heed or _unheeded
    if info.kind is Form.STILL:
        samples, vectors, notes = _still(watcher, path, limits)
        tell(notes)
        return tuple(
            Trace(
                Modality.FACE,
                (STILL_SPAN,),
                Template(Modality.FACE, vector, model_id, 0, sample.grade.quality),
                jpeg(sample.chip),
                shortcomings(sample.grade, FaceGates()) + notes,
            )
            for sample, vector in zip(samples, vectors, strict=True)
        )
    looks = Looks(path, limits, FRAME_MS, FILM_SIDE_MAX, info.zero)
    tracks, notes = _scanned(watcher, looks, span, progress, mode)
    tell(notes)
    return tuple(
        Trace(
            Modality.FACE,
            track.spans,
            _template(track, model_id),
            track.crop,
            track.reasons + notes,
        )
        for track in tracks
    )


def face_sample(
    watcher: FaceWatcher,
    path: Path,
    limits: Limits,
    info: MediaInfo,
    model_id: str,
    *,
    excerpted: bool = False,
) -> SampleReport:
    """The template of the one face in a film or still, or every reason why there is none.

    `excerpted` asks for its best picture beside the template.
    """
    gates = FaceGates()
    if info.kind is Form.STILL:
        samples, _, notes = _still(watcher, path, limits)
        faults = still_shortcomings(samples, gates)
        spans: tuple[Span, ...] = (STILL_SPAN,) if samples else ()
        if faults:
            return SampleReport(Modality.FACE, False, faults + notes, (), spans)
        quality = samples[0].grade.quality
        vector = watcher.template(samples[:1])
        template = Template(Modality.FACE, vector, model_id, 0, quality)
        best = samples[0]
    else:
        looks = Looks(path, limits, FRAME_MS, FILM_SIDE_MAX)
        seen = _watched(
            watcher, looks, Span(0, SAMPLE_MS_MAX), _unreached, ScanMode.THOROUGH, turn=0
        )
        tracks, notes = seen.tracks, seen.notes
        faults = film_shortcomings(tracks, gates)
        main = max(tracks, key=screen_ms, default=None)
        spans = main.spans if main is not None else ()
        if faults or main is None:
            return SampleReport(Modality.FACE, False, faults + notes, (), spans)
        template = replace(_template(main, model_id), vector=watcher.template(main.samples))
        best = main.samples[0]
    kept = jpeg(best.chip) if excerpted else None
    return SampleReport(Modality.FACE, True, notes, (template,), spans, kept)


def poses(watcher: FaceWatcher, path: Path, limits: Limits) -> tuple[Pose, ...]:
    """Where the one head of a short film points."""
    span = Span(0, POSING_MS_MAX)
    every_ms, side = posing.FRAME_MS, posing.FILM_SIDE_MAX
    with door.frames(path, limits, span, every_ms=every_ms, max_side=side) as stream:
        return watcher.poses(stream)


def mouth(watcher: FaceWatcher, path: Path, limits: Limits) -> Lips:
    """What the mouth of the one face of a short film does."""
    span = Span(0, POSING_MS_MAX)
    every_ms, side = lips.FRAME_MS, lips.FILM_SIDE_MAX
    with door.frames(path, limits, span, every_ms=every_ms, max_side=side) as stream:
        return watcher.lips(stream)


def _still(
    watcher: FaceWatcher, path: Path, limits: Limits
) -> tuple[tuple[Sample, ...], Vector, tuple[Reason, ...]]:
    """The faces of a still, on all its pages, largest first, and their vectors float32 (n, D)."""
    with door.frames(path, limits, every_ms=FRAME_MS, max_side=STILL_SIDE_MAX) as stream:
        sightings = [watcher.still(frame.rgb, frame.scale, turning=True) for frame in stream]
        notes = stream.end.notes if stream.end else ()
    seen = [pair for one in sightings for pair in zip(one.faces, one.vectors, strict=True)]
    if not seen:
        return (), sightings[0].vectors, notes
    seen.sort(key=lambda pair: -pair[0].face.box.width)
    return tuple(face for face, _ in seen), np.stack([vector for _, vector in seen]), notes


def _scanned(
    watcher: FaceWatcher, looks: Looks, span: Span, progress: Progress, mode: ScanMode
) -> tuple[tuple[Track, ...], tuple[Reason, ...]]:
    """The tracks of a span, seen a second time where it turns out late how the film is turned."""
    reached_ms = span.start_ms

    def tell(at_ms: int) -> None:
        nonlocal reached_ms
        reached_ms = max(reached_ms, at_ms)
        progress(min(1.0, (reached_ms - span.start_ms) / span.duration_ms))

    seen = _watched(watcher, looks, span, tell, mode, turn=0)
    if seen.late:
        seen = _watched(watcher, looks, span, tell, mode, turn=seen.late)
    return seen.tracks, seen.notes


def _watched(
    watcher: FaceWatcher,
    looks: Looks,
    span: Span,
    tell: Reached,
    mode: ScanMode,
    *,
    turn: int,
) -> Watched:
    found = skimmed(watcher, looks, span, tell, turn) if mode is ScanMode.FAST else None
    if found is not None:
        return found
    following = watcher.follow(turn=turn)
    with door.frames(
        looks.path,
        looks.limits,
        span,
        every_ms=looks.every_ms,
        max_side=looks.max_side,
        zero=looks.zero,
    ) as stream:
        for frame in stream:
            following.add(frame)
            tell(frame.at_ms)
        tracks = tuple(_within(track, span) for track in following.finish())
        return Watched(tracks, stream.end.notes if stream.end else (), following.late)


def _within(track: Track, span: Span) -> Track:
    """The track without what lies past the span: a file may end before its last frame's turn."""
    kept = (Span(one.start_ms, min(one.end_ms, span.end_ms)) for one in track.spans)
    return replace(track, spans=tuple(kept))


def _template(track: Track, model_id: str) -> Template:
    return Template(Modality.FACE, track.vector, model_id, screen_ms(track), track.quality)


def _unreached(_: int) -> None:
    """An enrolment sample is short: nobody waits for its middle."""


def _unheeded(_: tuple[Reason, ...]) -> None:
    """For callers to whom the reasons of each trace say enough."""
