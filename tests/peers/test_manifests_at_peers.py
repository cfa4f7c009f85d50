"""A certificate in a picture is read and held to be intact by a library that did not write it."""

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.clock import utc_now
from core.keys import generate
from core.signingchain import signing_chain
from fingerprint.labels.embedding import embed
from licensing.certificateassertion import LABEL, assertions_of
from tests.peers.npm_programs import NPM, manifests_judged
from tests.unit.licensing.test_certificate import FILM, SIGNED


@pytest.mark.skipif(find_spec("c2pa") is None, reason="the extra c2pa is not installed")
def test_a_certificate_in_a_picture(node: str, tmp_path: Path) -> None:
    if not (NPM / "node_modules" / "@trustnxt").is_dir():
        pytest.skip("npm peers: run `npm install --no-package-lock` in tests/peers/npm")
    source, copy, again = (tmp_path / f"{name}.jpg" for name in ("film", "copy", "again"))
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(source)
    key = generate()
    chain = signing_chain(key, "Studio Nordlicht", utc_now())
    said = assertions_of(SIGNED, "", media_sha256=FILM)
    embed(source, copy, said, key=key, chain=chain)
    embed(copy, again, said, key=key, chain=chain)
    changed = bytearray(copy.read_bytes())
    changed[-40] ^= 1
    good, twice, broken = manifests_judged(
        node, [copy.read_bytes(), again.read_bytes(), bytes(changed)]
    )
    assert (good["valid"], good["failed"], good["manifests"]) == (True, [], 1)
    assert LABEL in good["labels"]
    assert (twice["valid"], twice["manifests"]) == (True, 2)
    assert broken["failed"] == ["assertion.dataHash.mismatch"]
