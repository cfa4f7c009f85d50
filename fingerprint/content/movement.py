"""How pictures look and how they change, at even steps of time, from the blocks of a print."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.framing import Blocks
from fingerprint.content.models import PICTURE_HOP_MS, PicturePrint

FINE = 2  # steps of the known film for each quarter second
_BACK = 3  # quarter seconds between the two that are compared
_CHANGE_MAX = 24.0  # a shot cut must not outweigh the seconds around it
_CONTRAST_MIN = 3.0  # levels; black and plain pictures look like nothing

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """Pictures at even steps: how they look (unit length) and how they change, float32 (n, c)."""

    looks: Numbers
    changes: Numbers


def even(picture: PicturePrint, blocks: Blocks, fine: int = 1) -> Blocks:
    """`blocks` at every step of 250 ms / `fine` from 0 on, those between in proportion."""
    return _between(picture, blocks, np.arange(picture.steps * fine), fine)


def at_steps(
    picture: PicturePrint,
    steps: Places,
    read: Callable[[PicturePrint], Blocks],
    fine: int = 1,
) -> Blocks:
    """As `even`, at these steps alone: `read` sees no pictures but those around them."""
    ends = np.array([steps.min(), steps.max()]) * (PICTURE_HOP_MS / fine)
    first, last = np.searchsorted(picture.at_ms, ends, "right")
    some = slice(max(0, min(first - 1, len(picture) - 2)), last + 1)
    part = replace(picture, at_ms=picture.at_ms[some], blocks=picture.blocks[some])
    return _between(part, read(part), steps, fine)


def _between(picture: PicturePrint, blocks: Blocks, at: Places, fine: int) -> Blocks:
    times = picture.at_ms
    steps = at * (PICTURE_HOP_MS / fine)
    right = np.minimum(np.searchsorted(times, steps, "right"), len(times) - 1)
    left = np.maximum(right - 1, 0)
    gap = np.maximum(times[right] - times[left], 1)
    share = np.clip((steps - times[left]) / gap, 0, 1).astype(np.float32)[:, None, None]
    return np.asarray(blocks[left] * (1 - share) + blocks[right] * share, np.float32)


def moving(blocks: Blocks, fine: int = 1) -> Moving:
    """How pictures at even steps look and change against those three quarters of a second ago."""
    flat = blocks.reshape(len(blocks), -1)
    looks = flat - flat.mean(axis=1, keepdims=True)
    sizes = np.linalg.norm(looks, axis=1, keepdims=True)
    plain = sizes < _CONTRAST_MIN * np.sqrt(flat.shape[1])
    changes = np.zeros_like(flat)
    back = _BACK * fine
    changes[back:] = np.clip(flat[back:] - flat[:-back], -_CHANGE_MAX, _CHANGE_MAX)
    return Moving(np.where(plain, 0, looks / np.maximum(sizes, 1e-6)).astype(np.float32), changes)
