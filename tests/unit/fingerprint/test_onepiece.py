"""A picture that moves as before does not jump; one that was cut or faded to another place does."""

import numpy as np
import pytest

from fingerprint.models import Span
from fingerprint.proofing.onepiece import USUAL, coarse, highest, jumps, region_of

COUNT, FRAME_MS = 600, 40
WORDS = tuple(Span(at, at + 600) for at in range(2_000, 22_000, 3_000))
JOINS = [(word.start_ms - 400) // FRAME_MS for word in WORDS]


def scene(x: np.ndarray) -> np.ndarray:
    """Soft edges at the places `x`, (n, 30, 40), with the noise of a camera."""
    rows, columns = np.mgrid[0:30, 0:40]
    pattern = np.sin((columns[None] + x[:, None, None]) / 3) * np.cos(rows[None] / 4)
    noise = np.random.default_rng(3).normal(0, 0.5, pattern.shape)
    return (120 + 40 * pattern + noise).astype(np.float32)


def sway() -> np.ndarray:
    rough = np.random.default_rng(1).normal(0, 0.2, COUNT)
    return np.convolve(np.cumsum(rough), np.ones(15) / 15, "same")


def cut(fade: int) -> np.ndarray:
    """At each join the head lies elsewhere, faded over so many pictures."""
    away = [float(np.searchsorted(JOINS, n, "right") % 2) for n in range(COUNT)]
    one, other = scene(sway()), scene(sway() + 1.5)
    share = np.convolve(away, np.ones(fade) / fade, "same")[:, None, None].astype(np.float32)
    return one * (1 - share) + other * share


def jumped(pictures: np.ndarray, words: tuple[Span, ...] = WORDS) -> float:
    return jumps(pictures, np.arange(len(pictures)) * FRAME_MS, words)


@pytest.mark.parametrize("fade", [1, 2, 3, 6, 12])
def test_joins_before_the_words_are_seen_however_they_are_faded(fade: int) -> None:
    assert jumped(cut(fade)) > max(3.0, jumped(scene(sway())) + 2)


def test_light_that_changes_at_once_is_no_join() -> None:
    still = scene(sway())
    lit = still * np.where(np.arange(COUNT) % 75 < 40, 1, 1.2)[:, None, None].astype(np.float32)
    assert jumped(lit) == pytest.approx(jumped(still), abs=0.2)


def test_one_jump_of_many_pauses_weighs_little() -> None:
    still, knocked = scene(sway()), cut(1)
    knocked[JOINS[0] + 20 :] = still[JOINS[0] + 20 :]
    times = np.arange(COUNT) * FRAME_MS
    usual, one, every = (highest(film, times, WORDS)[0] for film in (still, knocked, cut(1)))
    assert one - usual < (every - usual) / 2


def test_without_words_or_pictures_nothing_is_said() -> None:
    assert jumped(scene(sway()), ()) == 0.0
    assert jumped(scene(sway())[:3]) == 0.0
    assert jumps(np.zeros((0, 1, 1), np.float32), np.zeros(0, np.int64), WORDS) == 0.0
    assert len(highest(scene(sway()), np.arange(COUNT) * FRAME_MS, WORDS)) == len(USUAL)


def test_what_is_looked_at_lies_within_the_picture() -> None:
    for place in (0.0, 40.0, 300.0):
        eyes = np.array([[place, 20.0], [place + 40.0, 20.0]])
        grey = np.zeros((120, 320), np.float32)
        rows, columns, block = region_of(eyes, grey.shape)
        assert rows.start >= 0 <= columns.start
        assert rows.stop <= 120
        assert columns.stop <= 320
        assert coarse(grey, (rows, columns, block)).size > 0
