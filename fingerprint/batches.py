"""The rows of one call in parts, each computed by a thread of its own.

Threads that share a layer wait for each other after every one of them: beside a decoder, or on a
busy machine, a net of thirty layers is as slow as whoever is kept waiting in each. Parts wait once.
A GPU gets the rows whole.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fingerprint.runtime import CPU, session


class Batches:
    """A net that describes rows one by one: what a row gives does not depend on those beside it."""

    def __init__(self, path: Path, threads: int, *, rows_max: int) -> None:
        opened = session(path, 1)
        on_cpu = opened.get_providers()[0] == CPU
        self._session = opened
        self._input = opened.get_inputs()[0].name
        self._threads = threads if on_cpu else 1
        self._rows_max = rows_max
        self._pool = ThreadPoolExecutor(self._threads, path.stem)  # starts what is asked of it

    def run(self, rows: NDArray[Any], output: str | None = None) -> NDArray[np.float32]:
        """An output of the net, the first if none is named, for at least one row."""
        name = output or self._session.get_outputs()[0].name
        count = max(-(-len(rows) // self._rows_max), min(self._threads, len(rows)))

        def part(some: NDArray[Any]) -> NDArray[np.float32]:
            return np.asarray(self._session.run([name], {self._input: some})[0], np.float32)

        if count == 1:
            return part(rows)
        return np.concatenate(list(self._pool.map(part, np.array_split(rows, count))))
