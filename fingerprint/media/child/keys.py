"""Key frames alone, each with what the packets after it tell without being decoded.

A key frame needs no other, so the stretches between them are read and not decoded. Their packets
still say something: an encoder cannot predict the first frame of a new shot and spends about as
much on it as on a key frame.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from fingerprint.media.child import extent, starts
from fingerprint.media.child.bounds import check_length
from fingerprint.media.child.film import key_gap_ms
from fingerprint.media.child.outlet import Outlet
from fingerprint.media.child.screen import Screen
from fingerprint.media.child.seek import packets_from
from fingerprint.media.child.source import Source
from fingerprint.media.clock import CutClock, ticks_to_ms, to_ms
from fingerprint.media.faults import Case, Refused
from fingerprint.media.protocol import PASSED_MAX, PEAK_MAX, Job
from fingerprint.media.sampling import Cells, Effort
from fingerprint.skipping import PEAK_PERCENT_MIN


def run(source: Source, job: Job, outlet: Outlet) -> None:
    """Hand over the key frames from the one that the span begins in to the first after it."""
    if source.video is None:
        raise Refused(Case.NO_PICTURE)
    zero, begin = starts.zero_of(source, job.zero)
    wanted = zero + Fraction(job.start_ms, 1000)
    packets, _ = packets_from(source, "video", wanted, begin)
    reader = _Reader(source, job, outlet, zero)
    if not reader.drain(packets):
        extent.note_missing(source, zero, outlet)
    if source.damaged:
        outlet.note("damaged-media", places=source.damaged)
    outlet.end(reader.reached_ms)


@dataclass(slots=True)
class _Stretch:
    """From one key frame to the next: sizes in bytes, `passed` key frames that were left out.

    `falling` holds the packets that no later one is as large as, with their times.
    """

    pts: int
    at_ms: int
    size: int
    falling: list[tuple[int, int]] = field(default_factory=list)
    passed: int = 0
    until_ms: int | None = None
    least: int = 0
    picture: VideoFrame | None = None

    def close(self, at_ms: int, size: int) -> None:
        self.until_ms, self.least = at_ms, min(size, self.size)

    def add(self, at_ms: int, size: int) -> None:
        """Take another packet; few are kept, since each is smaller than the one before."""
        while self.falling and self.falling[-1][1] <= size:
            self.falling.pop()
        self.falling.append((at_ms, size))

    @property
    def peak(self) -> int:
        """The largest other packet, in percent of the smaller key frame beside it."""
        return self._percent(self.falling[0][1]) if self.falling else 0

    @property
    def large_ms(self) -> int:
        """When the last large packet is shown, 0 for none."""
        times = [at for at, size in self.falling if self._percent(size) >= PEAK_PERCENT_MIN]
        return max(times, default=0)

    def _percent(self, size: int) -> int:
        return min(PEAK_MAX, 100 * size // max(1, self.least))


class _Reader:
    """Reads every packet, decodes key frames, one in each cell at most."""

    def __init__(self, source: Source, job: Job, outlet: Outlet, zero: Fraction) -> None:
        assert source.video is not None and source.video.time_base is not None
        self._source = source
        self._job = job
        self._screen = Screen(job, outlet, source.video)
        self._clock = CutClock(zero, source.video.time_base)
        self._cells = Cells(job.every_ms)
        self._waiting: deque[_Stretch] = deque()
        self._zero = zero
        self._usual_ms = key_gap_ms(source) or 0
        source.video.codec_context.skip_frame = Effort.KEY.value
        self.reached_ms = 0

    def drain(self, packets: "Iterator[Packet[Stream]]") -> bool:
        """Go through the packets; True when the span's end was met before the file's."""
        for packet in packets:
            if packet.stream.type != "video" or packet.is_discard:
                continue
            if packet.size == 0 or packet.pts is None:
                self._decode(packet)
            elif not packet.is_keyframe:
                self._pass(packet)
            elif self._key(packet):
                self._flush()
                return True
        end_ms = to_ms(self._source.reached - self._zero)
        if self._waiting:
            last = self._waiting[-1]
            last.close(max(end_ms, last.at_ms), last.size)
            self.reached_ms = max(end_ms, last.at_ms)
        self._hand_over()
        return False

    def _pass(self, packet: "Packet[Stream]") -> None:
        if self._waiting:
            last = self._waiting[-1]
            assert packet.pts is not None and packet.time_base is not None
            later_ms = ticks_to_ms(packet.pts - last.pts, packet.time_base)
            last.add(max(0, last.at_ms + later_ms), packet.size)

    def _key(self, packet: "Packet[Stream]") -> bool:
        """Begin a stretch with a key frame that opens a cell; True beyond the span."""
        assert packet.pts is not None
        at = self._clock.place(packet.pts, Fraction(0))
        check_length(at, self._job.limits)
        at_ms = max(0, to_ms(at))
        if not self._cells.takes(at_ms, at_ms):
            if self._waiting:
                self._waiting[-1].passed += 1
            return False
        if self._waiting:
            self._waiting[-1].close(at_ms, packet.size)
            self._usual_ms = max(self._usual_ms, at_ms - self._waiting[-1].at_ms)
        self._waiting.append(_Stretch(packet.pts, at_ms, packet.size))
        self.reached_ms = at_ms
        self._decode(packet)
        return self._job.end_ms is not None and at_ms >= self._job.end_ms

    def _decode(self, packet: "Packet[Stream] | None") -> None:
        assert self._source.video is not None
        frames = (
            self._source.video.codec_context.decode(None)
            if packet is None
            else starts.decoded(self._source, packet)
        )
        for frame in frames:
            for stretch in self._waiting:
                if isinstance(frame, VideoFrame) and stretch.pts == frame.pts:
                    stretch.picture = frame
        self._hand_over()

    def _flush(self) -> None:
        """Get the last pictures out of the decoder; the one after the span lasts no time."""
        last = self._waiting[-1]
        last.close(last.at_ms, last.size)
        self._decode(None)

    def _hand_over(self) -> None:
        """Everything whose stretch has ended and whose picture is there; lost ones fall away."""
        while self._waiting:
            stretch = self._waiting[0]
            if stretch.until_ms is None:
                return
            if stretch.picture is None and not any(s.picture for s in self._waiting):
                return
            self._waiting.popleft()
            if stretch.picture is not None:
                passed = min(stretch.passed, PASSED_MAX)
                told = (stretch.peak, passed, self._usual_ms, stretch.large_ms)
                lasting_ms = stretch.until_ms - stretch.at_ms
                self._screen.show(stretch.picture, stretch.at_ms, lasting_ms, told)
