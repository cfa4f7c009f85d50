"""Key frames are looked at one ahead of whoever asks, in their order, faults at their place."""

from collections.abc import Iterator

import numpy as np
import pytest

from fingerprint.face.shots import look
from fingerprint.face.skimming import Glimpse
from fingerprint.media.models import Frame
from fingerprint.skimming import glimpses

BLACK = np.zeros((8, 8, 3), np.uint8)
SEEN = Glimpse((), False, True, look(BLACK))


def keys(count: int) -> Iterator[Frame]:
    return (Frame(at_ms=at, shown_ms=1, rgb=BLACK, scale=1.0) for at in range(count))


@pytest.mark.parametrize("count", [0, 1, 5])
def test_every_key_frame_comes_with_what_it_shows(count: int) -> None:
    found = list(glimpses(keys(count), lambda frame: SEEN))
    assert [(frame.at_ms, seen) for frame, seen in found] == [(at, SEEN) for at in range(count)]


def test_one_is_looked_at_while_the_one_before_is_in_use() -> None:
    looked: list[int] = []

    def note(frame: Frame) -> Glimpse:
        looked.append(frame.at_ms)
        return SEEN

    coming = glimpses(keys(9), note)
    next(coming)
    next(coming)
    coming.close()  # waits for the one under way
    assert looked == [0, 1, 2]


def test_a_fault_comes_in_its_turn() -> None:
    def fail(frame: Frame) -> Glimpse:
        if frame.at_ms == 2:
            raise ValueError
        return SEEN

    coming = glimpses(keys(5), fail)
    assert [next(coming)[0].at_ms for _ in range(2)] == [0, 1]
    with pytest.raises(ValueError):
        next(coming)
