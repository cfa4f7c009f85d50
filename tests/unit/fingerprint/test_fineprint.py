"""The same recording is known again in pieces of a third of a second; another take is not."""

import numpy as np
import pytest

from fingerprint.proofing.fineprint import FinePrint, fine_print, known_share

RATE = 16_000


def speech(seed: int, seconds: float = 4.0) -> np.ndarray:
    """Something that changes as speech does: bursts of drifting tones over a little noise."""
    generator = np.random.default_rng(seed)
    length = int(RATE * seconds)
    out = generator.normal(0, 1e-3, length)
    for start in range(0, length - RATE // 5, RATE // 8):
        n = np.arange(RATE // 5) / RATE
        tones = [
            np.sin(2 * np.pi * (f + generator.uniform(-400, 400) * n) * n) * generator.uniform(0, 1)
            for f in generator.uniform(120, 5000, 6)
        ]
        out[start : start + len(n)] += 0.1 * np.sum(tones, axis=0) * np.hanning(len(n))
    return out.astype(np.float32)


def test_a_recording_is_known_again_louder_and_with_noise() -> None:
    once = speech(1)
    noisy = 0.4 * once[1234:] + np.random.default_rng(9).normal(0, 3e-4, len(once) - 1234)
    assert known_share(fine_print(noisy.astype(np.float32)), fine_print(once)) > 0.6


@pytest.mark.parametrize("seed", range(2, 6))
def test_another_take_is_not(seed: int) -> None:
    assert known_share(fine_print(speech(seed)), fine_print(speech(1))) < 0.02


def test_pieces_of_half_a_second_in_another_order_are_known() -> None:
    once = speech(1)
    pieces = [once[n * RATE // 2 : (n + 1) * RATE // 2] for n in (5, 1, 6, 3, 0, 4)]
    assert known_share(fine_print(np.concatenate(pieces)), fine_print(once)) > 0.2


def test_silence_is_known_from_nowhere() -> None:
    assert known_share(fine_print(np.zeros(RATE, np.float32)), fine_print(speech(1))) == 0
    assert known_share(fine_print(speech(1)), fine_print(np.zeros(10, np.float32))) == 0


def test_it_reads_what_it_wrote() -> None:
    made = fine_print(speech(1, 1.0))
    assert np.array_equal(FinePrint.from_bytes(made.to_bytes()).levels, made.levels)
