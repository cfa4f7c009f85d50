"""The drawn QR code is the one that papers carry."""

import re

from api.web.squarecode import path


def test_a_code_has_its_three_corners_and_stays_within_its_side() -> None:
    side, drawn = path("https://registry.example/certificates/crt_1")
    dark = {tuple(map(int, found)) for found in re.findall(r"M(\d+) (\d+)h1v1h-1z", drawn)}
    assert all(0 <= x < side and 0 <= y < side for x, y in dark)
    for left, top in ((0, 0), (side - 7, 0), (0, side - 7)):
        assert {(left + n, top) for n in range(7)} <= dark
        assert (left + 1, top + 1) not in dark
