"""Face quality: figures move the way people see them move, and every fault is named."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.face.models import Box, Face, Grade, Sample, Track
from fingerprint.face.quality import (
    FaceGates,
    film_shortcomings,
    frontality,
    grade,
    lies,
    promise,
    shortcomings,
    still_shortcomings,
)
from fingerprint.models import Span

POINTS = np.array([(160.0, 100), (140, 101), (80, 100), (100, 101), (120, 145)])
GOOD = Grade(50, 60, 130, 30, 1, 0.9, 1.0)
GATES = FaceGates()
RNG = np.random.default_rng(0)
# a smooth face-like field with detail a few pixels wide, and no grain
CELLS = RNG.normal(128, 45, (30, 30, 1)).repeat(5, axis=0).repeat(5, axis=1).repeat(3, axis=2)
CHIP = CELLS.clip(0, 255).astype(np.uint8)


def face(at_ms: int = 0, width: int = 100) -> Face:
    return Face(at_ms, Box(0, 0, width - 1, width - 1), POINTS, 1.0)


def sample(width: int = 100, figures: Grade = GOOD) -> Sample:
    return Sample(face(width=width), CHIP, figures)


def track(start_ms: int, end_ms: int, vector: list[float], figures: Grade = GOOD) -> Track:
    faces = tuple(face(t) for t in range(start_ms, end_ms, 250))
    return Track(
        faces,
        (sample(figures=figures),),
        np.array(vector, dtype=np.float32),
        figures.quality,
        (Span(start_ms, end_ms),),
        b"",
        (),
    )


@given(st.floats(-180, 180))
def test_a_face_lies_from_sixty_degrees_on(degrees: float) -> None:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    if abs(abs(degrees) - 60) > 1:
        assert lies(POINTS @ np.array([[cos, sin], [-sin, cos]])) == (abs(degrees) > 60)


def test_a_face_that_lies_enrols_nobody() -> None:
    lying = dataclasses.replace(face(), points=POINTS[:, ::-1])
    pictured = dataclasses.replace(sample(), face=lying)
    assert [r.code for r in still_shortcomings([pictured], GATES)] == ["face-turned"]
    filmed = dataclasses.replace(track(0, 4000, [1.0, 0.0]), samples=(pictured,))
    assert [r.code for r in film_shortcomings([filmed], GATES)] == ["face-turned"]


def test_a_clear_face_has_no_fault() -> None:
    assert shortcomings(GOOD, GATES) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"eyes_px": 15.0}, "face-too-small"),
        ({"sharpness": 3.0}, "face-blurred"),
        ({"brightness": 20.0}, "face-too-dark"),
        ({"brightness": 240.0}, "face-too-bright"),
        ({"contrast": 4.0}, "face-low-contrast"),
        ({"frontal": 0.1}, "face-profile"),
    ],
)
def test_each_fault_is_named_with_its_figure(change: dict[str, float], code: str) -> None:
    (reason,) = shortcomings(dataclasses.replace(GOOD, **change), GATES)
    assert reason.code == code
    assert reason.detail[next(iter(change))] == next(iter(change.values()))


def test_all_faults_are_collected() -> None:
    codes = {r.code for r in shortcomings(Grade(5, 1, 10, 2, 0, 0.0, 0.0), GATES)}
    assert codes == {
        "face-too-small",
        "face-blurred",
        "face-too-dark",
        "face-low-contrast",
        "face-profile",
    }


@given(st.floats(0, 60), st.floats(0, 60))
def test_frontality_falls_as_the_head_turns(a: float, b: float) -> None:
    near, far = sorted((a, b))
    shifted = [POINTS + np.array([(0, 0)] * 4 + [(n, 0)]) for n in (near, far)]
    assert frontality(shifted[0]) >= frontality(shifted[1]) - 1e-12
    assert 0 <= frontality(shifted[1]) <= frontality(shifted[0]) <= 1


@given(st.floats(-3, 3), st.floats(0.1, 10))
def test_frontality_is_blind_to_tilt_and_size(angle: float, scale: float) -> None:
    turn = np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))]) * scale
    assert frontality(POINTS @ turn) == pytest.approx(frontality(POINTS), abs=1e-9)


def test_frontality_is_the_same_in_a_mirror() -> None:
    nose_left = POINTS + np.array([(0, 0)] * 4 + [(-15, 0)])
    mirrored = nose_left * np.array([-1, 1])
    mirrored = mirrored[[2, 3, 0, 1, 4]]
    assert frontality(nose_left) == pytest.approx(frontality(mirrored))


def test_frontality_of_a_degenerate_face_is_zero() -> None:
    assert frontality(np.zeros((5, 2))) == 0


def blurred(chip: np.ndarray, times: int) -> np.ndarray:
    wide = chip.astype(float)
    for _ in range(times):
        wide = (wide + np.roll(wide, 1, 0) + np.roll(wide, 1, 1) + np.roll(wide, -1, 1)) / 4
    return wide.clip(0, 255).astype(np.uint8)


def test_blur_darkness_and_size_lower_the_quality() -> None:
    sharp = grade(CHIP, POINTS, 1.0)
    soft = grade(blurred(CHIP, 8), POINTS, 1.0)
    dark = grade((CHIP * 0.15).astype(np.uint8), POINTS, 1.0)
    small = grade(CHIP, POINTS / 8, 1.0)
    unsure = grade(CHIP, POINTS, 0.3)
    assert sharp.sharpness > soft.sharpness > 0
    assert dark.brightness < 30 < sharp.brightness
    for worse in (soft, dark, small, unsure):
        assert 0 < worse.quality < sharp.quality <= 1


@given(st.floats(0.1, 8), st.floats(0, 1.5), st.floats(-40, 40))
def test_a_promise_is_never_broken_downwards(scale: float, score: float, nose: float) -> None:
    """A face is skipped on its promise, so its quality must not exceed it."""
    points = (POINTS + np.array([(0, 0)] * 4 + [(nose, 0)])) * scale
    assert grade(CHIP, points, score).quality <= promise(points, score) + 1e-4


def test_grain_is_no_detail() -> None:
    """A blurred picture does not become sharp by noise."""
    soft = blurred(CHIP, 40)
    grainy = soft + RNG.normal(0, 12, soft.shape)
    grades = [grade(c.clip(0, 255).astype(np.uint8), POINTS, 1.0) for c in (soft, grainy)]
    assert grades[1].noise > 3 > grades[0].noise
    assert grades[1].sharpness < 1.5 * grades[0].sharpness + 3
    assert grades[1].quality < grades[0].quality


@given(st.floats(0.2, 1.0))
def test_sharpness_is_blind_to_light(gain: float) -> None:
    dim = grade((CHIP * gain).astype(np.uint8), POINTS, 1.0)
    assert dim.sharpness == pytest.approx(grade(CHIP, POINTS, 1.0).sharpness, rel=0.1)


def test_plain_chips_have_figures_too() -> None:
    for value in (0, 255):
        plain = grade(np.full((150, 150, 3), value, np.uint8), POINTS, 1.0)
        assert plain.sharpness == 0
        assert 0 <= plain.quality < 0.05


def test_stills_need_exactly_one_large_face() -> None:
    assert [r.code for r in still_shortcomings([], GATES)] == ["no-face"]
    assert still_shortcomings([sample()], GATES) == ()
    assert still_shortcomings([sample(), sample(width=20)], GATES) == ()
    (crowd,) = still_shortcomings([sample(), sample(width=60), sample(width=50)], GATES)
    assert (crowd.code, crowd.detail) == ("several-faces", {"faces": 3})


def test_films_need_one_person() -> None:
    assert [r.code for r in film_shortcomings([], GATES)] == ["no-face"]
    same, other = [1.0, 0.0], [0.8, 0.6]
    assert film_shortcomings([track(0, 4000, same), track(4000, 6000, same)], GATES) == ()
    passer_by = track(0, 500, other)
    assert film_shortcomings([track(0, 4000, same), passer_by], GATES) == ()
    second = track(0, 2000, other)
    assert [r.code for r in film_shortcomings([track(0, 4000, same), second], GATES)] == [
        "several-faces"
    ]
    soft = dataclasses.replace(GOOD, sharpness=1.0)
    assert [r.code for r in film_shortcomings([track(0, 4000, same, soft)], GATES)] == [
        "face-blurred"
    ]
