import numpy as np
import pytest
from numpy.typing import NDArray

from fingerprint.content.hearing import find_sound
from fingerprint.content.models import SoundPrint
from fingerprint.content.sound import PITCHES, SAMPLE_RATE, SoundPrinter
from fingerprint.models import Span
from tests.unit.fingerprint.recordings import faster, noisy, printed, sound_again, speech

KNOWN = speech(20, seed=1)
OTHER = speech(20, seed=2)
PRINT = printed(KNOWN)[0]


def test_a_recording_is_found_in_itself_in_full_and_intact() -> None:
    (link,) = find_sound(printed(KNOWN), PRINT)
    assert link.here == link.there
    assert link.here.duration_ms == pytest.approx(20_000, abs=300)
    assert link.error == 0
    assert sum(span.duration_ms for span in link.intact) == link.here.duration_ms


def test_blocks_of_any_length_give_the_same_print() -> None:
    whole = printed(KNOWN)[0]
    printer = SoundPrinter()
    for piece in np.array_split(KNOWN, 37):
        printer.add(piece)
    (pieces,) = printer.finish()
    assert np.bitwise_count(whole.bits ^ pieces.bits).mean() < 0.01
    assert len(whole) == len(pieces)


def test_a_part_is_found_with_its_offset() -> None:
    part = KNOWN[7 * SAMPLE_RATE : 13 * SAMPLE_RATE]
    (link,) = find_sound(printed(part), PRINT)
    assert link.there.start_ms - link.here.start_ms == pytest.approx(7000, abs=64)
    assert link.here.duration_ms > 5500


def test_a_recording_within_another_is_found_where_it_is_and_nowhere_else() -> None:
    around = np.concatenate([OTHER[: 8 * SAMPLE_RATE], KNOWN, OTHER[8 * SAMPLE_RATE :]])
    (link,) = find_sound(printed(around), PRINT)
    assert link.here.start_ms == pytest.approx(8000, abs=400)
    assert link.here.end_ms == pytest.approx(28_000, abs=400)


def test_a_recut_gives_each_piece_its_own_place() -> None:
    second = SAMPLE_RATE
    recut = np.concatenate([KNOWN[12 * second : 19 * second], KNOWN[2 * second : 9 * second]])
    first, last = find_sound(printed(recut), PRINT)
    assert first.there.start_ms - first.here.start_ms == pytest.approx(12_000, abs=64)
    assert last.there.start_ms - last.here.start_ms == pytest.approx(-5000, abs=64)


@pytest.mark.parametrize("volume", [0.02, 1.9])
def test_volume_does_not_matter(volume: float) -> None:
    (link,) = find_sound(printed(KNOWN * np.float32(volume)), PRINT)
    assert link.error < 0.02
    assert link.intact


def test_noise_is_seen_through_but_is_not_intact() -> None:
    links = find_sound(printed(noisy(KNOWN, 10)), PRINT)
    assert sum(link.here.duration_ms for link in links) > 10_000
    assert all(link.intact == () for link in links)


@pytest.mark.parametrize("speed", [0.95, 0.97, 1.025, 1.05])
def test_another_speed_is_found_and_measured(speed: float) -> None:
    (link,) = find_sound(printed(faster(KNOWN, speed), PITCHES), PRINT)
    assert link.speed == pytest.approx(speed, abs=0.005)
    assert link.here.duration_ms == pytest.approx(20_000 / speed, rel=0.05)


def test_two_takes_are_told_apart() -> None:
    takes = [printed(speech(8, seed=seed))[0] for seed in range(10, 22)]
    for one in takes:
        for other in takes:
            assert bool(find_sound([one], other)) == (one is other)


@pytest.mark.parametrize("decibels", [0, -6, -12, -18])
def test_a_voice_laid_over_it_leaves_nothing_intact(decibels: float) -> None:
    mixed = KNOWN + OTHER * np.float32(10 ** (decibels / 20))
    assert all(link.intact == () for link in find_sound(printed(mixed), PRINT))


def test_silence_and_a_steady_tone_match_nothing_not_even_themselves() -> None:
    time = np.arange(10 * SAMPLE_RATE) / SAMPLE_RATE
    for dull in (np.zeros_like(time), 0.3 * np.sin(2 * np.pi * 440 * time)):
        made = printed(dull.astype(np.float32))
        assert find_sound(made, made[0]) == ()
        assert find_sound(made, PRINT) == ()


def test_no_sound_at_all_has_no_frames_to_find() -> None:
    empty = printed(np.zeros(0, np.float32))
    assert find_sound(empty, PRINT) == ()
    assert find_sound(printed(KNOWN), empty[0]) == ()


def test_spans_lie_within_both_files() -> None:
    for link in find_sound(printed(noisy(KNOWN[SAMPLE_RATE:], 15)), PRINT):
        assert Span(0, 19_200).start_ms <= link.here.start_ms < link.here.end_ms <= 19_200
        assert 0 <= link.there.start_ms < link.there.end_ms <= 20_200


LOOP = printed(speech(8, seed=3))[0]


def test_every_repetition_of_a_recording_is_found_in_it() -> None:
    links = find_sound([sound_again(LOOP, 100)], LOOP)
    assert [round(link.here.start_ms / 8000) for link in links] == list(range(100))
    assert all(link.here.duration_ms > 7500 and link.there.start_ms < 500 for link in links)


def test_a_loop_is_found_in_itself_as_one_piece_however_often_it_repeats() -> None:
    loop = sound_again(LOOP, 60)
    (link,) = find_sound([loop], loop)
    assert link.here == link.there
    assert link.here.duration_ms > 60 * 8000 - 1000


def test_a_part_of_a_loop_is_found_in_it_once() -> None:
    (link,) = find_sound([sound_again(LOOP, 3)], sound_again(LOOP, 60))
    assert link.here.duration_ms > 3 * 8000 - 1000


def test_a_scene_is_found_beside_a_loop_that_says_more() -> None:
    scene = printed(KNOWN[: 12 * SAMPLE_RATE])[0]
    loop = sound_again(LOOP, 40)
    parts = (np.concatenate(pair) for pair in zip(_arrays(loop), _arrays(scene), strict=True))
    links = find_sound([SoundPrint(*parts)], PRINT)
    assert [round(link.there.start_ms / 1000) for link in links] == [0]
    assert links[0].here.duration_ms > 11_000


def _arrays(made: SoundPrint) -> tuple[NDArray[np.generic], ...]:
    return made.bits, made.strong, made.shaky, made.level


def test_a_comparison_tells_how_far_it_is_and_can_be_ended() -> None:
    told: list[float] = []
    find_sound(printed(KNOWN, PITCHES), PRINT, told.append)
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] < 1

    def stop(_done: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        find_sound(printed(KNOWN), PRINT, stop)
