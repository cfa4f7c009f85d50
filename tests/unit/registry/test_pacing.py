"""Words are shown at drawn moments; what was made without knowing them does not follow."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fingerprint.models import Span
from registry.proofing import pacing
from registry.proofing.phrase import WORDS

UNEVEN = (7, 900, 2_000, 300, 2_900, 1_500, 40)
NUMBERS = st.lists(st.integers(0, 2**32 - 1), min_size=WORDS, max_size=WORDS)


def said(starts: Sequence[int]) -> list[Span]:
    return [Span(start, start + 500) for start in sorted(starts)]


def judged(starts: Sequence[int], moments: Sequence[int], *, came_ms: int = 90_000) -> bool:
    bursts = said(starts)
    told = pacing.Told(tuple(moments), came_ms)
    followed = pacing.followed(bursts, bursts[-1].end_ms if bursts else 0, told)
    return not pacing.faults(followed, told)


@given(NUMBERS)
def test_moments_lie_in_order_and_in_their_bounds(numbers: list[int]) -> None:
    moments = pacing.drawn(numbers)
    assert pacing.LEAD_MS[0] <= moments[0] <= pacing.LEAD_MS[1]
    gaps = [after - before for before, after in pairwise(moments)]
    assert all(pacing.GAP_MS[0] <= gap <= pacing.GAP_MS[1] for gap in gaps)


@given(NUMBERS, st.integers(0, WORDS - 2), st.integers(0, 3_000))
def test_what_takes_longer_is_given_so_much_more_time(
    numbers: list[int], slow: int, slow_ms: int
) -> None:
    plain, given_time = pacing.drawn(numbers), pacing.drawn(numbers, slow, slow_ms)
    later = [after - before for before, after in zip(plain, given_time, strict=True)]
    assert later == [0] * (slow + 1) + [slow_ms] * (WORDS - slow - 1)


@given(NUMBERS, st.integers(0, 20_000))
def test_the_lag_of_the_words_is_told(numbers: list[int], lag_ms: int) -> None:
    moments = pacing.drawn(numbers)
    bursts = said([moment + lag_ms for moment in moments])
    seen = pacing.followed(bursts, bursts[-1].end_ms, pacing.Told(moments, 90_000))
    assert seen == pacing.Followed(WORDS, WORDS, lag_ms)


@given(NUMBERS, st.integers(0, 40_000))
def test_no_word_is_shown_before_its_moment(numbers: list[int], elapsed_ms: int) -> None:
    moments = pacing.drawn(numbers)
    words = [str(n) for n in range(WORDS)]
    shown = pacing.shown(words, moments, elapsed_ms)
    assert list(shown) == [w for w, m in zip(words, moments, strict=True) if m <= elapsed_ms]


@given(
    NUMBERS,
    st.integers(0, 30_000),
    st.lists(st.integers(-150, 150), min_size=WORDS, max_size=WORDS),
    st.integers(0, WORDS - 1),
)
def test_who_follows_passes_however_early_the_recording_began(
    numbers: list[int], lag_ms: int, trembling: list[int], slow: int
) -> None:
    """One word may come late; a cough before all of them does not matter."""
    moments = pacing.drawn(numbers)
    starts = [m + lag_ms + 600 + t for m, t in zip(moments, trembling, strict=True)]
    assert judged([10, *starts], moments)
    starts[slow] += 600
    assert judged(starts, moments)


def test_another_phrase_s_moments_rarely_do() -> None:
    numbers = random.Random(5)
    drawn = [pacing.drawn([numbers.getrandbits(32) for _ in range(WORDS)]) for _ in range(2_000)]
    passed = sum(judged(one, other) for one, other in zip(drawn[::2], drawn[1::2], strict=True))
    assert passed <= 40  # of 1000


def test_what_was_said_before_it_was_shown_does_not_count() -> None:
    moments = pacing.drawn(UNEVEN)
    starts = [moment + 500 for moment in moments]
    end = starts[-1] + 500
    assert judged(starts, moments, came_ms=end)
    assert not judged(starts, moments, came_ms=end - 600)


def test_too_many_sounds_and_none_are_no_answer() -> None:
    moments = pacing.drawn(UNEVEN)
    starts = [moment + 500 for moment in moments]
    between = [start + 700 for start in starts]
    assert not judged([*starts, *between], moments)
    assert not judged([], moments)
    assert not judged(range(0, 100_000, 300), moments)


def test_an_answer_is_due_soon_after_the_last_word() -> None:
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    ends = pacing.ends_at(begun, (1_000, 5_000))
    assert (ends - begun).total_seconds() == 5 + pacing.ANSWER_SECONDS
