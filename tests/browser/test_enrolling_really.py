"""One person's whole way in a browser, with the models that the product recognises people by.

Microphone and camera are files made before the words are drawn, so an answer that really says them
as they appear cannot be made here: the right refusal is what shows that the gate was reached.
"""

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import PHONE, Chromium
from tests.browser.devices import camera, microphone
from tests.browser.registry import Registry
from tests.browser.test_enrolling import added
from tests.browser.test_passkeys import joined

SAMPLE_MS = 14_000
JUDGED_WITHIN_MS = 120_000


@pytest.fixture(scope="module")
def recognising(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    """A registry with a worker and the real models."""
    models = os.environ.get("EBENBILD_MODELS", "")
    if not models or not chromium_path:
        pytest.skip("models: set EBENBILD_MODELS to a folder of converted models")
    made = Registry.start(tmp_path_factory.mktemp("real"), worker=True, models=models)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def page(
    driver: Any,
    chromium_path: str,
    media_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A phone whose microphone hears one real person, and whose camera is held a photograph."""
    folder = tmp_path_factory.mktemp("devices")
    spoken = sorted((media_dir / "speech").rglob("*.flac"))
    sound = microphone(
        folder / "voice.wav", [one for one in spoken if one.parent == spoken[0].parent], seconds=40
    )
    with (media_dir / "MANIFEST.csv").open() as file:
        portrait = next(row["path"] for row in csv.DictReader(file) if row["modality"] == "face")
    picture = camera(folder / "face.mjpeg", media_dir / portrait)
    with (
        Chromium.launched(driver, chromium_path, sound=sound, picture=picture) as browser,
        browser.page(lang="de", size=PHONE, permissions=("microphone", "camera")) as opened,
    ):
        yield opened


def judged(page: Any, part: str) -> str:
    """What the page says of the newest sample or answer, once it was judged."""
    page.wait_for_selector(f"#{part} li", timeout=JUDGED_WITHIN_MS)
    page.wait_for_selector(f"#{part} li:not([data-open])", timeout=JUDGED_WITHIN_MS)
    return str(page.inner_text(f"#{part} li"))


def test_voice_and_face_from_the_first_word_to_the_search(page: Any, recognising: Registry) -> None:
    joined(page, recognising, "anna@example.org")
    added(page, recognising, "Anna")
    with page.expect_download():
        page.click("[data-make-key]")
    for choice in ("voice", "face", "matching"):
        page.check(f"[value={choice}]")
    page.click("[data-sign]")
    page.wait_for_url("**/me/enrol/enr_*")

    page.click("[data-record-voice]")
    page.wait_for_selector("[data-stop-sample]:visible")
    page.wait_for_timeout(SAMPLE_MS)
    page.click("[data-stop-sample]")
    assert "angenommen" in judged(page, "samples-voice")
    page.click("[data-portrait]")
    page.click("[data-take]")
    assert "angenommen" in judged(page, "samples-face")

    # Words come one by one; what does not follow them is refused, for one reason or several.
    page.click("[data-say-phrase]")
    page.wait_for_selector("#word:not(:empty)")
    assert page.inner_text("#word-count") == "1 / 7"
    said = judged(page, "answers-voice")
    assert re.search(r"zählt nicht\s+\w.+\.$", said), said
    # A photograph that is held turns nowhere.
    page.click("[data-turn]")
    page.wait_for_selector("#move:has-text('nach')")
    said = judged(page, "answers-face")
    assert "zählt nicht" in said and "Andere Bewegungen als verlangt: keine" in said
    assert "8 Versuche" in page.inner_text("#answers-voice")

    # Whoever runs a registry alone vouches in place of both, and everything says so.
    assert "Stimme" in page.inner_text("#standing ul")
    page.click("[data-vouch]")
    page.wait_for_selector(
        "#standing [aria-current]:has-text('wird gesucht')", timeout=JUDGED_WITHIN_MS
    )
    assert "betreibt dieses Register allein" in page.inner_text("#standing")
