"""Turns followed faces into tracks: descriptors check the links, then are pooled.

Overlap alone can carry a track from one person to another (someone steps in front, a cut goes
unnoticed), and can lose one person behind a hand. So the best pictures of each trail are
described, trails are split where neighbours differ, and joined where they agree within a shot.
"""

import io
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fingerprint.face.descriptor import unit
from fingerprint.face.kit import FaceSettings, Kit
from fingerprint.face.linking import Trail
from fingerprint.face.models import Face, Sample, Track
from fingerprint.face.quality import shortcomings
from fingerprint.models import Span, Vector

_JPEG_QUALITY = 85
_QUALITY_MIN = 1e-3
_NEAR_BEST = 0.7
_TRUSTED = 0.15  # poorer pictures are no ground for splitting a trail


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a trail that shows one person, with the vectors of its samples in time order."""

    faces: tuple[Face, ...]
    samples: tuple[Sample, ...]
    vectors: Vector


@dataclass(slots=True)
class Shot:
    """Followed faces of one shot, when its frames were shown, and when the last one ended."""

    trails: list[Trail]
    times: list[int]
    end_ms: int


def tracks_of(shot: Shot, kit: Kit) -> tuple[Track, ...]:
    """Finished tracks of a shot, in order of their first face."""
    pieces = [piece for trail in shot.trails for piece in _pieces(trail, kit)]
    pieces.sort(key=lambda piece: piece.faces[0].at_ms)
    return tuple(_track(piece, shot, kit.settings) for piece in _joined(pieces, kit.settings))


def pooled(vectors: Vector, qualities: Sequence[float]) -> Vector:
    """Unit mean of unit `vectors` (n, D), weighted by the square of their quality; shape (D,).

    Pictures far below the best one are left out: a single poor one moves the mean further from
    the person than it adds (measured by bench/face_vectors.py).
    """
    quality = np.maximum(np.array(qualities, dtype=np.float32), _QUALITY_MIN)
    weights = np.where(quality >= _NEAR_BEST * quality.max(), quality**2, 0)
    return unit((vectors * weights[:, None]).sum(axis=0))


def _pieces(trail: Trail, kit: Kit) -> Iterator[Piece]:
    """The trail, cut between neighbouring samples that show different people."""
    samples = sorted(trail.samples.values(), key=lambda sample: sample.face.at_ms)
    if not samples:
        return
    vectors = kit.describe(np.stack([sample.chip for sample in samples]))
    cuts = [n for n in range(1, len(samples)) if _differ(samples, vectors, n, kit.settings)]
    edges = [0, *cuts, len(samples)]
    for first, last in pairwise(edges):
        low = _between(samples, first) if first else -1
        high = _between(samples, last) if last < len(samples) else None
        faces = tuple(f for f in trail.faces if f.at_ms > low and (high is None or f.at_ms <= high))
        yield Piece(faces, tuple(samples[first:last]), vectors[first:last])


def _differ(samples: list[Sample], vectors: Vector, n: int, settings: FaceSettings) -> bool:
    sure = min(samples[n - 1].grade.quality, samples[n].grade.quality) >= _TRUSTED
    return sure and float(vectors[n - 1] @ vectors[n]) < settings.split_below


def _between(samples: list[Sample], n: int) -> int:
    return (samples[n - 1].face.at_ms + samples[n].face.at_ms) // 2


def _joined(pieces: list[Piece], settings: FaceSettings) -> list[Piece]:
    """Pieces in order of time, with those that continue an earlier one appended to it."""
    kept: list[Piece] = []
    for piece in pieces:
        for n, earlier in enumerate(kept):
            gap_ms = piece.faces[0].at_ms - earlier.faces[-1].at_ms
            if 0 < gap_ms <= settings.join_ms and _alike(earlier, piece, settings):
                kept[n] = _sum(earlier, piece, settings.samples_max)
                break
        else:
            kept.append(piece)
    return kept


def _alike(a: Piece, b: Piece, settings: FaceSettings) -> bool:
    return float(_vector(a) @ _vector(b)) >= settings.join_above


def _sum(a: Piece, b: Piece, samples_max: int) -> Piece:
    samples, vectors = a.samples + b.samples, np.concatenate([a.vectors, b.vectors])
    ranked = sorted(range(len(samples)), key=lambda n: -samples[n].grade.quality)
    best = sorted(ranked[:samples_max])
    return Piece(a.faces + b.faces, tuple(samples[n] for n in best), vectors[best])


def _vector(piece: Piece) -> Vector:
    qualities = [sample.grade.quality for sample in piece.samples]
    return pooled(piece.vectors, qualities)


def _track(piece: Piece, shot: Shot, settings: FaceSettings) -> Track:
    samples = tuple(sorted(piece.samples, key=lambda sample: -sample.grade.quality))
    return Track(
        faces=piece.faces,
        samples=samples,
        vector=_vector(piece),
        quality=samples[0].grade.quality,
        spans=_spans([face.at_ms for face in piece.faces], shot),
        crop=jpeg(samples[0].chip),
        reasons=shortcomings(samples[0].grade, settings.gates),
    )


def _spans(times: Sequence[int], shot: Shot) -> tuple[Span, ...]:
    """From each sighting to the next frame; sightings in consecutive frames are one span."""
    spans: list[Span] = []
    for at_ms in times:
        after = bisect_right(shot.times, at_ms)
        until_ms = shot.times[after] if after < len(shot.times) else shot.end_ms
        if spans and spans[-1].end_ms == at_ms:
            spans[-1] = Span(spans[-1].start_ms, until_ms)
        else:
            spans.append(Span(at_ms, until_ms))
    return tuple(spans)


def jpeg(chip: NDArray[np.uint8]) -> bytes:
    """A chip as a JPEG file of a few kilobytes, for people who review a match."""
    file = io.BytesIO()
    Pillow.fromarray(chip).save(file, "JPEG", quality=_JPEG_QUALITY)
    return file.getvalue()
