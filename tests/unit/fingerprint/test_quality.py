"""Enrolment gates: each fault is found, and found alone."""

import numpy as np
import pytest

from fingerprint.models import Span
from fingerprint.quality import VoiceFigures, VoiceGates, measure, shortcomings, snr_db
from fingerprint.voice.mel import Samples

RATE = 16_000
SPEECH = (Span(1000, 5000),)


def recording(level: float = 0.1, noise: float = 0.001) -> Samples:
    """Six seconds: a rough tone where SPEECH says so, in steady noise."""
    rng = np.random.default_rng(0)
    sound = rng.normal(size=6 * RATE) * noise
    sound[RATE : 5 * RATE] += np.sin(np.arange(4 * RATE) * 0.05) * level * 2**0.5
    return sound.astype(np.float32)


def codes(samples: Samples, voices_ms: tuple[int, ...] = (4000,)) -> list[str]:
    figures = measure(samples, SPEECH, voices_ms)
    return [reason.code for reason in shortcomings(figures, VoiceGates())]


def test_a_plain_recording_is_fit() -> None:
    figures = measure(recording(), SPEECH, (4000,))
    assert codes(recording()) == []
    assert figures.level_dbfs == pytest.approx(-20, abs=0.1)
    assert figures.snr_db == pytest.approx(40, abs=1)
    assert figures.quality == 1.0


def test_each_fault_has_its_reason() -> None:
    assert codes(recording(level=0.0005, noise=1e-6)) == ["too-quiet"]
    assert codes(recording(noise=0.09)) == ["too-noisy"]
    assert codes(np.clip(recording() * 20, -1, 1)) == ["clipped"]
    assert codes(recording(), (3000, 3000)) == ["several-voices"]


def test_faults_are_collected() -> None:
    assert codes(recording(level=0.0005, noise=0.0005), (3000, 3000)) == [
        "too-quiet",
        "too-noisy",
        "several-voices",
    ]


def test_a_word_from_aside_is_no_second_voice() -> None:
    assert codes(recording(), (4000, 600)) == []


def test_too_little_speech_is_said_alone() -> None:
    for speech, voices_ms in (((), ()), ((Span(0, 900),), (900,))):
        figures = measure(recording(noise=0.1), speech, voices_ms)
        assert [r.code for r in shortcomings(figures, VoiceGates())] == ["too-little-speech"]


def test_noise_without_a_pause_is_still_heard() -> None:
    """Speech from end to end: the quietest frames stand for the background."""
    rng = np.random.default_rng(1)
    voice = np.repeat(rng.uniform(0, 0.2, 60), 1600) * np.sin(np.arange(96_000) * 0.05)
    speech = (Span(0, 6000),)
    clean = snr_db(voice.astype(np.float32), speech)
    noisy = snr_db((voice + rng.normal(size=96_000) * 0.05).astype(np.float32), speech)
    assert noisy < 10 < clean


def test_digital_silence_is_neither_speech_nor_an_error() -> None:
    figures = measure(np.zeros(RATE, np.float32), (), ())
    assert figures.speech_ms == 0
    assert figures.snr_db == 0.0
    assert measure(np.zeros(0, np.float32), (), ()).quality == 0.0


@pytest.mark.parametrize(("snr", "clipped"), [(0.0, 0.0), (15.0, 0.0), (60.0, 0.0), (60.0, 1.0)])
def test_quality_stays_between_zero_and_one(snr: float, clipped: float) -> None:
    assert 0.0 <= VoiceFigures(5000, -20.0, snr, clipped, (5000,)).quality <= 1.0


def test_a_pause_full_of_laughter_is_not_the_background() -> None:
    """Four seconds of clean speech with its own quiet places, and loud pauses on both sides."""
    sound = recording()
    loud = sound.copy()
    rng = np.random.default_rng(2)
    inside = np.zeros(len(sound), np.bool_)
    for span in SPEECH:
        inside[span.start_ms * RATE // 1000 : span.end_ms * RATE // 1000] = True
        quiet = (span.start_ms + span.end_ms) // 2 * RATE // 1000
        sound[quiet : quiet + RATE // 2] *= 0.01
    loud[~inside] = rng.normal(size=int((~inside).sum())) * 0.2
    loud[inside] = sound[inside]
    assert measure(loud, SPEECH, (4000,)).snr_db > 20
