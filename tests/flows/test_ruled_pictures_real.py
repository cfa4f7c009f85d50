"""Real portraits behind lines that hide a face from the detector: found, and the same faces."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.attacks_picture import attacks
from bench.people import faces
from fingerprint.engine import Engine
from fingerprint.models import Modality, Vector
from tests.engines import real_engine

pytestmark = [pytest.mark.media, pytest.mark.usefixtures("forked_media")]
RULED = [name for name in attacks() if "lines" in name or "rows" in name]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return real_engine()


@pytest.fixture(scope="module")
def portrait(media_dir: Path) -> Image.Image:
    first, *_ = (person for person in faces(media_dir) if person.enrol)
    with Image.open(first.enrol[0]) as picture:
        plain = picture.convert("RGB")
    plain.thumbnail((480, 480))
    return plain


def seen(engine: Engine, path: Path, picture: Image.Image) -> Vector:
    picture.save(path)
    info = engine.probe(path)
    (span,) = engine.segments(info)
    (trace,) = engine.scan_segment(path, info, span, modalities=(Modality.FACE,))
    return trace.template.vector


def test_there_are_such_attacks() -> None:
    assert len(RULED) == 3


@pytest.mark.parametrize("name", RULED)
def test_a_face_behind_lines_is_itself(
    name: str, engine: Engine, portrait: Image.Image, tmp_path: Path
) -> None:
    plain = seen(engine, tmp_path / "plain.png", portrait)
    behind = seen(engine, tmp_path / "behind.png", attacks()[name](portrait))
    assert float(np.dot(plain, behind)) > 0.97
