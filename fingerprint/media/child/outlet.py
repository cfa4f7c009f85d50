"""The child's side of the pipe and the ring: waits for a free slot, fills it, says so.

Waiting for a slot is the back-pressure: at most the ring's slots are decoded ahead of the consumer,
so memory stays the same for a clip and for a feature.
"""

import os
from typing import BinaryIO

from fingerprint.media.faults import Refused
from fingerprint.media.protocol import (
    PIXEL_BYTES,
    SAMPLE_BYTES,
    Answer,
    Block,
    End,
    Fault,
    Figures,
    Picture,
    Told,
    to_line,
)
from fingerprint.media.ring import Ring


class ConsumerGone(Exception):
    """The parent has closed its end."""


class Outlet:
    """Where a job's results go; notes collect until `end`."""

    def __init__(self, ring: Ring, slots: int, returned: BinaryIO, pipe: int) -> None:
        self._ring = ring
        self._free = list(range(slots))
        self._returned = returned
        self._pipe = pipe
        self._notes: dict[str, Figures] = {}

    def say(self, answer: Answer) -> None:
        """Send one line."""
        line = memoryview(to_line(answer))
        try:
            while line:
                line = line[os.write(self._pipe, line) :]
        except BrokenPipeError as exc:
            raise ConsumerGone from exc

    def note(self, code: str, **figures: str | int | float) -> None:
        """Remember something the caller must know about the whole result."""
        self._notes[code] = figures

    def block(self, start_ms: int, samples: bytes | bytearray | memoryview) -> None:
        """Hand over float32 samples."""
        slot = self._slot()
        self._ring.write(slot, samples)
        self.say(Block(slot, start_ms, len(samples) // SAMPLE_BYTES))

    def picture(
        self,
        rows: memoryview,
        row_bytes: int,
        size: tuple[int, int],
        *,
        times_ms: tuple[int, int],
        turn: tuple[int, int],
        scale: float,
        told: Told = (0, 0, 0, 0),
    ) -> None:
        """Hand over RGB rows of `row_bytes` each, of which the first 3 x width count.

        `times_ms` are when it is shown and how long, `turn` whether to mirror it and the quarter
        turns clockwise.
        """
        width, height = size
        slot = self._slot()
        packed = width * PIXEL_BYTES
        if row_bytes == packed:
            self._ring.write(slot, rows[: packed * height])
        else:
            for row in range(height):
                begin = row * row_bytes
                self._ring.write(slot, rows[begin : begin + packed], row * packed)
        self.say(Picture(slot, *times_ms, width, height, *turn, scale, *told))

    def refuse(self, refused: Refused) -> None:
        self.say(Fault(refused.case, refused.figures))

    def end(self, reached_ms: int) -> None:
        self.say(End(max(0, reached_ms), tuple(self._notes.items())))

    def _slot(self) -> int:
        if self._free:
            return self._free.pop()
        returned = self._returned.read(1)
        if not returned:
            raise ConsumerGone
        return returned[0]
