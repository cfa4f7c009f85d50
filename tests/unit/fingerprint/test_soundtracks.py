"""Voices of several sound tracks: one that is in two is given once, others are all given."""

import numpy as np

from fingerprint.models import Modality, Span, Template, Trace
from fingerprint.soundtracks import further, is_further, joined


def voice(
    axis: int, *spans: tuple[int, int], track: int = 0, quality: float = 0.5, lean: float = 0.0
) -> Trace:
    """Somebody who speaks in `spans`; `lean` is the sine of the angle to the pure voice."""
    vector = np.zeros(8, np.float32)
    vector[axis], vector[7] = np.sqrt(1 - lean**2), lean
    length = sum(end - start for start, end in spans)
    template = Template(Modality.VOICE, vector, "encoder", length, quality)
    return Trace(Modality.VOICE, tuple(Span(*s) for s in spans), template, None, further(track))


def test_another_voice_of_a_further_track_is_given_and_says_which_track() -> None:
    first, dub = voice(0, (0, 9_000)), voice(1, (0, 9_000), track=2)
    assert joined((first,), (dub,)) == (first, dub)
    assert not is_further(first)
    assert is_further(dub)
    assert [dict(reason.detail) for reason in dub.reasons] == [{"track": 3}]


def test_the_clearer_of_two_that_say_the_same_stands_for_both() -> None:
    mix = voice(0, (0, 6_000), quality=0.3)
    centre = voice(0, (500, 7_000), track=2, quality=0.9, lean=0.4)
    (kept,) = joined((mix,), (centre,))
    assert kept.template == centre.template
    assert kept.spans == (Span(0, 7_000),)
    (kept,) = joined((centre,), (mix,))
    assert kept.template == centre.template
    assert kept.spans == (Span(0, 7_000),)


def test_the_same_voice_at_another_time_and_a_like_one_at_the_same_time_are_kept() -> None:
    first = voice(0, (0, 6_000))
    later = voice(0, (5_000, 12_000), track=1)
    like = voice(0, (0, 6_000), track=1, lean=0.6)
    assert joined((first,), (later, like)) == (first, later, like)
