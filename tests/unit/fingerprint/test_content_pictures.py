import numpy as np
import pytest
from numpy.typing import NDArray

from fingerprint.content.seeing import find_pictures
from tests.unit.fingerprint.recordings import film_again, filmed, scene

SCENE = scene(20, seed=1)
KNOWN = filmed(SCENE)


def covered_ms(pictures: list[NDArray[np.uint8]]) -> int:
    return sum(link.here.duration_ms for link in find_pictures(filmed(pictures), KNOWN))


def test_a_film_is_found_in_itself_in_full_and_intact() -> None:
    (link,) = find_pictures(KNOWN, KNOWN)
    assert link.here.duration_ms >= 19_000
    assert link.here == link.there
    assert link.intact == (link.here,)


def test_another_take_in_the_same_room_is_not_found() -> None:
    for seed in range(2, 8):
        assert find_pictures(filmed(scene(20, seed=seed)), KNOWN) == ()


def test_a_part_is_found_with_its_offset() -> None:
    (link,) = find_pictures(filmed(SCENE[24:60]), KNOWN)
    assert link.there.start_ms - link.here.start_ms == pytest.approx(6000, abs=130)


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture[:, ::-1],
        lambda picture: picture[5:-5, 8:-8],
        lambda picture: picture[:, 55:105],
        lambda picture: np.pad(picture, ((15, 15), (0, 0), (0, 0))),
        lambda picture: np.pad(picture, ((0, 0), (30, 30), (0, 0))),
        lambda picture: picture[::2, ::2],
        lambda picture: np.clip(picture * 0.7 + 30, 0, 255).astype(np.uint8),
    ],
    ids=["mirrored", "cropped", "vertical", "letterbox", "pillarbox", "scaled", "graded"],
)
def test_another_form_of_the_film_is_found(change: object) -> None:
    assert callable(change)
    assert covered_ms([change(picture) for picture in SCENE]) > 10_000


def test_a_part_of_the_picture_is_never_intact() -> None:
    links = find_pictures(filmed([picture[:, 55:105] for picture in SCENE]), KNOWN)
    assert links
    assert all(link.intact == () for link in links)


def test_what_was_replaced_in_the_picture_is_not_intact() -> None:
    replaced = [picture.copy() for picture in SCENE]
    for number, picture in enumerate(replaced[32:56]):
        picture[20:60, 40:70] = 120 + 40 * (number % 3)
    links = find_pictures(filmed(replaced), KNOWN)
    assert links
    assert not any(
        span.start_ms < 13_000 and span.end_ms > 9000 for link in links for span in link.intact
    )


def test_black_pictures_and_still_ones_match_nothing() -> None:
    black = filmed([np.zeros((90, 160, 3), np.uint8)] * 40)
    still = filmed([SCENE[0]] * 40)
    for dull in (black, still):
        assert find_pictures(dull, dull) == ()
        assert find_pictures(dull, KNOWN) == ()


def test_bars_are_no_part_of_the_picture() -> None:
    boxed = filmed([np.pad(picture, ((30, 30), (0, 0), (0, 0))) for picture in SCENE])
    assert boxed.box.top == pytest.approx(0.2, abs=0.02)
    assert boxed.box.bottom == pytest.approx(0.8, abs=0.02)
    assert boxed.aspect == pytest.approx(16 / 9, rel=0.05)


def test_every_repetition_of_a_film_is_found_in_it() -> None:
    known = filmed(SCENE[:40])
    links = find_pictures(film_again(known, 100), known)
    assert [link.here.start_ms for link in links] == list(range(0, 1_000_000, 10_000))
    assert all(link.there.start_ms == 0 and not link.mirrored for link in links)


def test_a_comparison_tells_how_far_it_is_and_can_be_ended() -> None:
    told: list[float] = []
    find_pictures(filmed(scene(20, seed=2)), KNOWN, told.append)
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] < 1

    def stop(_done: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        find_pictures(KNOWN, KNOWN, stop)
