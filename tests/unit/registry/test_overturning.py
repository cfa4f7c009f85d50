"""What people's words came to: who overturned them, and what that says of the thresholds."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.models import Modality
from registry.models.reviews import ReviewVerdict
from registry.overturning import Fate, Says, Spoken, Tally, band, says, tallies, together

YES, NO = ReviewVerdict.CONFIRMED, ReviewVerdict.REJECTED
SECOND, UNDONE, UNSURE = ReviewVerdict.SECOND, ReviewVerdict.UNDONE, ReviewVerdict.UNSURE


def word(
    seq: int, verdict: ReviewVerdict, *, own: bool = True, undoes: int = 0, month: int = 1
) -> Spoken:
    return Spoken(
        id=f"rev_{seq}",
        match_id="mch_1",
        modality=Modality.VOICE,
        fpir=0.002,
        verdict=verdict,
        own_side=own,
        undoes=f"rev_{undoes}" if undoes else "",
        seq=seq,
        recorded_at=datetime(2030, month, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("words", "fates"),
    [
        ([word(1, YES)], [Fate.STANDS]),
        ([word(1, YES), word(2, SECOND), word(3, YES)], [Fate.STANDS, Fate.STANDS]),
        ([word(1, YES), word(2, SECOND), word(3, NO)], [Fate.SECOND, Fate.STANDS]),
        ([word(1, YES), word(2, NO, own=False)], [Fate.OTHER_SIDE]),
        ([word(1, YES), word(2, UNDONE, undoes=1), word(3, NO)], [Fate.TAKEN_BACK, Fate.STANDS]),
        ([word(1, UNSURE), word(2, SECOND)], []),
        ([word(1, NO, own=False)], []),
    ],
)
def test_a_word_stands_or_the_first_against_it_overturned_it(
    words: list[Spoken], fates: list[Fate]
) -> None:
    found = tallies(words)
    counted = sum((Counter(each.fates) for each in found), Counter())
    assert counted == Counter(fates)
    assert sum(each.decided for each in found) == len(fates)


def test_months_are_told_apart_and_add_up() -> None:
    found = tallies([word(1, YES, month=1), word(2, NO, month=2)])
    assert [(each.month, each.confirmed) for each in found] == [("2030-02", 0), ("2030-01", 1)]
    (whole,) = together(found)
    assert (whole.decided, whole.confirmed, whole.overturned) == (2, 1, 1)


@pytest.mark.parametrize(
    ("decided", "confirmed", "overturned", "said"),
    [
        (19, 19, 0, Says.TOO_FEW),
        (60, 60, 0, Says.NEEDLESS),
        (60, 0, 0, Says.VAIN),
        (60, 30, 0, Says.FITS),
        (60, 60, 10, Says.UNSTEADY),
        (20, 19, 1, Says.FITS),
    ],
)
def test_thresholds_are_judged_only_where_chance_does_not_explain_it(
    decided: int, confirmed: int, overturned: int, said: Says
) -> None:
    fates = Counter({Fate.STANDS: decided - overturned, Fate.SECOND: overturned})
    assert says(Tally("", Modality.FACE, 100, decided, confirmed, fates)) is said


@given(st.floats(min_value=1e-12, max_value=1))
def test_a_band_never_says_rarer_than_it_is(fpir: float) -> None:
    assert band(fpir) in {1, 100, 1_000, 10_000}
    assert band(fpir) == 1 or fpir * band(fpir) <= 1
