"""The CAWG assertion in a real manifest: C2PA's own library writes, signs and reads it back."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from core.clock import utc_now
from core.keys import generate
from core.signingchain import signing_chain
from fingerprint.labels.embedding import embed
from fingerprint.labels.reading import read_assertion, read_labels
from licensing.cawg import LABEL, training_mining
from licensing.exporting import to_everybody
from licensing.models_standing import Stance, Standing
from registry.models.works import KindOfUse
from tests.unit.licensing.examples import ANNA, TERMS

pytestmark = pytest.mark.skipif(find_spec("c2pa") is None, reason="the extra c2pa is not installed")
ADDRESS = f"https://registry.example/standing/{ANNA}"


@pytest.fixture
def samples() -> Path:
    folder = os.environ.get("EBENBILD_VECTORS")
    if not folder:
        pytest.skip("set EBENBILD_VECTORS to the folder of test vectors")
    return Path(folder) / "c2pa"


@pytest.mark.parametrize("offered", [True, False])
def test_what_everybody_may_do_is_read_back_out_of_a_film(
    samples: Path, tmp_path: Path, offered: bool
) -> None:
    offer = Standing(ANNA, KindOfUse.TRAIN_MODEL, Stance.TERMS, TERMS)
    said = to_everybody([ANNA], {ANNA: (offer,) if offered else ()})
    made = training_mining(said, address=ADDRESS)
    label, data = str(made["label"]), made["data"]
    assert isinstance(data, dict)
    key = generate()
    chain = signing_chain(key, "A studio", utc_now())
    copy = tmp_path / "copy.jpg"
    embed(samples / "A.jpg", copy, [(label, data)], key=key, chain=chain)
    found = read_assertion(copy, LABEL)
    assert found is not None
    assert not found.faults
    assert found.data == data
    use = found.data["entries"]["cawg.ai_generative_training"]["use"]
    assert use == ("constrained" if offered else "notAllowed")


def test_a_sample_with_data_of_cawg_is_read_and_is_no_fault(samples: Path) -> None:
    (label, *_) = read_labels(samples / "C_with_CAWG_data.jpg")
    assert (label.scheme, label.state, label.detail) == ("c2pa", "absent", "digitalCapture")
