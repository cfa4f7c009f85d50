"""Sound of a file as one steady line of samples: 16 kHz, mono, placed on the cut's timeline.

Samples are counted within a run and placed by timestamp at its begin; a gap or overlap of more than
40 ms (less is jitter of the container) starts a new run. A run begins at an input sample that falls
on a whole output sample of the same grid that the file's first sample defines. So a span gives the
very samples that the whole file would.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.packet import Packet
from av.stream import Stream

from fingerprint.media.child import extent, starts
from fingerprint.media.child.blocks import Blocks
from fingerprint.media.child.bounds import check_length
from fingerprint.media.child.mixing import OPTIONS, Downmix
from fingerprint.media.child.outlet import Outlet
from fingerprint.media.child.seek import packets_from
from fingerprint.media.child.source import Source
from fingerprint.media.child.starts import Starts
from fingerprint.media.clock import CutClock, snap
from fingerprint.media.faults import Case, Refused
from fingerprint.media.protocol import SAMPLE_BYTES, SAMPLE_RATE, Job

JITTER_SECONDS = 0.04


def run(source: Source, job: Job, outlet: Outlet) -> None:
    """Hand over the sound of the job's span."""
    if source.audio is None:
        raise Refused(Case.NO_SOUND)
    begun = starts.find(source, job.zero)
    source.reopen()
    wanted = begun.zero + Fraction(job.start_ms, 1000) - _grid_seconds(source.audio.rate)
    first = begun.audio if begun.audio is not None else begun.zero
    packets, in_middle = packets_from(source, "audio", wanted, first)
    blocks = Blocks(outlet, job)
    mixer = _Mixer(source, begun, blocks, unsettled=in_middle)
    whole = _drain(source, mixer, packets, blocks) or job.track > 0
    if not whole:  # the first track and the picture tell of the file's end
        extent.note_missing(source, begun.zero, outlet)
    if mixer.resets:
        outlet.note("timestamps-reset", times=mixer.resets)
    if source.damaged:
        outlet.note("damaged-media", places=source.damaged)
    outlet.end(blocks.finish())


def _drain(
    source: Source, mixer: "_Mixer", packets: "Iterator[Packet[Stream]]", blocks: Blocks
) -> bool:
    """Decode until the span is full (True) or the file ends (False)."""
    for packet in packets:
        if packet.stream.type != "audio":
            continue
        for frame in starts.decoded(source, packet):
            if isinstance(frame, AudioFrame) and frame.samples and frame.sample_rate > 0:
                mixer.add(frame)
        if blocks.full:
            return True
    mixer.finish()
    return blocks.full


Shape = tuple[str, str, int]


@dataclass(slots=True)
class _Run:
    """Unbroken input of one shape.

    `next_in` counts samples from the stream's begin, `skip` are still to be left out, `next_out` is
    where its next output sample lies in the cut. The first timestamp and place tell where later
    frames should be; in floating point, as it only has to notice gaps.
    """

    shape: Shape
    resampler: AudioResampler
    next_in: int
    skip: int
    next_out: int
    first_pts: int | None
    first_in: int
    samples_per_tick: float

    def continues(self, shape: Shape, pts: int | None) -> bool:
        """Whether a frame with this timestamp follows without a gap; one without any does."""
        if shape != self.shape or pts is None:
            return shape == self.shape
        if self.first_pts is None:
            return False
        meant = self.first_in + (pts - self.first_pts) * self.samples_per_tick
        return abs(meant - self.next_in) <= JITTER_SECONDS * shape[2]

    @property
    def next_pts(self) -> int | None:
        """The timestamp of what follows, where the run's first one is known."""
        if self.first_pts is None:
            return None
        return self.first_pts + round((self.next_in - self.first_in) / self.samples_per_tick)


class _Mixer:
    """Mixes frames down, resamples them, and puts them where they belong."""

    def __init__(self, source: Source, begun: Starts, blocks: Blocks, *, unsettled: bool) -> None:
        assert source.audio is not None and source.audio.time_base is not None
        self._blocks = blocks
        self._time_base = source.audio.time_base
        self._clock = CutClock(begun.zero, self._time_base)
        self._begin = (begun.audio if begun.audio is not None else begun.zero) - begun.zero
        self._first_samples = begun.sound.samples if begun.sound is not None else 0
        self._unsettled, self._first = unsettled, True
        self._before: tuple[int | None, Fraction] | None = None
        self._downmix = Downmix()
        self._run: _Run | None = None

    @property
    def resets(self) -> int:
        return self._clock.resets

    def add(self, frame: AudioFrame) -> None:
        """Take one decoded frame; the first after a seek is left out, as some demuxers cut the
        encoder's delay from it although it does not stand at the begin, and so is what follows it
        without a timestamp: nothing says where that belongs."""
        if self._unsettled and (self._first or frame.pts is None):
            self._first = False
            return
        self._unsettled = False
        frame = self._downmix.fit(frame)
        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        run = self._run
        if run is None or not run.continues(shape, frame.pts):
            self.finish()
            run = self._run = self._begin_run(frame, shape)
        pts = run.next_pts if frame.pts is None else frame.pts
        self._before = (pts, Fraction(frame.samples, frame.sample_rate))
        run.next_in += frame.samples
        self._feed(run, _without(frame, run))

    def finish(self) -> None:
        """Bring out what the resampler still holds."""
        if self._run is not None:
            self._put(self._run, self._run.resampler.resample(None))
            self._run = None

    def _begin_run(self, frame: AudioFrame, shape: Shape) -> _Run:
        rate = frame.sample_rate
        if self._before is not None:  # the clock has seen the last run's begin, not its end
            self._clock.place(*self._before)
        at = self._clock.place(frame.pts, Fraction(frame.samples, rate))
        check_length(at, self._blocks.limits)
        position = round((at - self._begin) * rate)
        tolerance = int(self._time_base * rate)
        position = snap(position, self._first_samples, frame.samples, tolerance)
        skip = -position % _grid(rate)
        out = round(self._begin * SAMPLE_RATE) + (position + skip) * SAMPLE_RATE // rate
        resampler = AudioResampler("flt", "mono", SAMPLE_RATE, options=OPTIONS)
        per_tick = float(self._time_base * rate)
        return _Run(shape, resampler, position, skip, out, frame.pts, position, per_tick)

    def _feed(self, run: _Run, frame: AudioFrame | None) -> None:
        if frame is not None:
            frame.pts = None
            self._put(run, run.resampler.resample(frame))

    def _put(self, run: _Run, frames: Sequence[AudioFrame | None]) -> None:
        for frame in frames:
            if frame is not None:
                samples = memoryview(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
                self._blocks.put(run.next_out, samples)
                run.next_out += frame.samples


def _grid(rate: int) -> int:
    """Input samples between two that fall on whole output samples."""
    return rate // gcd(rate, SAMPLE_RATE)


def _grid_seconds(rate: int) -> Fraction:
    return Fraction(_grid(rate), rate) if rate > 0 else Fraction(0)


def _without(frame: AudioFrame, run: _Run) -> AudioFrame | None:
    """The frame without the samples the run still skips."""
    if not run.skip:
        return frame
    skipped = min(run.skip, frame.samples)
    run.skip -= skipped
    left = frame.samples - skipped
    if not left:
        return None
    rest = AudioFrame(frame.format.name, frame.layout.name, left)
    rest.sample_rate = frame.sample_rate
    for target, plane in zip(rest.planes, frame.planes, strict=True):
        width = frame.format.bytes * (1 if frame.format.is_planar else frame.layout.nb_channels)
        begin = skipped * width
        data = bytes(memoryview(plane)[begin : begin + left * width])
        target.update(data + bytes(target.buffer_size - len(data)))
    return rest
