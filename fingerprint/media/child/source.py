"""One opened container: the streams chosen from it and its packets, errors included.

FFmpeg gets the file as an object that reads one descriptor; every attempt to open something else (a
play list, an external track) is refused. Damage in the middle does not end the reading: the reader
goes on after it, so that nobody can hide a voice behind a bad byte.
"""

import errno
import os
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, BinaryIO, NoReturn, TypeVar

import av
import av.subtitles.codeccontext  # PyAV loads these when it meets a track of them: too late here
import av.subtitles.stream
import av.subtitles.subtitle
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.stream import VideoStream

from fingerprint.media.child import allowed, sniff
from fingerprint.media.child.bounds import check_length, check_pixels
from fingerprint.media.faults import Case, Refused
from fingerprint.media.limits import Limits

READ_BYTES = 1 << 16
READ_ERRORS = (FFmpegError, OSError, ValueError, OverflowError)
"""What FFmpeg and its calls back into our file raise for hostile input; MemoryError is not among
them, though FFmpeg's own is one of each, so it is always caught first."""
READ_ERRORS_MAX = 50
DECODE_THREADS = 2
_WAVES = {"wav", "w64"}
_ROUGH = {"skip_loop_filter": "nokey"}
_UNSEEN: list[Any] = [{"skip_frame": "all"}]  # options of one stream while a file is opened
S = TypeVar("S", bound=Stream)
_NOT_MOVING = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image


class Source:
    """A container with its chosen streams; `reopen` starts it from the beginning.

    `n_unread` counts moving pictures and sounds that no job can choose.
    """

    def __init__(
        self,
        file: BinaryIO,
        limits: Limits,
        *,
        in_order: bool = True,
        rough: bool = False,
        track: int = 0,
    ) -> None:
        """`in_order` is for readers that need pictures in the order in which they are shown.

        FFmpeg then decodes the first ones to learn how they are reordered, which takes several
        times as long as opening does otherwise. `rough` as in `door.frames`, `track` as in
        `door.audio`.
        """
        self._file = file
        file.seek(0)
        self._limits = limits
        self._in_order = in_order
        self._rough = rough
        self.track = track
        self.damaged = 0
        self.head = file.read(sniff.HEAD_BYTES)
        self.bytes = file.seek(0, os.SEEK_END)
        self.reopen()

    def reopen(self, *, in_order: bool | None = None) -> None:
        """Open the container anew; streams of the one before are gone."""
        self._in_order = self._in_order if in_order is None else in_order
        self.packets_seen = 0
        self.last_packet = (0, 0)
        self._ends: dict[int, int] = {}
        self._unstamped: dict[int, int] = {}
        self._file.seek(0)
        unseen = not self._in_order and sniff.lists_streams(self.head)
        self.container = _container(self._file, self._limits, unseen=unseen)
        streams = tuple(self.container.streams)
        if len(streams) > self._limits.streams_max:
            raise Refused(Case.TOO_MANY_STREAMS, limit=self._limits.streams_max)
        if any(_tag(stream) in allowed.ENCRYPTED_TAGS for stream in streams):
            raise Refused(Case.ENCRYPTED)
        usable = [stream for stream in streams if _usable(stream)]
        videos = [stream for stream in usable if isinstance(stream, VideoStream)]
        audios = [stream for stream in usable if isinstance(stream, AudioStream)]
        if not usable:
            raise _nothing_usable(streams)
        self.n_video, self.n_audio = len(videos), len(audios)
        self.n_unread = sum(map(_is_moving, streams)) - len(usable) + max(0, len(videos) - 1)
        self.video = next(iter(_default_first(videos)), None)
        self._sounds = _default_first(audios)
        self.audio = next(iter(self._sounds[self.track :]), None)
        self._check_claims()
        self._prepare()

    @property
    def chosen(self) -> tuple[VideoStream | AudioStream, ...]:
        return tuple(stream for stream in (self.video, self.audio) if stream is not None)

    @property
    def stamped(self) -> bool:
        """Whether a packet read so far had a time: bare streams of H.264 have none anywhere, some
        others none after a seek."""
        return bool(self._ends)

    @property
    def _searched(self) -> tuple[VideoStream | AudioStream, ...]:
        return (*(() if self.video is None else (self.video,)), *self._sounds)

    @property
    def reached(self) -> Fraction:
        """End of the latest packet read so far, in seconds of the file's own clock."""
        known = self._unstamped | self._ends
        ends = [
            known[stream.index] * stream.time_base
            for stream in self._searched
            if stream.time_base is not None and stream.index in known
        ]
        return max(ends, default=Fraction(0))

    def read_at(self, place: int, size: int) -> bytes:
        """Bytes of the file itself; the container goes on from where it stood."""
        stood = self._file.tell()
        self._file.seek(place)
        data = self._file.read(size)
        self._file.seek(stood)
        return data

    def packets(self, *, of_all: bool = False) -> "Iterator[Packet[Stream]]":
        """Packets of the chosen streams, or of all that are searched, from where the container
        stands, then one empty packet each to empty the decoders; skips what cannot be read."""
        streams = self._searched if of_all else self.chosen
        errors = 0
        while errors <= READ_ERRORS_MAX:
            try:
                for packet in self.container.demux(*streams):
                    errors = 0
                    self._look_at(packet)
                    self.damaged += packet.is_corrupt
                    yield packet
                return
            except MemoryError:
                raise
            except (*READ_ERRORS, IndexError):  # of a list of streams that changed meanwhile
                errors += 1
                self.damaged += 1

    def seek(self, seconds: Fraction, stream: Stream) -> bool:
        """Go to the key frame at or before a time of the file; False where that fails.

        In WAV with another codec than plain samples FFmpeg guesses times from the bit rate, and is
        off by a second in some minutes: such files are read from their begin.
        """
        assert stream.time_base is not None
        plain = stream.codec_context.name.startswith("pcm_")
        if self.container.format.name in _WAVES and not plain:
            return False
        try:
            self.container.seek(int(seconds / stream.time_base), stream=stream)
        except MemoryError:
            raise
        except READ_ERRORS:
            return False
        return True

    def _look_at(self, packet: "Packet[Stream]") -> None:
        if packet.size == 0:
            return
        self.packets_seen += 1
        self.last_packet = (packet.pos or 0, packet.size)
        if packet.has_sidedata("encryption_info"):
            raise Refused(Case.ENCRYPTED)
        if packet.is_discard:
            return
        index, lasting = packet.stream_index, packet.duration or 0
        if packet.pts is not None:
            end = packet.pts + lasting
            self._ends[index] = max(end, self._ends.get(index, end))
        else:
            self._unstamped[index] = self._unstamped.get(index, 0) + (lasting or _ticks(packet))

    def _check_claims(self) -> None:
        check_length(Fraction(self.container.duration or 0, av.time_base), self._limits)
        if self.video is not None:
            check_pixels(self.video.width, self.video.height, self._limits)

    def _prepare(self) -> None:
        options = {"max_pixels": str(self._limits.pixels_max)}
        for stream in self.chosen:
            stream.codec_context.options = options | (_ROUGH if self._rough else {})
        if self.video is not None:
            self.video.thread_type = "AUTO"
            self.video.codec_context.thread_count = DECODE_THREADS


def _container(file: BinaryIO, limits: Limits, *, unseen: bool) -> InputContainer:
    """The file opened; `unseen` for one that lists its streams, to decode no picture yet."""
    options = {
        "format_whitelist": allowed.FORMATS,
        "protocol_whitelist": "file,pipe",
        "max_streams": str(limits.streams_max + 1),
        "max_pixels": str(limits.pixels_max),
    }
    try:
        return av.open(
            file,
            "r",
            options=options,
            stream_options=_UNSEEN * limits.streams_max if unseen else None,
            buffer_size=READ_BYTES,
            metadata_errors="replace",
            io_open=_no_other_file,
        )
    except MemoryError:
        raise
    except READ_ERRORS as exc:
        raise Refused(Case.UNREADABLE) from exc


def _no_other_file(url: str, flags: int, options: dict[str, str]) -> NoReturn:
    raise PermissionError(errno.EACCES, "a media file may not open another")


def _ticks(packet: "Packet[Stream]") -> int:
    """How long a picture without any times is shown, by the rate of its stream; 0 for sounds."""
    stream = packet.stream
    rate = stream.average_rate or stream.guessed_rate if isinstance(stream, VideoStream) else None
    return round(1 / (rate * packet.time_base)) if rate else 0


def _usable(stream: Stream) -> bool:
    """A moving picture or a sound with a decoder that may run; cover art is neither."""
    if not _is_moving(stream) or stream.codec_context is None:
        return False
    return allowed.codec(stream.codec_context.name)


def _is_moving(stream: Stream) -> bool:
    still = stream.disposition & _NOT_MOVING
    return isinstance(stream, VideoStream | AudioStream) and not still


def _nothing_usable(streams: tuple[Stream, ...]) -> Refused:
    for stream in streams:
        if _is_moving(stream):
            return Refused(Case.UNKNOWN_CODEC, codec=_codec_name(stream))
    return Refused(Case.NOT_MEDIA if streams else Case.NO_PACKETS)


def _codec_name(stream: Stream) -> str:
    name = stream.codec_context.name if stream.codec_context is not None else _tag(stream)
    return "".join(char for char in name if char.isascii() and char.isalnum())[:16] or "unknown"


def _tag(stream: Stream) -> str:
    """A stream's four-letter code; none for numbers, as AVI and transport streams have them."""
    try:
        return stream.codec_context.codec_tag if stream.codec_context is not None else ""
    except UnicodeDecodeError:
        return ""


def _default_first(streams: list[S]) -> list[S]:
    return sorted(streams, key=lambda stream: not stream.disposition & Disposition.default)
