"""Gets to a point in time without decoding what lies before it, and makes sure of having got there.

Containers differ in what a seek means: some land by decoding order, some by estimate, some in the
middle of a group of pictures. So the landing is checked: the first key frame met must be presented
at or before the wanted time, else the search goes back further, at last to the beginning.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from fingerprint.media.child.source import Source

NEAR_SECONDS = 3
MARGIN_SECONDS = {"video": (0, 1, 4, 16, 64), "audio": (1, 4, 16, 64)}
PACKETS_TO_KEY_MAX = 20_000
SOUND_LEAD_SECONDS = Fraction(1, 2)
PROGRAM_STREAM = "mpeg"
STAMPS_TO_TRUST = 2
"""A program stream stamps packs, not frames: after landing in the middle of a frame the count is
off by one until the second stamp (a packet with a known place in the file) has passed."""


def packets_from(
    source: Source, kind: str, wanted: Fraction, begin: Fraction
) -> "tuple[Iterator[Packet[Stream]], bool]":
    """Packets that suffice to decode the stream of `kind` from `wanted` (seconds of the file) on,
    and whether they begin in the middle.

    `begin` is where the stream begins. Sound starts a second early, so that decoders and resampler
    have settled by then. Takes a freshly opened source; may reopen it.
    """
    if wanted - begin > NEAR_SECONDS:
        for margin in MARGIN_SECONDS[kind]:
            if wanted - margin <= begin:
                break
            stream = _stream(source, kind)
            if not source.seek(wanted - margin, stream):
                break
            packets = source.packets()
            first = _first_key(packets, stream, wanted)
            if first is not None:
                return chain([first], packets), True
        source.reopen()
    return source.packets(), False


def _stream(source: Source, kind: str) -> Stream:
    stream = source.video if kind == "video" else source.audio
    assert stream is not None
    return stream


def _first_key(
    packets: "Iterator[Packet[Stream]]", stream: Stream, wanted: Fraction
) -> "Packet[Stream] | None":
    """The first key frame with a timestamp to be trusted, if it lies early enough."""
    latest = wanted if isinstance(stream, VideoStream) else wanted - SOUND_LEAD_SECONDS
    stamps = 0 if stream.container.format.name == PROGRAM_STREAM else STAMPS_TO_TRUST
    for count, packet in enumerate(packets):
        if count > PACKETS_TO_KEY_MAX or packet.size == 0:
            return None
        if packet.stream_index != stream.index:
            continue
        if packet.is_keyframe and packet.pts is not None and stamps >= STAMPS_TO_TRUST:
            return packet if packet.pts * packet.time_base <= latest else None
        stamps += packet.pos is not None
    return None
