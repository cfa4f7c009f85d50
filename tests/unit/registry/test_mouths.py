"""A film counts where one mouth is seen well enough and says what is heard."""

from dataclasses import replace

import pytest

from fingerprint.proofing.synchrony import Agreement
from registry.models.proofs import Fact
from registry.proofing import mouths

GOOD = Agreement(score=0.5, motion=0.2, lag_ms=0, frames=800, shown=790, frame_ms=33.0)


def test_a_mouth_that_says_what_is_heard_counts() -> None:
    assert mouths.faults(GOOD) == ()
    at_the_bar = replace(GOOD, score=mouths.SCORE_MIN, motion=mouths.MOTION_MIN, frame_ms=70.0)
    assert mouths.faults(at_the_bar) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"score": 0.1}, "mouth-says-other"),
        ({"motion": 0.05}, "mouth-says-other"),
        ({"score": -1.0}, "mouth-says-other"),
        ({"frame_ms": 83.0}, "film-too-slow"),
        ({"shown": 600}, "one-face-not-shown"),
        ({"shown": 60, "frames": 60}, "one-face-not-shown"),
        ({"shown": 0, "frames": 0}, "one-face-not-shown"),
    ],
)
def test_everything_else_is_refused_with_its_reason(change: dict[str, float], code: str) -> None:
    found = mouths.faults(replace(GOOD, **change))  # type: ignore[arg-type]
    assert [reason.code for reason in found] == [code]


def test_where_no_mouth_was_seen_a_person_must_have_seen_it() -> None:
    assert mouths.wanted(()) == {Fact.WORDS}
    assert mouths.wanted((mouths.UNSEEN,)) == {Fact.WORDS, Fact.LIVE}
