"""Films of a head that turns, made from a portrait: what a camera would see of a model of it.

Nobody of the free media turns the head on request, so a portrait is laid over a head of average
depth (an ellipsoid with a nose) and turned. A held photograph is the same portrait as a plane.
NumPy only; frames are uint8 (rows, columns, 3).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from registry.proofing.turning import Move

FPS = 8
_TURN = {Move.LEFT: (1, 0), Move.RIGHT: (-1, 0), Move.UP: (0, -1), Move.DOWN: (0, 1)}
DEGREES = {0: 24.0, 1: 18.0}
Image = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Head:
    """Where the face is in the portrait: middle of the eyes and their distance, in pixels."""

    centre: tuple[float, float]
    eyes: float


def angles(moves: Sequence[Move], generator: np.random.Generator) -> list[tuple[float, float]]:
    """(yaw, pitch) in degrees of every frame: rest, out and back for each move, with tremor."""
    path: list[tuple[float, float]] = [(0.0, 0.0)] * FPS
    for move in moves:
        across, along = _TURN[move]
        size = DEGREES[abs(along)] * generator.uniform(0.85, 1.25)
        out = np.sin(np.linspace(0, np.pi, round(FPS * generator.uniform(1.2, 1.8))))
        path += [(across * size * share, along * size * share) for share in out]
        path += [(0.0, 0.0)] * generator.integers(3, 6)
    tremor = generator.normal(0, 0.6, (len(path), 2))
    return [(yaw + dy, pitch + dp) for (yaw, pitch), (dy, dp) in zip(path, tremor, strict=True)]


def frames(
    portrait: Image, head: Head, path: Sequence[tuple[float, float]], *, flat: bool = False
) -> Iterator[Image]:
    """The portrait turned along `path`; `flat` turns a photograph instead of a head."""
    rows, columns = portrait.shape[:2]
    y, x = np.mgrid[:rows, :columns].astype(np.float64)
    for yaw, pitch in path:
        across, down = _source(x, y, head, np.radians(yaw), np.radians(pitch), flat=flat)
        yield _sampled(portrait, across, down)


def _source(
    x: Floats, y: Floats, head: Head, yaw: float, pitch: float, *, flat: bool
) -> tuple[Floats, Floats]:
    """Where each pixel of the turned picture comes from; the depth is found in a few rounds."""
    left, top = x - head.centre[0], y - head.centre[1] - 0.6 * head.eyes
    across, down = left, top
    for _ in range(5):
        depth = 0.0 if flat else _depth(across / head.eyes, down / head.eyes) * head.eyes
        across = (left - depth * np.sin(yaw)) / np.cos(yaw)
        down = (top - depth * np.sin(pitch)) / np.cos(pitch)
    return across + head.centre[0], down + head.centre[1] + 0.6 * head.eyes


def _depth(x: Floats, y: Floats) -> Floats:
    """Depth before the axis of the head in eye distances: an ellipsoid, and a nose upon it."""
    skull = 1.5 * np.sqrt(np.clip(1 - (x / 1.25) ** 2 - (y / 1.7) ** 2, 0, None))
    # The base of the nose lies about 0.6 below the eyes, which is the origin here.
    nose = 0.38 * np.exp(-((x / 0.22) ** 2) - (((y - 0.0) / 0.3) ** 2))
    sockets = 0.12 * np.exp(-(((np.abs(x) - 0.5) / 0.25) ** 2) - (((y + 0.6) / 0.2) ** 2))
    depth: Floats = skull + nose - sockets
    return depth


def _sampled(image: Image, x: Floats, y: Floats) -> Image:
    rows, columns = image.shape[:2]
    x, y = np.clip(x, 0, columns - 1.001), np.clip(y, 0, rows - 1.001)
    left, top = x.astype(np.intp), y.astype(np.intp)
    u, v = (x - left)[..., None], (y - top)[..., None]
    upper = image[top, left] * (1 - u) + image[top, left + 1] * u
    lower = image[top + 1, left] * (1 - u) + image[top + 1, left + 1] * u
    return np.rint(upper * (1 - v) + lower * v).astype(np.uint8)
