"""From what a child says to the values that callers see, each checked on the way.

Slots are copied out, never lent: a child that has been taken over cannot change a picture while it
is looked at, and the slot goes back at once.
"""

from fractions import Fraction

import numpy as np

from fingerprint.media.faults import Case, bad_media
from fingerprint.media.models import AudioBlock, Form, Frame, MediaEnd, MediaInfo
from fingerprint.media.protocol import (
    PIXEL_BYTES,
    SAMPLE_BYTES,
    Answer,
    Block,
    End,
    Facts,
    Garbled,
    Picture,
)
from fingerprint.media.ring import Ring
from fingerprint.models import Reason


def block(answer: Answer, memory: Ring) -> AudioBlock:
    """The samples of a slot; values that are no number, as float codecs can hold, become 0."""
    if not isinstance(answer, Block):
        raise Garbled("not a block")
    data = memory.read(answer.slot, answer.samples * SAMPLE_BYTES)
    samples = np.frombuffer(data, dtype="<f4").astype(np.float32, copy=False)
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    return AudioBlock(answer.start_ms, samples)


def frame(answer: Answer, memory: Ring) -> Frame:
    """The picture of a slot, mirrored and turned as its file asks."""
    if not isinstance(answer, Picture) or not answer.width or not answer.height:
        raise Garbled("not a picture")
    data = memory.read(answer.slot, answer.width * answer.height * PIXEL_BYTES)
    rgb = np.frombuffer(data, dtype=np.uint8).reshape(answer.height, answer.width, PIXEL_BYTES)
    if answer.mirrored:
        rgb = rgb[:, ::-1]
    rgb = np.ascontiguousarray(np.rot90(rgb, -answer.turns))
    told = answer.peak, answer.passed, answer.usual_ms, answer.large_ms
    return Frame(answer.at_ms, rgb, answer.scale, answer.shown_ms, *told)


def info(answers: list[Answer]) -> MediaInfo:
    """The facts that a probe gave: exactly `Facts` and `End`."""
    match answers:
        case [Facts() as facts, End() as end] if facts.form in set(Form):
            return _info(facts, ending(end))
    raise bad_media(Case.GARBLED)


def ending(end: End) -> MediaEnd:
    return MediaEnd(end.reached_ms, tuple(Reason(*note) for note in end.notes))


def _info(facts: Facts, end: MediaEnd) -> MediaInfo:
    return MediaInfo(
        kind=Form(facts.form),
        container=facts.container,
        duration_ms=facts.duration_ms,
        width=facts.width,
        height=facts.height,
        rotation=facts.turns * 90,
        fps=facts.fps,
        audio=facts.audio_codec != "",
        video=facts.video_codec != "",
        audio_codec=facts.audio_codec,
        video_codec=facts.video_codec,
        n_audio_streams=facts.audio_streams,
        n_video_streams=facts.video_streams,
        audio_start_ms=facts.audio_start_ms,
        video_start_ms=facts.video_start_ms,
        notes=end.notes,
        zero=Fraction(facts.zero_over, facts.zero_under),
    )
