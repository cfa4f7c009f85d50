"""An engine with encoders of one's own: same turns and tracks, other vectors, nothing mixed."""

import io
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from core.errors import BadInput, NotFound
from fingerprint import opening
from fingerprint.engine import Engine
from fingerprint.frontends import Encoder, FrontEnd
from fingerprint.gallery import Gallery, GalleryEntry
from fingerprint.hearing import hear
from fingerprint.media.limits import Limits
from fingerprint.models import Decision, Modality, Span
from fingerprint.weights.adding import add
from fingerprint.weights.manifest import SHIPPED_ENCODERS, load_manifest
from tests.engines import models_dir, real_engine
from tests.onnx_files import DIMENSION, face_encoder, voice_encoder

pytestmark = pytest.mark.usefixtures("forked_media")

VOICE = Encoder("tiny", "1", FrontEnd.FBANK80, "", "", "MIT", "made for a test", 0)
FACE = replace(VOICE, name="small", front_end=FrontEnd.ALIGN112)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    real_engine()  # skips where the weights are not installed
    folder = tmp_path_factory.mktemp("own")
    shutil.copytree(models_dir(), folder / "models")
    made = folder / "models"
    add(made, voice_encoder(folder / "v.onnx"), VOICE)
    add(made, voice_encoder(folder / "w.onnx", seed=5), replace(VOICE, version="2", window_ms=3000))
    add(made, face_encoder(folder / "f.onnx"), FACE)
    shipped = made / "ge2e-resemblyzer.onnx"
    add(made, shipped, replace(VOICE, name="ge2e", front_end=FrontEnd.MEL40))
    return made


def longest(media_dir: Path) -> Path:
    """The longest sound of the speech files."""
    return max((media_dir / "speech").rglob("*.flac"), key=lambda path: path.stat().st_size)


def opened(models: Path, **chosen: str) -> Engine:
    encoders = {Modality(name): model_id for name, model_id in chosen.items()}
    return Engine.open(models, threads=2, limits=Limits(), encoders=encoders)


@pytest.mark.media
@pytest.mark.parametrize("version", ["1", "2"])
def test_a_voice_is_described_by_the_encoder_in_use(
    models: Path, media_dir: Path, version: str
) -> None:
    sample = longest(media_dir)
    plain = real_engine().embed(sample, Modality.VOICE)
    engine = opened(models, voice=f"tiny@{version}")
    own = engine.embed(sample, Modality.VOICE)
    assert own.accepted == plain.accepted
    assert own.spans == plain.spans
    for template, shipped in zip(own.templates, plain.templates, strict=True):
        assert template.model_id == f"tiny@{version}"
        assert template.vector.shape == (DIMENSION,)
        assert abs(float(np.linalg.norm(template.vector)) - 1) < 1e-5
        assert template.evidence_ms == shipped.evidence_ms
    again = engine.embed(sample, Modality.VOICE)
    assert np.array_equal(again.templates[0].vector, own.templates[0].vector)
    assert engine.calibration(Modality.VOICE) is None


@pytest.mark.media
def test_the_shipped_weights_as_an_own_encoder_say_the_same(models: Path, media_dir: Path) -> None:
    sample = longest(media_dir)
    files = load_manifest(models)
    shipped, own = (opening.listener(files, 2, name) for name in ("ge2e-resemblyzer", "ge2e@1"))
    samples, heard, _ = hear(shipped, sample, Limits(), Span(0, 30_000))
    pairs = (each.windows(samples, heard.speech).vectors for each in (shipped, own))
    agreement = np.einsum("nd,nd->n", *pairs)
    assert len(agreement) > 5
    assert agreement.min() > 0.98  # the first and last frame of a window lack what lies beside it


@pytest.mark.media
def test_a_face_is_described_by_the_encoder_in_use(models: Path, media_dir: Path) -> None:
    pictures = sorted((media_dir / "faces").rglob("*.jpg"))
    engine = opened(models, face="small@1")
    path, report = next(
        (path, found) for path in pictures if (found := engine.embed(path, Modality.FACE)).accepted
    )
    assert report.templates[0].model_id == "small@1"
    assert report.templates[0].vector.shape == (DIMENSION,)
    assert report.excerpt is None, "nobody asked for one"
    shown = engine.embed(path, Modality.FACE, excerpted=True).excerpt
    with Pillow.open(io.BytesIO(shown or b"")) as picture:
        assert (picture.format, picture.size) == ("JPEG", (150, 150))


def test_encoders_that_are_not_there_or_for_the_other_modality_are_refused(models: Path) -> None:
    with pytest.raises(NotFound, match="tiny@9"):
        opened(models, voice="tiny@9")
    with pytest.raises(BadInput, match="voices"):
        opened(models, face="tiny@1")


@pytest.mark.media
def test_vectors_of_two_encoders_are_never_compared(models: Path, media_dir: Path) -> None:
    sample = longest(media_dir)
    engine = opened(models, voice="tiny@1")
    entries = [
        GalleryEntry(f"print-{number}", Modality.VOICE, template.model_id, (template,))
        for number, maker in enumerate((real_engine(), opened(models, voice="tiny@2")))
        for template in maker.embed(sample, Modality.VOICE).templates
    ]
    gallery = Gallery(entries)
    assert gallery.prints(Modality.VOICE, "tiny@1") == 0
    assert gallery.prints(Modality.VOICE, SHIPPED_ENCODERS[Modality.VOICE]) == 1
    traces = engine.scan_segment(
        sample, engine.probe(sample), engine.segments(engine.probe(sample))[0]
    )
    findings = engine.decide(traces, gallery)
    assert traces
    assert {finding.decision for finding in findings} == {Decision.UNKNOWN}
    assert {finding.print_id for finding in findings} == {None}
