"""A child's face is shown in blocks: nothing finer survives."""

import io

import numpy as np
from PIL import Image as Pillow

from fingerprint.face.blurring import blurred


def test_fine_detail_is_gone_and_the_size_stays() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (150, 150, 3), dtype=np.uint8)
    file = io.BytesIO()
    Pillow.fromarray(noise).save(file, "JPEG", quality=95)
    with Pillow.open(io.BytesIO(blurred(file.getvalue()))) as picture:
        seen = np.asarray(picture.convert("L"), np.float64)
    assert seen.shape == (150, 150)
    assert (
        np.abs(np.diff(seen, axis=0)).mean()
        < 3
        < np.abs(np.diff(noise[..., 0].astype(float))).mean()
    )
