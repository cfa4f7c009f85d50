"""Which stretches between key frames are decoded, and that doubt always leads to looking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.skipping import PEAK_PERCENT_MIN, STRETCH_MS_MAX, Ends, Stretch, settled, unsure

CALM = Stretch(0, 4000, peak=20, passed=0, usual_ms=5000)
REGULAR = Stretch(0, 5000, peak=20, passed=0, usual_ms=5000)
SAME = Ends(faces=True, changed=False, steady=True)
NOBODY = Ends(faces=False, changed=True, steady=False)
CUT = Ends(faces=True, changed=True, steady=False)
CAME = Ends(faces=True, changed=False, steady=False)


@pytest.mark.parametrize(
    ("stretch", "ends", "looked_at"),
    [
        (REGULAR, SAME, False),
        (REGULAR, NOBODY, False),
        (CALM, CUT, False),
        (REGULAR, CUT, True),
        (REGULAR, CAME, True),
        (CALM, CAME, True),
    ],
)
def test_what_the_ends_explain_is_not_looked_at(
    stretch: Stretch, ends: Ends, looked_at: bool
) -> None:
    assert unsure(stretch, ends) is looked_at


ends = st.builds(Ends, st.booleans(), st.booleans(), st.booleans())


@given(ends, st.integers(PEAK_PERCENT_MIN, 10_000))
def test_a_packet_as_large_as_a_key_frame_is_always_looked_at(shown: Ends, peak: int) -> None:
    assert unsure(Stretch(0, 4000, peak, passed=0, usual_ms=5000), shown)


@given(ends, st.integers(STRETCH_MS_MAX + 1, 600_000))
def test_a_stretch_too_long_for_its_ends_is_always_looked_at(shown: Ends, long_ms: int) -> None:
    assert unsure(Stretch(0, long_ms, peak=0, passed=0, usual_ms=long_ms), shown)


@given(st.integers(1, 500), st.integers(0, 10_000), st.booleans())
def test_where_key_frames_were_left_out_no_cut_is_taken_for_granted(
    passed: int, peak: int, steady: bool
) -> None:
    stretch = Stretch(0, 1000, peak, passed, usual_ms=5000)
    assert unsure(stretch, Ends(faces=True, changed=True, steady=steady))


def test_a_face_that_has_come_needs_no_more_looking() -> None:
    assert unsure(REGULAR, CAME)
    assert not settled(REGULAR, 2000, CAME)
    assert settled(REGULAR, 2400, SAME)


def test_nothing_is_settled_before_the_last_large_packet() -> None:
    cut_inside = Stretch(0, 4000, peak=170, passed=0, usual_ms=5000, large_ms=1200)
    assert unsure(cut_inside, CUT)
    assert not settled(cut_inside, 1000, SAME)
    assert settled(cut_inside, 1200, CUT)  # what was cut to lasts to the next cut


def test_a_picture_unlike_the_end_settles_nothing_where_no_key_frame_explains_it() -> None:
    assert not settled(REGULAR, 2000, CUT)


@given(ends, st.integers(0, 600_000), st.integers(0, 500))
def test_what_is_settled_would_not_be_read_as_a_stretch_of_its_own(
    shown: Ends, at_ms: int, passed: int
) -> None:
    stretch = Stretch(0, 600_000, peak=0, passed=passed, usual_ms=600_000)
    if settled(stretch, at_ms, shown):
        rest = Stretch(at_ms, 600_000, peak=0, passed=0, usual_ms=600_000 - at_ms)
        assert not unsure(rest, shown)
