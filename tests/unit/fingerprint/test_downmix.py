"""Which channels make one: ambisonics by what hears all around, unknown layouts in equal parts."""

import pytest

from fingerprint.media.child.mixing import weights_of


@pytest.mark.parametrize(
    ("layout", "channels", "weights"),
    [
        ("mono", "FC", None),
        ("stereo", "FL FR", None),
        ("5.1", "FL FR FC LFE BL BR", None),
        ("4 channels", "NONE NONE NONE NONE", None),
        ("9 channels", " ".join(["NONE"] * 9), (1 / 9,) * 9),
        ("5.1.4", "FL FR FC LFE SL SR TFL TFR TBL TBR", (0.1,) * 10),
        ("binaural", "BIL BIR", (0.5, 0.5)),
        ("ambisonic 1", "AMBI0 AMBI1 AMBI2 AMBI3", (1.0, 0.0, 0.0, 0.0)),
        ("ambisonic 1+stereo", "AMBI0 AMBI1 AMBI2 AMBI3 FL FR", (0.5, 0, 0, 0, 0.25, 0.25)),
    ],
)
def test_no_layout_loses_a_channel(
    layout: str, channels: str, weights: tuple[float, ...] | None
) -> None:
    assert weights_of(layout, channels.split()) == weights
