"""Writes small films, sounds and stills from arrays: the demo's media, and the tests'.

Encoding is no part of the product, which only reads media; it stands here so that a demo and a test
can make just the file they talk about: shifted, turned, cropped, at a changing frame rate. Pictures
are RGB uint8 of shape (height, width, 3), samples float32 (-1 to 1) or int16 of shape (n,) or
(channels, n).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from numpy.typing import NDArray
from PIL import Image

Picture = NDArray[np.uint8]
Samples = NDArray[np.float32] | NDArray[np.int16]

VIDEO_CLOCK = 60_000
EXIF_ORIENTATION = 0x0112
OWN_CLOCK = (".mpg", ".avi")
"""Containers that count frames and so cannot show them at a changing rate."""
PIECE_SAMPLES = 4096
NEVER = float("inf")
_CODECS = {
    ".mp4": ("libx264", "aac"),
    ".m4a": ("libx264", "aac"),
    ".mov": ("libx264", "aac"),
    ".mkv": ("libx264", "aac"),
    ".ts": ("libx264", "aac"),
    ".webm": ("libvpx-vp9", "libopus"),
    ".mpg": ("mpeg1video", "mp2"),
    ".avi": ("mpeg4", "libmp3lame"),
    ".wav": ("", "pcm_s16le"),
    ".flac": ("", "flac"),
    ".mp3": ("", "libmp3lame"),
    ".ogg": ("", "libopus"),
}
_FAST = {
    "libx264": {"preset": "veryfast"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}


@dataclass(frozen=True, slots=True)
class Making:
    """How a file is to be unlike the plain one.

    codecs by FFmpeg's names, empty for the container's usual ones; `times_ms` gives each picture
    its own time (a changing frame rate); `start_ms` shifts everything, `sound_start_ms` the sound
    alone; `rotation` is the clockwise turn in degrees that a player is told to apply;
    `pixel_aspect` the width of a pixel over its height; `key_every` the frames per key frame.
    """

    video_codec: str = ""
    audio_codec: str = ""
    times_ms: Sequence[int] | None = None
    start_ms: int = 0
    sound_start_ms: int = 0
    rotation: int = 0
    pixel_aspect: Fraction = Fraction(1)
    key_every: int = 25
    encoder: Mapping[str, str] = field(default_factory=dict)
    muxer: Mapping[str, str] = field(default_factory=dict)


PLAIN = Making()


def write_film(
    path: Path,
    frames: Iterable[Picture],
    *,
    fps: int,
    samples: Samples | Sequence[Samples] | None = None,
    rate: int = 48_000,
    making: Making = PLAIN,
) -> None:
    """A film of pictures, with one sound track, several (a sequence), or none."""
    pictures = iter(frames)
    first = next(pictures)
    tracks = _tracks(samples)
    with av.open(str(path), "w", options=dict(making.muxer)) as container:
        video = _video_stream(container, path, first, fps, making)
        sounds = [_audio_stream(container, path, track, rate, making) for track in tracks]
        feeds = [_sound_feed(*pair, rate, making) for pair in zip(sounds, tracks, strict=True)]
        _interleave(container, [_picture_feed(video, first, pictures, fps, making), *feeds])


def write_sound(path: Path, samples: Samples, rate: int, making: Making = PLAIN) -> None:
    """A file with sound alone; its suffix names the container."""
    with av.open(str(path), "w", options=dict(making.muxer)) as container:
        stream = _audio_stream(container, path, samples, rate, making)
        _interleave(container, [_sound_feed(stream, samples, rate, making)])


def write_still(path: Path, rgb: Picture, *, orientation: int = 1, quality: int = 92) -> None:
    """A picture file; `orientation` is the Exif value (1 to 8) that a viewer is told to apply."""
    exif = Image.Exif()
    exif[EXIF_ORIENTATION] = orientation
    Image.fromarray(rgb).save(path, exif=exif, quality=quality)


def cropped(rgb: Picture, left: int, top: int, width: int, height: int) -> Picture:
    """A cut-out, in pixels."""
    return np.ascontiguousarray(rgb[top : top + height, left : left + width])


def vertical(rgb: Picture) -> Picture:
    """The middle 9:16 of a picture, as vertical episodes are cut from wide ones; sides even."""
    height, width = rgb.shape[0] // 2 * 2, rgb.shape[0] * 9 // 32 * 2
    return cropped(rgb, (rgb.shape[1] - width) // 2, 0, width, height)


Timed = tuple[float, list[Any]]
"""When packets come, in seconds, and the packets."""


def _interleave(container: OutputContainer, feeds: list[Iterator[Timed]]) -> None:
    """Mux what comes first in time first."""
    over: Timed = (NEVER, [])
    waiting = [next(feed, over) for feed in feeds]
    while min(waiting, key=_when) is not over:
        number = waiting.index(min(waiting, key=_when))
        container.mux(waiting[number][1])
        waiting[number] = next(feeds[number], over)


def _when(timed: Timed) -> float:
    return timed[0]


def _picture_feed(
    stream: VideoStream, first: Picture, others: Iterator[Picture], fps: int, making: Making
) -> Iterator[Timed]:
    times = iter(making.times_ms) if making.times_ms is not None else None
    seconds = 0.0
    for number in count():
        picture = first if number == 0 else next(others, None)
        if picture is None:
            break
        at = Fraction(next(times), 1000) if times is not None else Fraction(number, fps)
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
        frame.pts = round((at + Fraction(making.start_ms, 1000)) * VIDEO_CLOCK)
        frame.time_base = Fraction(1, VIDEO_CLOCK)
        seconds = float(at)
        yield seconds, stream.encode(frame)
    yield seconds, stream.encode(None)


def _sound_feed(
    stream: AudioStream, samples: Samples, rate: int, making: Making
) -> Iterator[Timed]:
    planes = _planes(samples)
    offset = (making.start_ms + making.sound_start_ms) * rate // 1000
    for begin in range(0, planes.shape[1], PIECE_SAMPLES):
        piece = np.ascontiguousarray(planes[:, begin : begin + PIECE_SAMPLES])
        frame = av.AudioFrame.from_ndarray(piece, "fltp", _LAYOUTS[len(planes)])
        frame.sample_rate = rate
        frame.pts = offset + begin
        frame.time_base = Fraction(1, rate)
        yield begin / rate, stream.encode(frame)
    yield planes.shape[1] / rate, stream.encode(None)


def _video_stream(
    container: OutputContainer, path: Path, first: Picture, fps: int, making: Making
) -> VideoStream:
    codec = making.video_codec or _CODECS[path.suffix][0]
    options = {**_FAST.get(codec, {}), **making.encoder}
    stream = container.add_stream(codec, rate=fps, options=options)
    assert isinstance(stream, VideoStream)
    stream.height, stream.width = first.shape[:2]
    stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    stream.gop_size = making.key_every
    stream.thread_count = 2
    if path.suffix not in OWN_CLOCK:
        stream.codec_context.time_base = Fraction(1, VIDEO_CLOCK)
    if making.pixel_aspect != 1:
        stream.codec_context.sample_aspect_ratio = making.pixel_aspect
    if making.rotation:
        stream.set_display_rotation(-making.rotation)
    return stream


def _audio_stream(
    container: OutputContainer, path: Path, samples: Samples, rate: int, making: Making
) -> AudioStream:
    codec = making.audio_codec or _CODECS[path.suffix][1]
    layout = _LAYOUTS[len(np.atleast_2d(samples))]
    stream = container.add_stream(codec, rate=rate, layout=layout)
    assert isinstance(stream, AudioStream)
    return stream


def _planes(samples: Samples) -> NDArray[np.float32]:
    full = np.float32(32768 if samples.dtype == np.int16 else 1)
    planes: NDArray[np.float32] = np.atleast_2d(samples).astype(np.float32) / full
    return planes


def _tracks(samples: Samples | Sequence[Samples] | None) -> list[Samples]:
    if samples is None:
        return []
    return [samples] if isinstance(samples, np.ndarray) else list(samples)
