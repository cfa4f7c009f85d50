"""The benchmark's films: whole ones go on, and what a program cuts jumps before its words."""

import numpy as np

from bench.headturn import filmed
from bench.onepiece import Tried, jumps, passed, usual
from bench.onepiece_material import Craft, Film, Take, cut, edited, whole
from bench.synchrony_material import Clip
from fingerprint.proofing.onepiece import highest

HEIGHT, WIDTH, FRAMES = 48, 64, 75


def take(seed: int, away: float) -> Take:
    """A soft pattern that sways, so far from where another film has it."""
    rough = np.random.default_rng(seed).normal(0, 0.3, FRAMES)
    x = away + np.convolve(np.cumsum(rough), np.ones(9) / 9, "same")
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    pattern = np.sin((columns[None] + x[:, None, None]) / 5) * np.cos(rows[None] / 6)
    lips, sound = np.zeros((FRAMES, 1), np.float32), np.zeros(1, np.float32)
    clip = Clip("anna", str(seed), lips, sound, first=20, last=50)
    eyes = np.array([[27.0, 20.0], [37.0, 20.0]])
    return Take.of(clip, (120 + 60 * pattern).astype(np.float32), eyes, np.full(FRAMES, away))


def steps_of(film: Film) -> tuple[float, ...]:
    """Its largest steps, but in the pause in which the head should turn."""
    return highest(film.pictures, film.at_ms, film.phrase.words, film.phrase.turning)


def test_a_head_that_rests_turns_on_no_film_that_is_cut() -> None:
    takes = [take(1, 0.02), take(2, 0.05)]
    for craft in (None, Craft(6, near=True, several=True)):
        (made,) = filmed(takes, craft, 6).values()
        assert len(made) == 6
        assert not made.any()


def test_a_cut_film_jumps_and_a_whole_one_does_not() -> None:
    takes = [take(1, 0.0), take(2, 3.0)]
    wholes = [whole(takes[n], "none", np.random.default_rng(n)) for n in range(2)]
    craft = Craft(3, near=True, several=True)
    film = cut(takes, craft, np.random.default_rng(9))
    shown = edited(takes, craft, np.random.default_rng(9)).shown
    every = [Tried("bert", steps_of(one)) for one in wholes]
    made = Tried("anna", steps_of(film))
    assert len(shown) == len(film.pictures) == len(film.at_ms)
    assert len(film.phrase.words) == 7
    assert jumps(made, usual(every)) > max(jumps(one, usual(every)) for one in every) + 1
    assert not passed([made], every)["anna"].any()


def test_a_film_is_cut_without_a_gap() -> None:
    """Within a piece and within the rest each picture is beside the one before."""
    craft = Craft(1, near=True, several=False)
    edit = edited([take(1, 0.0)], craft, np.random.default_rng(4))
    steps = np.abs(np.diff([one.at for one in edit.shown]))
    assert (steps > 1).sum() <= 14
