"""Faces on their side and on their head, with a kit that sees marked squares as the detector does.

A square has a bar where its head is: it is found upright, less surely on its side, and not upside
down.
"""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.face.following import Follower
from fingerprint.face.kit import FaceSettings, Kit
from fingerprint.face.models import Box, Detection, Face, Grade, Sample, Track
from fingerprint.face.skimming import Skimmer
from fingerprint.face.turning import (
    CLEAR,
    Turner,
    box_turned,
    clear_faces,
    face_of,
    points_turned,
    upright,
)
from fingerprint.face.view import View, view_of
from fingerprint.models import Span

RED, BAR = (250, 10, 10), (10, 250, 10)
SIDE, BAR_PX = 40, 8
SIZES = st.tuples(st.integers(1, 90), st.integers(1, 90))
EDGES = st.tuples(*[st.integers(-20, 99)] * 4)


def picture(at: tuple[int, int] | None = None, turn: int = 0, background: int = 90) -> np.ndarray:
    """A face at x and y that is upright after `turn`, or nobody."""
    rgb = np.full((180, 320, 3), background, dtype=np.uint8)
    if at is not None:
        square = np.full((SIDE, SIDE, 3), RED, dtype=np.uint8)
        square[:BAR_PX] = BAR
        rgb[at[1] : at[1] + SIDE, at[0] : at[0] + SIDE] = np.rot90(square, -turn)
    return rgb


@dataclass
class SquareKit:
    """Kit of one square; `dim` is what an upright one scores."""

    dim: float = 1.04
    settings: FaceSettings = field(default_factory=FaceSettings)
    searched: list[int] = field(default_factory=list)
    looked: int = 0
    describer: None = None

    def search(self, view: View, smallest_px: int) -> tuple[Detection, ...]:
        self.searched.append(smallest_px)
        return self._seen(view.work)

    def near(self, view: View, box: Box) -> Detection | None:
        self.looked += 1
        x, y = box.centre
        return next((d for d in self._seen(view.work) if d.box.holds((x, y))), None)

    there = near

    def face(self, view: View, detection: Detection) -> Face:
        """Its eyes are the left and the right end of what is up in this view."""
        box = detection.box
        left, right = (box.left, box.top), (box.right, box.top)
        points = np.array([left, left, right, right, box.centre])
        return Face(view.at_ms, view.to_source(box), view.points_to_source(points), detection.score)

    def sample(self, view: View, face: Face) -> Sample:
        chip = np.zeros((150, 150, 3), dtype=np.uint8)
        return Sample(face, chip, Grade(50, 60, 130, 30, 1, 0.9, min(1.0, face.score)))

    def describe(self, chips: np.ndarray) -> np.ndarray:
        return np.ones((len(chips), 1), dtype=np.float32)

    def _seen(self, work: np.ndarray) -> tuple[Detection, ...]:
        rows, columns = np.nonzero((work != work[-1, -1]).any(axis=2))
        if len(rows) == 0:
            return ()
        left, top = columns.min(), rows.min()
        up = (work[top + 1, left + SIDE // 2] == BAR).all()
        down = (work[top + SIDE - 2, left + SIDE // 2] == BAR).all()
        box = Box(*(float(v) for v in (left, top, left + SIDE - 1, top + SIDE - 1)))
        return () if down else (Detection(box, self.dim if up else 0.8 * self.dim),)


def kit_of(double: SquareKit) -> Kit:
    return double  # type: ignore[return-value]


def view(rgb: np.ndarray, at_ms: int = 0, scale: float = 1.0) -> View:
    return view_of(rgb, at_ms=at_ms, scale=scale, working_side=640)


def follow(
    pictures: list[np.ndarray], double: SquareKit | None = None, turn: int | None = 0
) -> tuple[Track, ...]:
    kit = kit_of(double or SquareKit())
    follower = Follower(kit, None if turn is None else Turner(kit, turn))
    for number, rgb in enumerate(pictures):
        follower.add(view(rgb, 400 * number))
    return follower.finish()


@given(SIZES, EDGES, st.integers(-5, 5))
def test_boxes_and_points_come_back_from_a_turn(
    size: tuple[int, int], edges: tuple[int, ...], turn: int
) -> None:
    shape = np.rot90(np.zeros(size), turn).shape
    box, points = Box(*edges), np.array([edges[:2], edges[2:]])
    assert box_turned(box_turned(box, size, turn), shape, -turn) == box
    assert (points_turned(points_turned(points, size, turn), shape, -turn) == points).all()


@given(SIZES, st.data(), st.integers(-5, 5))
def test_a_pixel_is_where_its_point_is_after_a_turn(
    size: tuple[int, int], data: st.DataObject, turn: int
) -> None:
    y, x = data.draw(st.integers(0, size[0] - 1)), data.draw(st.integers(0, size[1] - 1))
    marked = np.zeros(size)
    marked[y, x] = 1
    ((column, row),) = points_turned(np.array([(x, y)]), size, turn)
    assert np.rot90(marked, turn)[row, column] == 1
    assert box_turned(Box(x, y, x, y), size, turn) == Box(column, row, column, row)


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_face_is_followed_however_it_is_turned(turn: int) -> None:
    (track,) = follow([picture((10 + 4 * n, 40), turn) for n in range(12)])
    assert track.spans == (Span(0, 4800),)
    assert track.faces[3].box == Box(22, 40, 61, 79)
    ends = {0: [(0, 0), (39, 0)], 1: [(39, 0), (39, 39)], 2: [(39, 39), (0, 39)]}
    up = ends.get(turn, [(0, 39), (0, 0)])
    assert track.faces[3].points[1:3].tolist() == [[22 + x, 40 + y] for x, y in up]
    assert track.quality == 1.0  # where it is upright it is seen best


def test_without_turning_a_head_is_not_found_and_a_lying_face_poorly() -> None:
    assert follow([picture((10, 40), 2)] * 4, turn=None) == ()
    (track,) = follow([picture((10, 40), 1)] * 4, turn=None)
    assert track.quality < 0.9


def test_a_shrunk_picture_gives_the_points_of_the_whole_one() -> None:
    kit, seen = kit_of(SquareKit()), view(picture((10, 40), 2), scale=0.5)
    (found,) = clear_faces(kit, seen, 40)
    face = face_of(kit, seen, found)
    assert face.box == Box(20, 80, 98, 158)
    assert face.points[1:3].tolist() == [[98, 158], [20, 158]]


def test_upright_faces_cost_one_look_a_track_and_stay_as_they_were() -> None:
    pictures = [picture((10 + 4 * n, 40)) for n in range(12)]
    plain, turning = SquareKit(), SquareKit()
    before, after = follow(pictures, plain, turn=None), follow(pictures, turning)
    assert turning.searched == plain.searched
    assert turning.looked == plain.looked + 1
    assert [(t.spans, t.quality) for t in before] == [(t.spans, t.quality) for t in after]
    assert _faces(before) == _faces(after)


def test_a_film_without_faces_is_searched_a_tenth_more() -> None:
    plain, turning = SquareKit(), SquareKit()
    pictures = [picture(background=90 + 40 * (n // 12 % 2)) for n in range(150)]  # a minute
    follow(pictures, plain, turn=None)
    assert follow(pictures, turning) == ()
    cost = [sum(px**-2 for px in double.searched) for double in (plain, turning)]
    assert cost[0] < cost[1] < 1.1 * cost[0]


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_what_is_less_clear_than_a_face_is_left_alone(turn: int) -> None:
    kit = SquareKit(dim=CLEAR - 0.01)
    seen = view(picture((10, 40), turn))
    assert clear_faces(kit_of(kit), seen, 40) == ()
    for found in kit.search(seen, 40):
        assert upright(kit_of(kit), seen, found) == found


def test_a_turn_that_is_found_late_says_so_and_is_known_the_next_time() -> None:
    kit = kit_of(SquareKit())
    seconds = [picture()] * 3 + [picture((10, 40), 2)] * 30
    turner = Turner(kit)
    for rgb in seconds:
        turner.look(view(rgb), kit.search(view(rgb), 40))
    assert turner.late == 2
    knowing = Turner(kit, turner.late)
    found = [knowing.look(view(rgb), ()) for rgb in seconds]
    assert [len(one) for one in found] == [0] * 3 + [1] * 30
    assert knowing.late == 0


def test_a_turn_found_at_once_is_not_late_and_forgotten_where_nobody_follows() -> None:
    double = SquareKit()
    turner = Turner(kit_of(double))
    for rgb in [picture((10, 40), 2)] + [picture()] * 30:
        turner.look(view(rgb), ())
    assert turner.late == 0
    assert len(double.searched) < 3 + 5 + 30 / 4


def test_somebody_found_upright_ends_the_look() -> None:
    double = SquareKit()
    found = (Detection(Box(0, 0, 39, 39), 1.0),)
    assert Turner(kit_of(double), 2).look(view(picture((10, 40), 2)), found) == found
    assert double.searched == []


def test_key_frames_show_heads_too() -> None:
    kit = kit_of(SquareKit())
    skimmer = Skimmer(kit, Turner(kit))
    first, second = (skimmer.add(view(picture((at, 40), 2), 4000 * at)) for at in (10, 14))
    assert [d.turn for d in first.found + second.found] == [2, 2]
    assert second.steady
    assert Skimmer(kit).add(view(picture((10, 40), 2))).found == ()


def _faces(tracks: tuple[Track, ...]) -> list[tuple[int, Box, float]]:
    return [(face.at_ms, face.box, face.score) for track in tracks for face in track.faces]
