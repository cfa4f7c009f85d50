"""Following faces over frames, with a kit that sees coloured squares instead of faces."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fingerprint.face.following import Follower
from fingerprint.face.kit import FaceSettings
from fingerprint.face.linking import Trail, link, thin_out
from fingerprint.face.models import Box, Detection, Face, Grade, Sample
from fingerprint.face.shots import Shots
from fingerprint.face.tracks import pooled
from fingerprint.face.view import View, view_of
from fingerprint.models import Span

RED, GREEN, BLUE = (250, 10, 10), (10, 250, 10), (10, 10, 250)
COLOURS = {RED: 0, GREEN: 1, BLUE: 2}
Squares = list[tuple[tuple[int, int, int], int, int]]


def frame(squares: Squares, background: int = 90) -> np.ndarray:
    rgb = np.full((180, 320, 3), background, dtype=np.uint8)
    for colour, x, y in squares:
        rgb[max(0, y) : y + 40, max(0, x) : x + 40] = colour
    return rgb


@dataclass
class SquareKit:
    """Finds 40-pixel squares by colour; a square's vector is its colour's axis."""

    settings: FaceSettings = field(default_factory=lambda: FaceSettings(trails_max=8))
    searched: list[tuple[int, int]] = field(default_factory=list)

    def search(self, view: View, smallest_px: int) -> tuple[Detection, ...]:
        self.searched.append((view.at_ms, smallest_px))
        return self._seen(view.work, (0, 0))

    def near(self, view: View, box: Box) -> Detection | None:
        x, y = (round(v) for v in box.centre)
        left, top = max(0, x - 45), max(0, y - 45)
        part = view.work[top : y + 45, left : x + 45]
        return next(iter(self._seen(part, (left, top))), None)

    def face(self, view: View, detection: Detection) -> Face:
        return Face(view.at_ms, detection.box, points(detection.box), detection.score)

    def sample(self, view: View, face: Face) -> Sample:
        x, y = (int(v) for v in face.box.centre)
        chip = np.full((150, 150, 3), view.rgb[y, x], dtype=np.uint8)
        return Sample(face, chip, Grade(50, 60, 130, 30, 1, 0.9, face.score))

    def describe(self, chips: np.ndarray) -> np.ndarray:
        return np.eye(3, dtype=np.float32)[[COLOURS[tuple(c[0, 0].tolist())] for c in chips]]

    def _seen(self, part: np.ndarray, at: tuple[int, int]) -> tuple[Detection, ...]:
        found = []
        for colour in COLOURS:
            rows, columns = np.nonzero((part == colour).all(axis=2))
            if len(rows) < 800:
                continue
            left, top = float(columns.min() + at[0]), float(rows.min() + at[1])
            found.append(Detection(Box(left, top, left + 39, top + 39), 0.9))
        return tuple(found)


def points(box: Box) -> np.ndarray:
    x, y = box.centre
    spread = np.array([(30, -8), (10, -8), (-30, -8), (-10, -8), (0, 12)])
    return np.rint(np.array([x, y]) + spread)


def follow(frames: list[tuple[int, np.ndarray]], kit: SquareKit | None = None) -> list:
    follower = Follower(kit or SquareKit())  # type: ignore[arg-type]
    for at_ms, rgb in frames:
        follower.add(view_of(rgb, at_ms=at_ms, scale=1.0, working_side=640))
    return list(follower.finish())


def colour_of(track: object) -> int:
    return int(np.argmax(track.vector))  # type: ignore[attr-defined]


def test_one_moving_face_is_one_track() -> None:
    tracks = follow([(250 * n, frame([(RED, 10 + 12 * n, 40)])) for n in range(12)])
    assert [(t.spans, len(t.faces)) for t in tracks] == [((Span(0, 3000),), 12)]
    assert tracks[0].faces[3].box == Box(46, 40, 85, 79)
    assert tracks[0].crop[:3] == b"\xff\xd8\xff"


def test_whole_frames_are_searched_only_now_and_then() -> None:
    kit = SquareKit()
    follow([(250 * n, frame([(RED, 10 + 5 * n, 40)])) for n in range(12)], kit)
    settings = kit.settings
    assert kit.searched == [(0, settings.first_px), (2000, settings.smallest_px)]


def test_frames_without_a_face_are_searched_more_often() -> None:
    kit = SquareKit()
    follow([(250 * n, frame([])) for n in range(12)], kit)
    assert [at_ms for at_ms, _ in kit.searched] == [0, 1000, 2000]


def test_a_lost_face_is_searched_for_once_not_in_every_frame() -> None:
    kit = SquareKit()
    follow([(250 * n, frame([(RED, 100, 60)] if n < 4 else [])) for n in range(8)], kit)
    assert [at_ms for at_ms, _ in kit.searched] == [0, 1000]


def test_a_step_tells_what_changed() -> None:
    here, there = (RED, 10, 20), (GREEN, 150, 120)
    pictures = [[here], [here], [here, there], [(RED, 25, 20), there], [there], []]
    follower = Follower(SquareKit(FaceSettings(search_every_ms=100)))  # type: ignore[arg-type]
    views = [
        view_of(frame(squares), at_ms=4000 * n, scale=1.0, working_side=640)
        for n, squares in enumerate(pictures)
    ]
    steps = [follower.add(view) for view in views]
    assert [(s.kept, s.fresh, s.gone, s.moved) for s in steps] == [
        (0, 1, 0, 0),
        (1, 0, 0, 0),
        (1, 1, 0, 0),
        (2, 0, 0, 0),
        (1, 0, 1, 0),
        (0, 0, 1, 0),
    ]
    assert [step.cut for step in steps] == [True] + [False] * 5
    assert [step.steady for step in steps] == [False, True, False, True, False, False]


def test_one_person_seen_in_key_frames_alone_is_one_track() -> None:
    frames = [(4000 * n, frame([(RED, 100 + 4 * n, 60)])) for n in range(4)]
    (track,) = follow(frames)
    assert track.spans == (Span(0, 16000),)


def test_two_faces_keep_apart() -> None:
    tracks = follow(
        [(250 * n, frame([(RED, 10, 20), (GREEN, 200 - 9 * n, 120)])) for n in range(8)]
    )
    assert sorted((colour_of(t), len(t.faces)) for t in tracks) == [(0, 8), (1, 8)]


def test_no_track_crosses_a_cut() -> None:
    """The same place, the same colour, but another shot."""
    before = [(250 * n, frame([(RED, 100, 60)])) for n in range(4)]
    after = [(1000 + 250 * n, frame([(RED, 100, 60)], background=230)) for n in range(4)]
    assert [t.spans for t in follow(before + after)] == [(Span(0, 1000),), (Span(1000, 2000),)]


def test_a_change_of_person_without_a_visible_cut_splits_the_track() -> None:
    frames = [(250 * n, frame([(RED if n < 6 else GREEN, 100, 60)])) for n in range(12)]
    tracks = follow(frames)
    assert [(colour_of(t), len(t.faces)) for t in tracks] == [(0, 6), (1, 6)]
    assert tracks[0].spans[-1].end_ms <= tracks[1].spans[0].start_ms


def test_a_face_that_comes_in_between_searches_is_followed_backwards() -> None:
    frames = [(250 * n, frame([(BLUE, 150, 60)] if n >= 2 else [])) for n in range(8)]
    (track,) = follow(frames)
    assert track.spans == (Span(500, 2000),)
    assert [f.at_ms for f in track.faces] == list(range(500, 2000, 250))


def test_a_face_behind_a_hand_stays_one_track_with_a_gap() -> None:
    hidden = {4, 5, 6, 7, 8}
    frames = [(250 * n, frame([] if n in hidden else [(RED, 100, 60)])) for n in range(14)]
    (track,) = follow(frames)
    assert track.spans == (Span(0, 1000), Span(2250, 3500))


def test_a_gone_face_ends_its_track() -> None:
    frames = [(250 * n, frame([(RED, 100, 60)] if n < 4 else [])) for n in range(24)]
    (track,) = follow(frames)
    assert track.spans == (Span(0, 1000),)


def test_spans_reach_to_the_next_frame_even_at_uneven_times() -> None:
    times = [0, 100, 700, 900, 1900]
    (track,) = follow([(t, frame([(RED, 100, 60)])) for t in times])
    assert track.spans == (Span(0, 2900),)


def test_a_change_of_person_late_in_a_long_track_is_noticed() -> None:
    """All pictures are equally good, so only their spread over time keeps both people."""
    frames = [(500 * n, frame([(RED if n < 70 else GREEN, 100, 60)])) for n in range(80)]
    tracks = follow(frames)
    assert [colour_of(t) for t in tracks] == [0, 1]
    assert 25_000 < tracks[1].spans[0].start_ms < 40_000


@given(
    st.dictionaries(st.integers(0, 500), st.floats(0.01, 1), min_size=1, max_size=60),
    st.integers(2, 8),
)
def test_thinning_keeps_spread_and_quality(qualities: dict[int, float], count: int) -> None:
    box = Box(0, 0, 39, 39)
    samples = {
        at: Sample(
            Face(at, box, points(box), 1.0),
            np.zeros((150, 150, 3), np.uint8),
            Grade(50, 60, 130, 30, 1, 0.9, quality),
        )
        for at, quality in qualities.items()
    }
    thin_out(samples, count)
    assert len(samples) == min(count, len(qualities))
    assert max(s.grade.quality for s in samples.values()) == max(qualities.values())


def test_nothing_gives_nothing() -> None:
    assert follow([]) == []
    assert follow([(0, frame([]))]) == []


def test_samples_and_trails_are_bounded() -> None:
    settings = FaceSettings(samples_max=3, trails_max=2, sample_every_ms=250)
    kit = SquareKit(settings)
    squares: Squares = [(RED, 10, 20), (GREEN, 120, 20), (BLUE, 230, 20)]
    tracks = follow([(250 * n, frame(squares)) for n in range(20)], kit)
    assert len(tracks) == 2
    assert all(len(t.samples) <= 3 for t in tracks)


def test_sizes_that_change_begin_a_new_shot() -> None:
    small = frame([(RED, 100, 60)])[:170, :300]
    tracks = follow([(0, frame([(RED, 100, 60)])), (250, small), (500, small)])
    assert [t.spans for t in tracks] == [(Span(0, 250),), (Span(250, 750),)]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 100)), max_size=6))
def test_linking_uses_everything_once(corners: list[tuple[int, int]]) -> None:
    boxes = [Box(x, y, x + 39, y + 39) for x, y in corners]
    trails = [Trail(box) for box in boxes[::2]]
    detections = [Detection(box, 1.0) for box in boxes]
    links = link(trails, detections)
    used = [d for _, d in links.pairs] + list(links.fresh)
    assert sorted(map(id, used)) == sorted(map(id, detections))
    kept = [t for t, _ in links.pairs] + list(links.lost)
    assert sorted(map(id, kept)) == sorted(map(id, trails))


def test_linking_prefers_the_better_overlap() -> None:
    near, far = Detection(Box(2, 0, 41, 39), 0.5), Detection(Box(12, 0, 51, 39), 0.9)
    links = link([Trail(Box(0, 0, 39, 39))], [far, near])
    assert links.pairs[0][1] is near
    assert links.fresh == (far,)


@given(st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_pooled_vectors_are_unit_and_lean_to_quality(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(count + 1, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vector = pooled(vectors, [1.0] + [0.001] * count)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert float(vector @ vectors[0]) > 0.98


def still_noise(value: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-4, 5, (180, 320, 3))
    return (np.full((180, 320, 3), value) + noise).clip(0, 255).astype(np.uint8)


def test_shots_begin_at_cuts_only() -> None:
    shots = Shots()
    frames = [still_noise(90, n) for n in range(6)] + [still_noise(140, n) for n in range(6)]
    assert [shots.begins(rgb) for rgb in frames] == [n in (0, 6) for n in range(12)]


def test_a_steady_pan_is_one_shot() -> None:
    wide = np.random.default_rng(0).integers(0, 256, (9, 64, 3), dtype=np.uint8)
    wide = wide.repeat(20, axis=0).repeat(20, axis=1)
    shots = Shots()
    begins = [shots.begins(wide[:, 30 * n : 30 * n + 320]) for n in range(30)]
    assert begins[0] and sum(begins) <= 3  # the start of the movement may look like a cut


def test_one_colour_of_any_size_is_one_shot() -> None:
    for shape in ((1, 1, 3), (3, 500, 3), (2000, 2, 3)):
        shots = Shots()
        picture = np.full(shape, 7, dtype=np.uint8)
        assert [shots.begins(picture) for _ in range(3)] == [True, False, False]
