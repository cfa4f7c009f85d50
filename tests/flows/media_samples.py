"""Pictures that carry their number and sounds that can be told apart, for the media tests."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BITS = 12
CELL = 16


def numbered(number: int, width: int = 128, height: int = 96) -> NDArray[np.uint8]:
    """A picture whose top rows spell `number` in black and white squares that survive a codec."""
    picture = np.full((height, width, 3), 96, np.uint8)
    for bit in range(BITS):
        row, column = divmod(bit, 4)
        value = 235 if number >> bit & 1 else 20
        picture[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = value
    return picture


def number_of(rgb: NDArray[np.uint8]) -> int:
    """The number that `numbered` wrote."""
    number = 0
    for bit in range(BITS):
        row, column = divmod(bit, 4)
        middle = rgb[row * CELL + 4 : row * CELL + 12, column * CELL + 4 : column * CELL + 12]
        number |= int(middle.mean() > 128) << bit
    return number


def film(count: int, width: int = 128, height: int = 96) -> Iterator[NDArray[np.uint8]]:
    """The pictures 0 to count - 1."""
    return (numbered(number, width, height) for number in range(count))


def murmur(seconds: float, rate: int = 48_000, seed: int = 7) -> NDArray[np.float32]:
    """Noise in the band of speech, of shape (n,): no two stretches of it are alike."""
    count = round(seconds * rate)
    noise = np.random.default_rng(seed).standard_normal(count).astype(np.float32)
    width = max(3, rate // 4000)
    smooth = np.convolve(noise, np.ones(width, np.float32) / width, mode="same")
    return (0.25 * smooth / np.abs(smooth).max()).astype(np.float32)


def lag(heard: NDArray[np.float32], meant: NDArray[np.float32], reach: int = 800) -> int:
    """Samples by which `heard` is late against `meant`, by the best correlation within `reach`."""
    size = min(len(heard), len(meant)) - 2 * reach
    core = meant[reach : reach + size]
    scores = [float(np.dot(heard[start : start + size], core)) for start in range(2 * reach)]
    return int(np.argmax(scores)) - reach


def children(of: int | str = "self") -> set[int]:
    """Processes that a process started and that are still there, the dead included."""
    found: set[int] = set()
    for task in Path(f"/proc/{of}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):  # a thread that has just ended
            found |= {int(pid) for pid in (task / "children").read_text().split()}
    return found
