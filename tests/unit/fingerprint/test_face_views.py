"""Views of a face: the chip itself comes first, changes are slight, soft copies lose detail."""

import numpy as np

from fingerprint.face import views
from fingerprint.face.chips import SIDE
from fingerprint.face.models import Image


def chip() -> Image:
    """A smooth pattern with an edge to one side, so that a mirror image differs."""
    rows, columns = np.mgrid[0:SIDE, 0:SIDE]
    grey = 120 + 60 * np.sin(rows / 9) * np.cos(columns / 7) + 40 * (columns > 100)
    return np.repeat(grey[..., None], 3, axis=2).clip(0, 255).astype(np.uint8)


def test_a_face_in_media_is_seen_as_it_is_first_then_mirrored_and_at_two_sizes() -> None:
    picture = chip()
    seen = views.seen(picture)
    assert seen.shape == (views.SEEN, SIDE, SIDE, 3)
    assert seen.dtype == np.uint8
    assert np.array_equal(seen[0], picture)
    assert np.array_equal(seen[1][:, ::-1], picture)
    middle = (slice(60, 90), slice(60, 90))
    for resized in seen[2:]:
        difference = np.abs(resized[middle].astype(int) - picture[middle]).mean()
        assert 0 < difference < 25


def test_a_print_holds_what_media_are_seen_with_and_soft_copies() -> None:
    picture = chip()
    sharp, soft = views.enrolled(picture)
    assert np.array_equal(sharp[: views.SEEN], views.seen(picture))
    assert len({view.tobytes() for view in sharp}) == len(sharp)
    detail = [float(np.abs(np.diff(view.astype(int), axis=1)).mean()) for view in (picture, *soft)]
    assert detail == sorted(detail, reverse=True)
    for view in soft:
        assert abs(float(view.mean()) - float(picture.mean())) < 2


def test_views_are_the_same_every_time() -> None:
    assert np.array_equal(views.enrolled(chip())[0], views.enrolled(chip())[0])
