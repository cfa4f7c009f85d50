"""Which stretches count as a noticed recording, and how long notices keep it down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fingerprint.content.models import Link, Part
from fingerprint.models import Decision, Modality, Span
from licensing.models_enforcement import Outcome, Seen, Takedown, TakedownState
from licensing.models_staydown import Hold, Recording
from licensing.staydown import HIT_MS_MIN, hits, hold_of, noticed_spans, same_bytes

T0 = datetime(2027, 1, 1, tzinfo=UTC)
SENT = Takedown("tkd_1", "ten", "clp", "prf", "Video Example", TakedownState.SENT, "", T0, b"")
LATER = replace(SENT, id="tkd_2", sent_at=T0 + timedelta(days=1))
COUNTERED = replace(LATER, state=TakedownState.COUNTERED)
SURE = Seen(Modality.VOICE, Decision.MATCH, (Span(10_000, 20_000),), 0.0, "m", "t")
CLIP = Recording("clp", "ten", "prf", "ab", noticed_spans([SURE]), {})
WHOLE = Span(0, 60_000)
LINK = Link(Part.SOUND, WHOLE, Span(5_000, 65_000), 1.0, 0.0, 1, (WHOLE,))


def closed(result: Outcome) -> Takedown:
    return replace(SENT, state=TakedownState.CLOSED, result=result)


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        ([], Hold.LIFTED),
        ([SENT], Hold.STANDS),
        ([LATER, SENT], Hold.STANDS),
        ([SENT, COUNTERED], Hold.CONTESTED),
        ([closed(Outcome.UPHELD)], Hold.STANDS),
        ([closed(Outcome.WITHDRAWN)], Hold.LIFTED),
        ([closed(Outcome.WITHDRAWN), LATER], Hold.STANDS),
        ([closed(Outcome.NONE)], Hold.LIFTED),
        ([closed(Outcome.RESTORED), LATER], Hold.LIFTED),
        ([closed(Outcome.RESTORED), COUNTERED], Hold.LIFTED),
        ([replace(COUNTERED, state=TakedownState.CLOSED, result=Outcome.UPHELD)], Hold.STANDS),
    ],
)
def test_one_that_was_lost_lifts_it_and_one_that_is_contested_goes_before_the_others(
    notices: list[Takedown], expected: Hold
) -> None:
    hold, told = hold_of(notices)
    assert hold is expected and (told is None) == (expected is Hold.LIFTED)


def test_the_earliest_notice_is_told() -> None:
    assert hold_of([LATER, SENT]) == (Hold.STANDS, SENT)


def test_only_where_the_performer_surely_is_a_recording_is_wanted() -> None:
    doubt = replace(SURE, decision=Decision.REVIEW, spans=(Span(40_000, 50_000),))
    face = replace(SURE, modality=Modality.FACE, spans=(Span(0, 3_000),))
    assert noticed_spans([doubt]) == {}
    assert noticed_spans([SURE, doubt, face]) == {
        Part.SOUND: (Span(10_000, 20_000),),
        Part.PICTURE: (Span(0, 3_000),),
    }


def test_its_place_follows_offset_and_speed() -> None:
    (hit,) = hits(CLIP, [LINK])
    assert (hit.exact, hit.altered) == ((Span(5_000, 15_000),), ())
    faster = replace(LINK, there=Span(0, 63_000), speed=1.05)
    (hit,) = hits(CLIP, [faster])
    assert hit.exact == (Span(round(10_000 / 1.05), round(20_000 / 1.05)),)


def test_sound_under_another_voice_is_altered_and_a_cropped_picture_is_not() -> None:
    (hit,) = hits(CLIP, [replace(LINK, intact=())])
    assert (hit.exact, hit.altered) == ((), (Span(5_000, 15_000),))
    (hit,) = hits(CLIP, [replace(LINK, intact=(Span(0, 9_000),))])
    assert (hit.exact, hit.altered) == ((Span(5_000, 9_000),), (Span(9_000, 15_000),))
    face = replace(CLIP, spans={Part.PICTURE: (Span(10_000, 20_000),)})
    (hit,) = hits(face, [replace(LINK, part=Part.PICTURE, intact=())])
    assert (hit.exact, hit.altered) == ((Span(5_000, 15_000),), ())


def test_another_part_another_stretch_and_a_rim_are_nothing() -> None:
    assert hits(CLIP, [replace(LINK, part=Part.PICTURE)]) == ()
    assert hits(CLIP, [replace(LINK, there=Span(20_000, 80_000))]) == ()
    rim = Span(0, HIT_MS_MIN - 1)
    assert hits(CLIP, [replace(LINK, here=rim, there=Span(10_000, 10_999), intact=(rim,))]) == ()


def test_the_same_bytes_are_the_same_everywhere() -> None:
    (hit,) = same_bytes(CLIP)
    assert hit.exact == (Span(10_000, 20_000),)
