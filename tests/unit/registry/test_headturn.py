"""A turn of the head stands between two words, and a head that makes another one is not enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.models import Span
from fingerprint.proofing.turned import UNSEEN, Turned
from registry.models.proofs import Fact
from registry.proofing import headturn, mouths, phrase
from registry.proofing.headturn import Way

NUMBER = st.integers(0, 2**32 - 1)
LEFT, RIGHT = ("one", Way.LEFT, "two"), ("one", Way.RIGHT, "two")


@given(st.lists(st.text(), min_size=2, max_size=9), NUMBER)
def test_a_turn_is_placed_between_two_words_and_taken_out_again(
    words: list[str], number: int
) -> None:
    asked = headturn.placed(words, number)
    place = headturn.place_of(asked)
    assert place is not None
    assert 0 < place < len(words)
    assert headturn.words_of(asked) == tuple(words)
    moments = range(0, 1_000 * len(asked), 1_000)
    spoken = headturn.of_words(asked, moments)
    assert len(spoken) == len(words)
    assert moments[place] not in spoken


def test_each_side_and_each_place_is_asked_for() -> None:
    found = {headturn.placed("abcdefg", number) for number in range(12)}
    assert len(found) == 12


@pytest.mark.parametrize("language", phrase.LANGUAGES)
def test_no_word_is_a_turn(language: str) -> None:
    assert not {*Way} & {*phrase.words(language)}


@given(st.integers(-1_000, 30_000))
def test_the_head_turns_after_the_arrow_and_before_the_next_word(lag_ms: int) -> None:
    moments = (2_000, 4_000, 8_000)
    span = headturn.stretch(LEFT, moments, lag_ms)
    assert span is not None
    assert 3_000 + lag_ms < span.start_ms < 4_000 + lag_ms
    assert span.end_ms == 8_000 + lag_ms


@pytest.mark.parametrize(
    ("seen", "asked", "passes"),
    [
        (Turned(0.2, 0.02, 0.02), LEFT, True),
        (Turned(0.2, 0.02, 0.02), RIGHT, False),
        (Turned(0.02, 0.2, 0.02), RIGHT, True),
        (Turned(0.2, 0.2, 0.02), LEFT, False),  # shakes the head
        (Turned(0.2, 0.02, 0.15), LEFT, False),  # and all the time
        (Turned(0.05, 0.02, 0.02), LEFT, False),
        (UNSEEN, LEFT, False),
        (Turned(0.2, 0.02, 0.02), ("one", "two"), False),  # of a version that did not ask
    ],
)
def test_a_head_that_does_otherwise_asks_for_somebody_who_saw_it(
    seen: Turned, asked: tuple[str, ...], passes: bool
) -> None:
    found = headturn.doubts(seen, asked)
    assert [reason.code for reason in found] == ([] if passes else ["head-not-turned"])
    assert passes or mouths.wanted(found) == {Fact.WORDS, Fact.LIVE}


def test_phrases_that_were_shown_whole_have_no_turn() -> None:
    assert headturn.place_of(("one", "two")) is None
    assert headturn.stretch(("one", "two"), (0, 1_000), 0) is None


def test_a_recording_that_began_late_has_its_turn_at_its_beginning() -> None:
    assert headturn.stretch(LEFT, (0, 2_000, 6_000), -2_000) == Span(0, 4_000)
