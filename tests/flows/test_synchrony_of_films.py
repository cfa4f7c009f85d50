"""On real films the own sound agrees with the mouth better than another's.

The axes were fitted on these films, so this shows that file, clock and figures belong together.
What the axes are worth for people they never saw is printed by `python -m bench.synchrony`.
"""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import heads
from fingerprint.engine import Engine
from fingerprint.hearing import on_film as sound_of
from fingerprint.media import door
from fingerprint.media.limits import Limits
from fingerprint.models import Span
from fingerprint.proofing.lips import FILM_SIDE_MAX, FRAME_MS
from fingerprint.proofing.onepiece import jumps
from fingerprint.proofing.synchrony import on_film
from fingerprint.proofing.turned import Turned, turned
from registry.proofing import headturn, mouths
from registry.proofing.onepiece import JUMPS_MAX
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.timeout(1200)]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


@pytest.fixture(scope="module")
def films(media_dir: Path) -> list[Path]:
    """One film of each of four people."""
    with (media_dir / "MANIFEST.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["modality"] == "av"]
    if not rows:
        pytest.skip("real media: no films of people who speak")
    own = {row["identity"]: media_dir / row["path"] for row in rows}
    return [own[name] for name in sorted(own)[:4]]


def test_the_own_sound_agrees_better_than_another(engine: Engine, films: list[Path]) -> None:
    seen = [engine.mouth(path) for path in films]
    heard = [sound_of(path, Limits()) for path in films]
    scores = np.array([[on_film(film, *sound).score for sound in heard] for film in seen])
    own, others = np.diag(scores), scores[~np.eye(len(films), dtype=bool)]
    assert own.mean() > others.mean() + 0.15
    found = engine.agreement(films[0])
    assert found is not None
    assert found.score == own[0]
    assert found.motion > mouths.MOTION_MIN
    assert (found.frame_ms, found.shown) == (40.0, found.frames)


def test_a_mouth_that_is_late_by_half_a_second_agrees_less(
    engine: Engine, films: list[Path]
) -> None:
    film, (sound, begins_ms) = engine.mouth(films[0]), sound_of(films[0], Limits())
    late = replace(film, at_ms=film.at_ms + 480)
    assert on_film(late, sound, begins_ms).score < on_film(film, sound, begins_ms).score - 0.1


def test_a_film_cut_to_its_words_is_not_in_one_piece(engine: Engine, media_dir: Path) -> None:
    """Two films of one person, forth and back; the cut goes from one to the other in each pause."""
    one, other = (
        engine.mouth(media_dir / "av" / name).around
        for name in ("grid_s1/bbaf2n.mpg", "grid_s1/bgan4n.mpg")
    )
    count, every = len(one), 3_000 // FRAME_MS
    places = np.resize(np.r_[0:count, count - 2 : 0 : -1], 8 * every)
    words = [Span(at, at + 600) for at in range(2_000, 23_000, 3_000)]
    rows, columns = (min(sizes) for sizes in zip(one.shape[1:], other.shape[1:], strict=True))
    whole, another = (film[places][:, :rows, :columns] for film in (one, other))
    turns = ((np.arange(len(places)) + every // 2) // every % 2)[:, None, None]
    times = np.arange(len(places)) * FRAME_MS
    assert jumps(whole, times, words) < JUMPS_MAX
    assert jumps(np.where(turns, another, whole), times, words) > JUMPS_MAX


def test_a_head_that_speaks_does_not_turn_aside_and_one_that_turns_does(
    engine: Engine, films: list[Path]
) -> None:
    """The same film, as it is and with each picture of a second laid over a head and turned."""
    with door.frames(films[0], Limits(), every_ms=FRAME_MS, max_side=FILM_SIDE_MAX) as stream:
        frames = list(stream)
    points = engine._watcher.still(frames[0].rgb).faces[0].face.points
    eyes = np.stack([points[:2].mean(axis=0), points[2:4].mean(axis=0)])
    middle, distance = eyes.mean(axis=0), float(np.hypot(*(eyes[1] - eyes[0])))
    head = heads.Head((float(middle[0]), float(middle[1])), distance)
    stretch = Span(frames[20].at_ms, frames[50].at_ms)

    def seen(degrees: float) -> Turned:
        turning = frames[:]
        for n, share in enumerate(np.sin(np.linspace(0, np.pi, 30)) if degrees else [], 20):
            path = [(degrees * float(share), 0.0)]
            turning[n] = replace(frames[n], rgb=next(heads.frames(frames[n].rgb, head, path)))
        lips = engine._watcher.lips(turning)
        return turned(lips.aside, lips.at_ms, stretch)

    words = ["one", "two"]
    left, right = headturn.placed(words, 0), headturn.placed(words, 1)
    assert not headturn.doubts(seen(20.0), left)
    assert not headturn.doubts(seen(-20.0), right)
    for asked in (left, right):
        assert headturn.doubts(seen(0.0), asked)
    assert headturn.doubts(seen(20.0), right)


def test_a_recording_without_pictures_shows_no_mouth(engine: Engine, media_dir: Path) -> None:
    assert engine.agreement(next((media_dir / "speech").rglob("*.flac"))) is None
