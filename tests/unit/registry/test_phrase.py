"""A phrase is new each time, cannot be guessed, and a stumble is forgiven but no other phrase."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.proofing import phrase

NUMBERS = (3, 129, 77, 12_345, 2**32 - 1, 0, 64)


@pytest.mark.parametrize("language", phrase.LANGUAGES)
def test_words_are_many_and_different(language: str) -> None:
    words = phrase.words(language)
    assert len(set(words)) == len(words) == 128
    assert all(3 <= len(word) <= 9 for word in words)
    assert phrase.entropy_bits(language) == 49


@pytest.mark.parametrize("language", phrase.LANGUAGES)
def test_what_was_said_is_recognised_whatever_its_spelling(language: str) -> None:
    asked = phrase.drawn(language, NUMBERS)
    assert len(asked) == phrase.WORDS
    assert phrase.heard_faults(asked, " ".join(asked).upper() + ".") == ()
    assert phrase.heard_faults(asked, "ähm, " + ", ".join(asked)) == ()


def test_one_word_may_be_missed_and_no_more() -> None:
    asked = phrase.drawn("en", NUMBERS)
    assert phrase.heard_faults(asked, " ".join(asked[1:])) == ()
    (reason,) = phrase.heard_faults(asked, " ".join(asked[2:]))
    assert reason.code == "other-words"


def test_the_right_words_in_another_order_are_another_phrase() -> None:
    asked = phrase.drawn("de", NUMBERS)
    assert phrase.heard_faults(asked, " ".join(reversed(asked)))


def test_accents_do_not_matter() -> None:
    asked = phrase.drawn("de", [phrase.words("de").index(w) for w in ("brücke", "löffel")] * 4)
    assert phrase.heard_faults(asked, " ".join(asked).replace("ü", "u").replace("ö", "o")) == ()


def test_an_answer_counts_for_two_minutes() -> None:
    asked_at = datetime(2027, 1, 1, tzinfo=UTC)
    assert phrase.expires_at(asked_at) - asked_at == timedelta(seconds=120)
