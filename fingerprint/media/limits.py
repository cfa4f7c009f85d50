"""How much one media file may claim and cost before it is refused.

A hostile file asks for more than it is worth: a header of a few bytes can promise a year of film or
a picture of a gigapixel. Every bound is checked before the work it guards (design: everything is
bounded), by the child where the platform has resource limits and by the parent everywhere.
"""

from dataclasses import dataclass

GIBIBYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one operation on one file; the defaults fit a feature film in 8K.

    seconds_max: longest playing time, measured or claimed (default 6 hours).
    pixels_max: largest picture, still or frame, width x height (default 64 million; 8K has 33).
    streams_max: tracks in the file (default 128: a master with all its dubs and subtitles).
    bytes_max: size of the file (default 256 GiB).
    cpu_seconds_max: computing time of the child over all threads (default 2 hours).
    wall_seconds_max: time the parent waits for the child; time the consumer takes does not count.
    memory_bytes_max: address space of the child beyond the shared memory (default 3 GiB).
    cost_per_second: computing and waiting seconds granted per second of a span, so that a span of
        a minute cannot use up what is meant for a film; `base_seconds` is granted on top.
    """

    seconds_max: int = 6 * 3600
    pixels_max: int = 64_000_000
    streams_max: int = 128
    bytes_max: int = 256 * GIBIBYTE
    cpu_seconds_max: int = 2 * 3600
    wall_seconds_max: int = 2 * 3600
    memory_bytes_max: int = 3 * GIBIBYTE
    cost_per_second: int = 20
    base_seconds: int = 60

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")

    def cpu_seconds(self, span_ms: int | None) -> int:
        """Computing seconds for a span of `span_ms`; the whole allowance without one."""
        return min(self.cpu_seconds_max, self._granted(span_ms, self.cpu_seconds_max))

    def wall_seconds(self, span_ms: int | None) -> int:
        """Seconds the parent waits in all for a span of `span_ms`."""
        return min(self.wall_seconds_max, self._granted(span_ms, self.wall_seconds_max))

    def _granted(self, span_ms: int | None, whole: int) -> int:
        if span_ms is None:
            return whole
        return self.base_seconds + self.cost_per_second * (span_ms + 999) // 1000
