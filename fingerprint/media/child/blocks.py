"""Gathers samples into blocks of a second that follow each other without gaps.

Places are sample numbers from the cut's zero. What lies before the span or overlaps is left out,
what is missing is silence.
"""

from fingerprint.media.child.outlet import Outlet
from fingerprint.media.faults import Case, Refused
from fingerprint.media.protocol import BLOCK_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE, Job

PER_MS = SAMPLE_RATE // 1000
BLOCK_BYTES = BLOCK_SAMPLES * SAMPLE_BYTES


class Blocks:
    """Takes samples with their place, gives blocks to the outlet."""

    def __init__(self, outlet: Outlet, job: Job) -> None:
        self._outlet = outlet
        self.limits = job.limits
        self._next = job.start_ms * PER_MS
        self._end = None if job.end_ms is None else job.end_ms * PER_MS
        self._begin_ms = job.start_ms
        self._gathered = bytearray()

    @property
    def full(self) -> bool:
        """Whether the span has all its samples."""
        return self._end is not None and self._next >= self._end

    def put(self, place: int, samples: memoryview) -> None:
        """Float32 samples whose first lies at `place`."""
        count = len(samples) // SAMPLE_BYTES
        if place + count > self.limits.seconds_max * SAMPLE_RATE + SAMPLE_RATE:
            raise Refused(Case.TOO_LONG, limit=self.limits.seconds_max)
        if place + count <= self._next:
            return
        if place > self._next:
            self._silence(self._bounded(place) - self._next)
            known = 0
        else:
            known = self._next - place
        last = self._bounded(place + count) - place
        if last > known:
            self._append(samples[known * SAMPLE_BYTES : last * SAMPLE_BYTES])

    def finish(self) -> int:
        """Hand over the last block; the end of the samples in milliseconds, rounded up."""
        if self._gathered:
            self._outlet.block(self._begin_ms, self._gathered)
            self._gathered = bytearray()
        return -(-self._next // PER_MS)

    def _bounded(self, place: int) -> int:
        return place if self._end is None else min(place, self._end)

    def _silence(self, count: int) -> None:
        while count > 0:
            piece = min(count, BLOCK_SAMPLES)
            self._append(memoryview(bytes(piece * SAMPLE_BYTES)))
            count -= piece

    def _append(self, samples: memoryview) -> None:
        self._next += len(samples) // SAMPLE_BYTES
        self._gathered += samples
        while len(self._gathered) >= BLOCK_BYTES:
            self._outlet.block(self._begin_ms, memoryview(self._gathered)[:BLOCK_BYTES])
            self._gathered = self._gathered[BLOCK_BYTES:]
            self._begin_ms += BLOCK_SAMPLES // PER_MS
