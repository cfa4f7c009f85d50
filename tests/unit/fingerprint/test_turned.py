"""What the head does in one stretch of a film, told apart from what it does otherwise."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fingerprint.models import Span
from fingerprint.proofing.turned import UNSEEN, turned

TIMES = np.arange(0, 20_000, 40)
STRETCH = Span(8_000, 12_000)


def film(out: float, *, rest: float = 0.05, at_ms: int = 9_000, seed: int = 0) -> np.ndarray:
    """A head that rests, trembles by whole pixels, and goes out and back within two seconds."""
    noise = np.random.default_rng(seed).normal(0, 0.02, len(TIMES))
    share = np.clip((TIMES - at_ms) / 2_000, 0, 1)
    return rest + noise + out * np.sin(np.pi * share)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.15, 0.6), st.floats(-0.3, 0.3), st.integers(0, 99))
def test_a_turn_is_seen_to_its_side_wherever_the_head_rests(
    out: float, rest: float, seed: int
) -> None:
    left = turned(film(out, rest=rest, seed=seed), TIMES, STRETCH)
    right = turned(film(-out, rest=rest, seed=seed), TIMES, STRETCH)
    assert left.left == pytest.approx(out, abs=0.06)
    assert right.right == pytest.approx(out, abs=0.06)
    assert max(left.right, right.left, left.sway, right.sway) < 0.06


def test_a_turn_at_another_moment_is_sway_and_no_turn() -> None:
    often = film(0.3, at_ms=1_000) + film(0.3, at_ms=14_000, rest=0.0)
    seen = turned(often, TIMES, STRETCH)
    assert max(seen.left, seen.right) < 0.06
    assert seen.sway > 0.1


def test_a_single_picture_is_no_turn() -> None:
    spiked = film(0.0)
    spiked[240] = 2.0
    assert turned(spiked, TIMES, STRETCH).left < 0.06


@pytest.mark.parametrize("stretch", [Span(30_000, 40_000), Span(0, 30_000)])
def test_without_pictures_within_or_about_it_nothing_is_seen(stretch: Span) -> None:
    assert turned(film(0.3), TIMES, stretch) == UNSEEN
    assert turned(np.zeros(0), np.zeros(0, np.int64), stretch) == UNSEEN
