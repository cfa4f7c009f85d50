"""The arithmetic of media: clock, cells, geometry, blocks, levels, limits."""

import struct
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.media.child.blocks import Blocks
from fingerprint.media.child.geometry import Turn, from_exif, from_matrix, squared
from fingerprint.media.clock import CutClock, cut_zero, snap, ticks_to_ms, to_ms
from fingerprint.media.faults import Case, bad_media
from fingerprint.media.limits import Limits
from fingerprint.media.protocol import Job, Op
from fingerprint.media.sampling import Cells, Effort, Pace, effort, fitted, is_brief, longest_gap

seconds = st.fractions(min_value=-100, max_value=100_000, max_denominator=90_000)


@given(seconds)
def test_milliseconds_are_the_nearest(value: Fraction) -> None:
    assert abs(Fraction(to_ms(value), 1000) - value) <= Fraction(1, 2000)


def test_halves_go_up() -> None:
    assert [to_ms(Fraction(n, 2000)) for n in (-1, 1, 3)] == [0, 1, 2]


@given(st.integers(-(10**12), 10**12), st.fractions(Fraction(1, 10**6), 1))
def test_ticks_become_the_same_milliseconds(ticks: int, time_base: Fraction) -> None:
    assert ticks_to_ms(ticks, time_base) == to_ms(ticks * time_base)


@given(st.lists(st.none() | seconds, max_size=3))
def test_the_cut_begins_with_its_earliest_stream(starts: list[Fraction | None]) -> None:
    known = [start for start in starts if start is not None]
    zero = cut_zero(tuple(starts))
    assert all(zero <= start for start in known)
    assert zero in known or (not known and zero == 0)


@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=40), st.integers(-(10**6), 10**6))
def test_a_clock_is_blind_to_the_file_s_own_offset(gaps: list[int], offset: int) -> None:
    base = Fraction(1, 90_000)
    clock = CutClock(offset * base, base)
    pts = offset
    for gap in gaps:
        assert clock.place(pts, base) == (pts - offset) * base
        pts += gap
    assert clock.resets == 0


def test_a_second_programme_goes_on_where_the_first_ended() -> None:
    clock = CutClock(Fraction(0), Fraction(1, 25))
    frame = Fraction(1, 25)
    times = [clock.place(pts, frame) for pts in [*range(100), *range(50)]]
    assert times == [Fraction(number, 25) for number in range(150)]
    assert clock.resets == 1


def test_a_frame_without_timestamp_follows_the_one_before() -> None:
    clock = CutClock(Fraction(0), Fraction(1, 25))
    assert [clock.place(pts, Fraction(1, 10)) for pts in (None, None, 50, None)] == [
        Fraction(0),
        Fraction(1, 10),
        Fraction(2),
        Fraction(21, 10),
    ]


@given(st.integers(0, 5_000), st.sampled_from([960, 1024, 1152]), st.integers(-40, 40))
def test_rounded_positions_find_their_block(block: int, size: int, error: int) -> None:
    first = 648
    true = 0 if block == 0 else first + (block - 1) * size
    assert snap(true + error, first, size, 45) == true


@given(st.integers(-(10**6), 10**9))
def test_exact_positions_are_kept(position: int) -> None:
    assert snap(position, 1024, 1024, 0) == position


@given(st.lists(st.integers(1, 700), min_size=1, max_size=80), st.integers(1, 1000))
def test_each_cell_with_a_new_picture_gives_one(gaps: list[int], every_ms: int) -> None:
    times = [sum(gaps[:number]) for number in range(len(gaps))]
    until = [*times[1:], times[-1] + 1]
    cells = Cells(every_ms)
    taken = [at for at, end in zip(times, until, strict=True) if cells.takes(at, end)]
    assert {at // every_ms for at in taken} == {at // every_ms for at in times}
    shown = dict(zip(times, until, strict=True))
    for cell in range(times[-1] // every_ms):
        begin, end = cell * every_ms, (cell + 1) * every_ms
        assert any(at < end and shown[at] > begin for at in taken)


@given(st.lists(st.integers(0, 500), unique=True, min_size=2, max_size=60), st.randoms())
def test_pace_tells_the_gap_to_the_next_in_any_order(times: list[int], random: object) -> None:
    shuffled = list(times)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    pace = Pace()
    for pts in shuffled:
        pace.add(pts)
    rising = sorted(times)
    gaps = {a: b - a for a, b in pairwise(rising)}
    assert {pts: pace.lasting(pts) for pts in times} == {**gaps, rising[-1]: None}
    assert pace.lasting(1000) is None


def test_effort_is_the_least_that_serves() -> None:
    assert effort(1000, Fraction(25), 1000) is Effort.KEY
    assert effort(1000, Fraction(25), 1001) is Effort.REFERENCE
    assert effort(200, Fraction(25), None) is Effort.ALL
    assert effort(1000, None, None) is Effort.ALL
    assert is_brief(40, 240)
    assert not is_brief(41, 240)
    assert not is_brief(None, 240)


def test_the_longest_gap_reaches_to_the_end() -> None:
    assert longest_gap([Fraction(0), Fraction(2), Fraction(3)], Fraction(8)) == 5
    assert longest_gap([], Fraction(8)) is None


@given(st.integers(1, 9000), st.integers(1, 9000), st.none() | st.integers(1, 4000))
def test_fitting_never_enlarges_and_keeps_the_proportions(
    width: int, height: int, max_side: int | None
) -> None:
    fit = fitted(width, height, max_side)
    assert min(fit) >= 1
    assert max(fit) <= (max_side or max(width, height))
    assert fit[0] <= width
    assert fit[1] <= height
    if max(width, height) <= (max_side or 9000):
        assert fit == (width, height)


def matrix(a: int, b: int, c: int, d: int) -> bytes:
    one = 1 << 16
    return struct.pack("=9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [0, 1])
def test_a_display_matrix_turns_as_its_points_say(quarters: int, mirrored: int) -> None:
    # Columns are where a point to the right (1, 0) and one below (0, 1) go, y downwards.
    right, below = np.array([1 - 2 * mirrored, 0]), np.array([0, 1])
    for _ in range(quarters):
        right, below = (np.array([-point[1], point[0]]) for point in (right, below))
    found = from_matrix(matrix(*map(int, (*right, *below))))
    assert found == Turn(mirrored, quarters)


def test_odd_orientations_turn_nothing() -> None:
    assert from_matrix(None) == from_matrix(b"short") == from_matrix(matrix(0, 0, 0, 0)) == Turn()
    assert from_matrix(matrix(1, 1, -1, 1)) == Turn()
    assert from_exif(None) == from_exif(99) == from_exif("6") == Turn()


def test_pixels_are_squared_by_stretching() -> None:
    assert squared(720, 576, Fraction(16, 15)) == (768, 576)
    assert squared(720, 480, Fraction(8, 9)) == (720, 540)
    assert squared(720, 480, None) == squared(720, 480, Fraction(99)) == (720, 480)


class Kept:
    """An outlet that keeps what it is given."""

    def __init__(self) -> None:
        self.blocks: list[tuple[int, np.ndarray]] = []

    def block(self, start_ms: int, samples: bytes) -> None:
        self.blocks.append((start_ms, np.frombuffer(bytes(samples), "<f4")))


@given(
    st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 30_000)), max_size=8),
    st.integers(0, 2000),
    st.none() | st.integers(1, 3000),
)
def test_blocks_follow_each_other_and_hold_what_was_put(
    pieces: list[tuple[int, int]], start_ms: int, length_ms: int | None
) -> None:
    end_ms = None if length_ms is None else start_ms + length_ms
    job = Job(Op.AUDIO, 0, 0, 1, 1, Limits(), start_ms, end_ms)
    kept = Kept()
    blocks = Blocks(kept, job)  # type: ignore[arg-type]
    meant = np.zeros(100_000, np.float32)
    reached = start_ms * 16
    for place, count in sorted(pieces):
        samples = np.arange(place + 1, place + count + 1, dtype=np.float32)
        fresh = max(place, reached)
        meant[fresh : place + count] = samples[fresh - place :]
        reached = max(reached, place + count)
        blocks.put(place, memoryview(samples.tobytes()))
    blocks.finish()
    limit = reached if end_ms is None else min(reached, end_ms * 16)
    found = np.concatenate([samples for _, samples in kept.blocks] or [np.zeros(0)])
    assert np.array_equal(found, meant[start_ms * 16 : limit])
    assert [at for at, _ in kept.blocks] == [start_ms + 1000 * n for n in range(len(kept.blocks))]


@given(st.integers(1, 10**8))
def test_a_span_is_granted_its_share(span_ms: int) -> None:
    limits = Limits()
    assert 60 < limits.cpu_seconds(span_ms) <= limits.cpu_seconds_max
    assert limits.wall_seconds(span_ms) <= limits.wall_seconds(None) == limits.wall_seconds_max


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="pixels_max"):
        Limits(pixels_max=0)


@pytest.mark.parametrize("case", Case)
def test_every_case_has_a_sentence_and_a_next_step(case: Case) -> None:
    error = bad_media(case, {"limit": 5})
    assert error.message.endswith(".")
    assert error.next_step.endswith(".")
    assert error.code.endswith("-media") or error.code == "no-such-stream"
    assert error.status == 422
