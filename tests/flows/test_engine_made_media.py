"""The engine on media made on the spot: what holds no one gives no one, and says why."""

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.demo.media import write_film
from core.errors import BadMedia, NotFound, Unavailable
from fingerprint.engine import Engine, Gallery, GalleryEntry
from fingerprint.media.limits import Limits
from fingerprint.media.models import Form, MediaInfo
from fingerprint.models import Decision, Modality, ScanMode, Template, Trace
from fingerprint.runtime import session
from fingerprint.voice.vad import SpeechDetector
from fingerprint.weights.manifest import SPEECH_DETECTOR, load_manifest
from tests.engines import models_dir, real_engine

pytestmark = pytest.mark.usefixtures("forked_media")

RATE = 16_000


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


def sound(path: Path, seconds: float = 4.0, level: float = 0.0) -> Path:
    samples = np.random.default_rng(0).normal(size=round(seconds * RATE)) * level
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def picture(path: Path, seed: int | None = None) -> Path:
    pixels = np.full((240, 320, 3), 128, np.uint8)
    if seed is not None:
        pixels = np.random.default_rng(seed).integers(0, 256, pixels.shape).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("level", [0.0, 0.1])
def test_silence_and_noise_hold_no_voice(engine: Engine, tmp_path: Path, level: float) -> None:
    path = sound(tmp_path / "a.wav", level=level)
    info = engine.probe(path)
    heard: list[float] = []
    (span,) = engine.segments(info)
    assert engine.scan_segment(path, info, span, heard.append) == ()
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    report = engine.embed(path, Modality.VOICE)
    assert not report.accepted
    assert [reason.code for reason in report.reasons] == ["too-little-speech"]
    assert report.templates == ()


@pytest.mark.parametrize("mode", list(ScanMode))
def test_what_could_not_be_read_is_told_though_nobody_is_there(
    engine: Engine, tmp_path: Path, mode: ScanMode
) -> None:
    path = tmp_path / "a.mkv"
    pixels = np.random.default_rng(1).integers(0, 256, (100, 120, 160, 3)).astype(np.uint8)
    write_film(path, pixels, fps=10, samples=np.zeros(10 * RATE, np.float32), rate=RATE)
    whole, told = path.read_bytes(), []
    path.write_bytes(whole[: len(whole) // 2])
    info = engine.probe(path)
    (span,) = engine.segments(info)
    assert engine.scan_segment(path, info, span, mode=mode, heed=told.extend) == ()
    assert {reason.code for reason in told} == {"truncated-media"}
    told.clear()
    path.write_bytes(whole)
    info = engine.probe(path)
    (span,) = engine.segments(info)
    engine.scan_segment(path, info, span, mode=mode, heed=told.extend)
    assert told == []


def test_a_picture_without_a_face_says_so(engine: Engine, tmp_path: Path) -> None:
    for seed in (None, 1):
        path = picture(tmp_path / "a.png", seed)
        info = engine.probe(path)
        assert [engine.scan_segment(path, info, span) for span in engine.segments(info)] == [()]
        report = engine.embed(path, Modality.FACE)
        assert [reason.code for reason in report.reasons] == ["no-face"]


def test_a_file_without_the_stream_is_bad_media(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BadMedia) as no_sound:
        engine.embed(picture(tmp_path / "a.png"), Modality.VOICE)
    with pytest.raises(BadMedia) as no_picture:
        engine.embed(sound(tmp_path / "a.wav"), Modality.FACE)
    assert no_sound.value.code == no_picture.value.code == "no-such-stream"


def test_a_file_that_is_no_medium_or_not_there_is_an_error(engine: Engine, tmp_path: Path) -> None:
    text = tmp_path / "a.mp4"
    text.write_text("not a film")
    with pytest.raises(BadMedia):
        engine.probe(text)
    with pytest.raises(NotFound):
        engine.probe(tmp_path / "absent.mp4")


def test_a_folder_without_models_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        Engine.open(tmp_path, threads=1, limits=Limits())
    assert "ebenbild init" in caught.value.next_step


def test_both_encoders_are_calibrated(engine: Engine) -> None:
    for modality, card in engine.models.items():
        measured = engine.calibration(modality)
        assert measured is not None
        assert measured.model_id == card.model_id
        assert len(card.sha256) == 64


@given(st.integers(0, 3 * 3_600_000))
def test_segments_cover_the_cut_once(duration_ms: int) -> None:
    info = MediaInfo(
        Form.SOUND, "wav", duration_ms, 0, 0, 0, 0.0, True, False, "pcm", "", 1, 0, 0, 0, ()
    )
    spans = Engine.segments(real_engine(), info)
    assert spans[0].start_ms == 0
    assert spans[-1].end_ms == max(1, duration_ms)
    assert all(a.end_ms == b.start_ms for a, b in pairwise(spans))
    assert all(span.duration_ms <= 75_000 for span in spans)
    assert all(span.duration_ms >= 15_000 for span in spans[1:])


def test_findings_keep_the_order_of_traces_of_both_kinds(engine: Engine) -> None:
    rng = np.random.default_rng(0)

    def template(modality: Modality, evidence_ms: int = 8000) -> Template:
        card = engine.models[modality]
        values = np.abs(rng.normal(size=card.dimension))
        vector = (values / np.linalg.norm(values)).astype(np.float32)
        return Template(modality, vector, card.model_id, evidence_ms, 1.0)

    order = [Modality.FACE, Modality.VOICE, Modality.VOICE, Modality.FACE]
    traces = [Trace(modality, (), template(modality), None, ()) for modality in order]
    gallery = Gallery(
        GalleryEntry(f"print-{place}", t.modality, t.template.model_id, (t.template,))
        for place, t in enumerate(traces)
    )
    found = engine.decide(traces, gallery)
    assert [f.trace_index for f in found] == [0, 1, 2, 3]
    assert [f.print_id for f in found] == [f"print-{place}" for place in range(4)]
    assert [f.decision for f in found] == [Decision.MATCH] * 4
    assert engine.decide([], gallery) == ()
    assert {f.decision for f in engine.decide(traces, Gallery())} == {Decision.UNKNOWN}


def test_a_foreign_encoder_names_nobody(engine: Engine) -> None:
    vector = np.eye(8, dtype=np.float32)[0]
    trace = Trace(
        Modality.VOICE, (), Template(Modality.VOICE, vector, "foreign", 9000, 1.0), None, ()
    )
    gallery = Gallery([GalleryEntry("a", Modality.VOICE, "foreign", (trace.template,))])
    (found,) = engine.decide([trace], gallery)
    assert (found.decision, found.print_id) == (Decision.UNKNOWN, None)
    assert [reason.code for reason in found.reasons] == ["encoder-not-calibrated"]


@pytest.mark.parametrize("block", [1, 700, 16_000, 10**6])
def test_speech_probabilities_do_not_depend_on_how_sound_arrives(block: int) -> None:
    path = load_manifest(models_dir()).path(SPEECH_DETECTOR)
    detector = SpeechDetector(session(path, 1))
    rng = np.random.default_rng(0)
    length = 5_000 if block == 1 else 80_123
    samples = (rng.normal(size=length) * np.sin(np.arange(length) / 900) * 0.1).astype(np.float32)
    blocks = [samples[at : at + block] for at in range(0, length, block)]
    whole, parted = detector.probabilities([samples]), detector.probabilities(blocks)
    assert len(whole) == -(-length // 512)
    np.testing.assert_allclose(parted, whole, atol=1e-6)
    assert len(detector.probabilities([])) == 0
