"""Browsers by the names that people know."""

import pytest

from api.web.devicenames import device_name

BOTH = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{BOTH} Chrome/150.0.0.0 Safari/537.36", "Chrome, Linux"),
        (f"{BOTH} Chrome/150.0.0.0 Safari/537.36 Edg/150.0", "Edge, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox, Windows",
        ),
        ("Mozilla/5.0 (Macintosh) Version/26.0 Safari/605.1.15", "Safari, Mac"),
        ("Mozilla/5.0 (iPhone; CPU like Mac OS X) CriOS/150.0 Safari/604.1", "Chrome, iPhone"),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/150.0 Mobile Safari/537.36", "Chrome, Android"),
        ("ebenbild/1.0", "ebenbild/1.0"),
        ("", ""),
    ],
)
def test_a_browser_has_the_name_that_people_know(agent: str, name: str) -> None:
    assert device_name(agent) == name
