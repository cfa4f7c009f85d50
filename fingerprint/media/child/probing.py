"""Facts about a film or a sound: streams, true length, size as shown, where each stream begins."""

from dataclasses import replace
from fractions import Fraction

from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from fingerprint.media.child import extent, geometry, starts
from fingerprint.media.child.bounds import check_length
from fingerprint.media.child.outlet import Outlet
from fingerprint.media.child.source import Source
from fingerprint.media.child.starts import Starts
from fingerprint.media.clock import to_ms
from fingerprint.media.limits import Limits
from fingerprint.media.protocol import SOUND_TRACKS_MAX, Facts

FPS_MAX = 100_000


def run(source: Source, limits: Limits, outlet: Outlet) -> None:
    """Find the facts and say them."""
    begun = starts.find(source)
    facts = _facts(source, begun)
    source.reopen(in_order=False)
    end = extent.measure(source)
    check_length(end - begun.zero, limits)
    extent.note_missing(source, begun.zero, outlet)
    unread = source.n_unread + max(0, source.n_audio - SOUND_TRACKS_MAX)
    if unread:
        outlet.note("unread-tracks", tracks=unread)
    outlet.say(replace(facts, duration_ms=max(0, to_ms(end - begun.zero))))
    outlet.end(to_ms(end - begun.zero))


def matrix_of(frame: VideoFrame | None) -> bytes | None:
    """The display matrix that comes with a frame."""
    if frame is None:
        return None
    found = frame.side_data.get("DISPLAYMATRIX")
    return bytes(found) if found is not None else None  # type: ignore[call-overload]


def aspect_of(video: VideoStream) -> Fraction | None:
    """How wide a pixel is for its height, as the container says or else the decoder, once it has
    met a picture."""
    return video.sample_aspect_ratio or video.codec_context.sample_aspect_ratio


def _facts(source: Source, begun: Starts) -> Facts:
    """All but the length, from a source of which the first pictures and sounds were decoded."""
    video, audio = source.video, source.audio
    turn = geometry.from_matrix(matrix_of(begun.picture))
    size = (0, 0)
    if video is not None:
        coded = (video.width, video.height)
        if begun.picture is not None:
            coded = (begun.picture.width, begun.picture.height)
        size = turn.shown(*geometry.squared(*coded, aspect_of(video)))
    return Facts(
        form="film" if video is not None else "sound",
        container=source.container.format.name.split(",")[0],
        duration_ms=0,
        width=size[0],
        height=size[1],
        turns=turn.quarters,
        fps=round(float(rate_of(source) or 0), 3),
        audio_codec=audio.codec_context.codec.canonical_name if audio is not None else "",
        video_codec=video.codec_context.codec.canonical_name if video is not None else "",
        audio_streams=source.n_audio,
        video_streams=source.n_video,
        audio_start_ms=_start_ms(begun.audio, begun.zero),
        video_start_ms=_start_ms(begun.video, begun.zero),
        zero_over=begun.zero.numerator,
        zero_under=begun.zero.denominator,
    )


def rate_of(source: Source) -> Fraction | None:
    """Frames a second on average as the container tells, None where it tells nothing sensible."""
    if source.video is None:
        return None
    rate = source.video.average_rate or source.video.guessed_rate
    return rate if rate is not None and 0 < rate <= FPS_MAX else None


def _start_ms(start: Fraction | None, zero: Fraction) -> int:
    return 0 if start is None else max(0, to_ms(start - zero))
