"""Finds where the streams of a file begin, by decoding until each has shown something.

Headers state a start time, but only a decoder knows which frames are presented: encoder delay, edit
lists and leading pictures without their reference fall away. A few packets settle it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame

from fingerprint.media.child.source import READ_ERRORS, Source
from fingerprint.media.clock import cut_zero
from fingerprint.media.faults import Case, Refused

PACKETS_AFTER_FIRST_MAX = 512
"""How long to look for the other stream once one has begun; after that its header is believed."""

Shown = VideoFrame | AudioFrame


@dataclass(frozen=True, slots=True)
class Starts:
    """First presented times in seconds of the file's own clock, and the first frames themselves."""

    zero: Fraction
    video: Fraction | None
    audio: Fraction | None
    picture: VideoFrame | None
    sound: AudioFrame | None


def find(source: Source, zero: tuple[int, int] | None = None) -> Starts:
    """Where the chosen streams begin; leaves the source somewhere in its first packets.

    With the cut's zero, as a probe found it, only the sound is decoded. Raises Refused for a file
    without packets, or of which nothing can be decoded.
    """
    if zero is not None and source.audio is not None:
        return _sound_alone(source, source.audio, Fraction(*zero))
    found = _first_frames(source, source.chosen)
    if source.packets_seen == 0:
        raise Refused(Case.NO_PACKETS)
    if not found:
        raise Refused(Case.UNDECODABLE)
    starts = {stream.index: _time_of(found.get(stream.index), stream) for stream in source.chosen}
    video = starts.get(source.video.index) if source.video is not None else None
    audio = starts.get(source.audio.index) if source.audio is not None else None
    frames = found.values()
    return Starts(
        cut_zero((video, audio)),
        video,
        audio,
        next((frame for frame in frames if isinstance(frame, VideoFrame)), None),
        next((frame for frame in frames if isinstance(frame, AudioFrame)), None),
    )


def zero_of(source: Source, known: tuple[int, int] | None) -> tuple[Fraction, Fraction]:
    """The cut's zero and where its picture begins, on a source that is fresh afterwards.

    What a probe has found is believed; the picture then begins about where its header says.
    """
    if known is not None:
        zero = Fraction(*known)
        video = source.video
        header = video.start_time if video is not None else None
        if video is None or video.time_base is None or header is None:
            return zero, zero
        return zero, max(zero, header * video.time_base)
    begun = find(source)
    source.reopen()
    return begun.zero, begun.video or begun.zero


def decoded(source: Source, packet: "Packet[Stream]") -> list[Shown]:
    """The frames a packet completes; none where it is damaged, which the source then counts.

    It counts frames of which a part is made up as well: where a file without a length in its
    header was cut off, nothing else tells.
    """
    try:
        frames = [frame for frame in packet.decode() if isinstance(frame, Shown)]
        source.damaged += sum(frame.is_corrupt for frame in frames)
        return frames
    except MemoryError:
        raise
    except READ_ERRORS:
        source.damaged += 1
        return []


def _sound_alone(source: Source, stream: AudioStream, zero: Fraction) -> Starts:
    first = _first_frames(source, (stream,)).get(stream.index)
    if source.packets_seen == 0 and source.track == 0:  # a further track may be empty
        raise Refused(Case.NO_PACKETS)
    begin = _time_of(first, stream)
    return Starts(zero, None, begin, None, first if isinstance(first, AudioFrame) else None)


def _first_frames(source: Source, wanted: Sequence[Stream]) -> dict[int, Shown]:
    found: dict[int, Shown] = {}
    missing = {stream.index for stream in wanted}
    looked = 0
    for packet in source.packets():
        if packet.stream_index in missing:
            frames = decoded(source, packet)
            if frames:
                found[packet.stream_index] = frames[0]
                missing.discard(packet.stream_index)
        looked += 1 if found or len(wanted) < len(source.chosen) else 0
        if not missing or looked > PACKETS_AFTER_FIRST_MAX:
            break
    return found


def _time_of(frame: Shown | None, stream: Stream) -> Fraction | None:
    assert stream.time_base is not None
    pts = frame.pts if frame is not None else stream.start_time
    return None if pts is None else pts * stream.time_base
