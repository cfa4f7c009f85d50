"""How pictures look and how they change, at even steps of time, from the blocks of a print."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fingerprint.content.framing import Blocks
from fingerprint.content.models import PICTURE_HOP_MS, PicturePrint

FINE = 2  # steps of the known film for each quarter second
_BACK = 3  # quarter seconds between the two that are compared
_CHANGE_MAX = 24.0  # a shot cut must not outweigh the seconds around it
_CONTRAST_MIN = 3.0  # levels; black and plain pictures look like nothing

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Moving:
    """Pictures at even steps: how they look (unit length) and how they change, float32 (n, c)."""

    looks: Numbers
    changes: Numbers


def even(picture: PicturePrint, blocks: Blocks, fine: int = 1) -> Blocks:
    """`blocks` at every step of 250 ms / `fine` from 0 on, those between in proportion."""
    times = picture.at_ms
    steps = np.arange(picture.steps * fine) * (PICTURE_HOP_MS / fine)
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
