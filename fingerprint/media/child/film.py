"""Pictures of a film: decodes no more than the cells need, shrinks, hands over.

Where an index shows key frames in every cell, or a codec has nothing else, only the first of each
cell is decoded; where cells span many frames, those that nothing refers to are left out. The choice
depends on the file and on `every_ms`, never on the span: adjoining spans give the frames of the
whole.
"""

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

import av
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from fingerprint.media.child import extent, starts
from fingerprint.media.child.bounds import check_length
from fingerprint.media.child.outlet import Outlet
from fingerprint.media.child.probing import rate_of
from fingerprint.media.child.screen import Screen
from fingerprint.media.child.seek import packets_from
from fingerprint.media.child.source import Source
from fingerprint.media.clock import CutClock, ticks_to_ms, to_ms
from fingerprint.media.faults import Case, Refused
from fingerprint.media.protocol import Job
from fingerprint.media.sampling import Cells, Effort, Pace, effort, is_brief, longest_gap

INDEX_ENTRIES_MAX = 5_000_000
PACKETS_AHEAD = 16
"""Codecs reorder frames by at most this many."""


def run(source: Source, job: Job, outlet: Outlet) -> None:
    """Hand over the frames of the job's span."""
    if source.video is None:
        raise Refused(Case.NO_PICTURE)
    zero, begin = starts.zero_of(source, job.zero)
    sampler = _Sampler(source, job, outlet, zero)
    first_ms = Cells(job.every_ms).begin_ms(job.start_ms)
    wanted = zero + Fraction(first_ms, 1000)
    packets, _ = packets_from(source, "video", wanted, begin)
    if not sampler.drain(_read_ahead(packets, sampler.pace)):
        extent.note_missing(source, zero, outlet)
    if sampler.clock.resets:
        outlet.note("timestamps-reset", times=sampler.clock.resets)
    if source.damaged:
        outlet.note("damaged-media", places=source.damaged)
    outlet.end(sampler.reached_ms)


class _Sampler:
    """Decodes packets and hands over the frames that open a cell within the span."""

    def __init__(self, source: Source, job: Job, outlet: Outlet, zero: Fraction) -> None:
        assert source.video is not None and source.video.time_base is not None
        self._source = source
        self._job = job
        self._zero = zero
        self._cells = Cells(job.every_ms)
        self._packet_cells = Cells(job.every_ms)
        self._rate = rate_of(source)
        self._effort = effort(job.every_ms, self._rate, key_gap_ms(source))
        self._screen = Screen(job, outlet, source.video)
        self._context = source.video.codec_context
        self._time_base = source.video.time_base
        self.clock = CutClock(zero, self._time_base)
        self.pace = Pace()
        self.reached_ms = 0

    def drain(self, packets: "Iterator[Packet[Stream]]") -> bool:
        """Go through the packets; True when the span's end was met before the file's."""
        for packet in packets:
            if not self._needed(packet):
                continue
            self._context.skip_frame = self._effort_for(packet).value
            for frame in starts.decoded(self._source, packet):
                if isinstance(frame, VideoFrame) and self._past_end(frame):
                    return True
        return False

    def _effort_for(self, packet: "Packet[Stream]") -> Effort:
        """A frame held for long is decoded even if nothing refers to it."""
        if self._effort is Effort.REFERENCE and packet.size > 0:
            lasting = None if packet.pts is None else self.pace.lasting(packet.pts)
            lasting_ms = None if lasting is None else ticks_to_ms(lasting, self._time_base)
            return Effort.REFERENCE if is_brief(lasting_ms, self._job.every_ms) else Effort.ALL
        return self._effort

    def _needed(self, packet: "Packet[Stream]") -> bool:
        """With key frames alone, whether a packet is looked at; else every packet is needed."""
        if self._effort is not Effort.KEY or packet.size == 0 or packet.pts is None:
            return True
        if packet.is_discard:
            return False
        at = packet.pts * packet.time_base - self._zero
        until = at + self._lasting(packet)
        self.reached_ms = max(self.reached_ms, self._within_span(to_ms(until)))
        return packet.is_keyframe and self._packet_cells.takes(to_ms(at), to_ms(until))

    def _past_end(self, frame: VideoFrame) -> bool:
        """Place one frame and hand it over if it is wanted; True beyond the span."""
        lasting = self._lasting(frame)
        at = self.clock.place(frame.pts, lasting)
        at_ms = max(0, to_ms(at))
        self.reached_ms = max(self.reached_ms, self._within_span(to_ms(at + lasting)))
        if self._job.end_ms is not None and at_ms >= self._job.end_ms:
            return True
        check_length(at, self._job.limits)
        if self._cells.takes(at_ms, to_ms(at + lasting)) and at_ms >= self._job.start_ms:
            self._screen.show(frame, at_ms, to_ms(lasting))
        return False

    def _within_span(self, at_ms: int) -> int:
        return at_ms if self._job.end_ms is None else min(at_ms, self._job.end_ms)

    def _lasting(self, shown: "VideoFrame | Packet[Stream]") -> Fraction:
        """Seconds on screen: until the next frame; the last one stays to the end of the sound."""
        if shown.pts is None:
            return 1 / self._rate if self._rate else Fraction(0)
        known = self.pace.lasting(shown.pts)
        if known is not None:
            return known * self._time_base
        begin = shown.pts * self._time_base
        return max((shown.duration or 0) * self._time_base, self._source.reached - begin)


def _read_ahead(packets: "Iterator[Packet[Stream]]", pace: Pace) -> "Iterator[Packet[Stream]]":
    """Packets of the picture, held back until the timestamps around them are known."""
    waiting: deque[Packet[Stream]] = deque()
    for packet in packets:
        if packet.stream.type != "video":
            continue
        if packet.pts is not None and packet.size > 0 and not packet.is_discard:
            pace.add(packet.pts)
        waiting.append(packet)
        if len(waiting) > PACKETS_AHEAD:
            yield waiting.popleft()
    yield from waiting


def key_gap_ms(source: Source) -> int | None:
    """Longest time between key frames: 0 for codecs that have nothing else, else from the index.

    Only MP4 and its kin index every frame.
    """
    video = source.video
    assert video is not None and video.time_base is not None
    if video.codec_context.codec.intra_only:
        return 0
    entries = video.index_entries
    complete = "mov" in source.container.format.name and len(entries) == video.frames > 0
    if not complete or len(entries) > INDEX_ENTRIES_MAX:
        return None
    keys = [entry.timestamp * video.time_base for entry in entries if entry.is_keyframe]
    end = Fraction(source.container.duration or 0, av.time_base)
    gap = longest_gap(keys, max([end, *keys[-1:]]))
    return None if gap is None else to_ms(gap)
