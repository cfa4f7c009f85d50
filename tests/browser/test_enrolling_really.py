"""One person's whole way in a browser, with the models that the product recognises people by.

Microphone and camera are files made before the words are drawn, so what they show is refused.
Nobody here can say the words: in the second test pieces of the person's recordings are laid where
words appear, as `bench.impostors` does it; voice and moments pass, the words wait to be heard.
"""

import csv
import json
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from registry.proofing import headturn
from tests.browser.chromium import PHONE, Chromium
from tests.browser.devices import camera, microphone, spoken_at
from tests.browser.registry import Registry
from tests.browser.test_enrolling import added
from tests.browser.test_passkeys import joined
from tests.simulators.stage import Person

SAMPLE_MS = 14_000
SAID_AFTER_MS = 700  # as long as people take to read a word and begin it
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
def recordings(media_dir: Path) -> list[Path]:
    """Recordings of the real person of whom there are most."""
    of: dict[str, list[Path]] = {}
    for row in manifest(media_dir):
        if (row["modality"], row["kind"]) == ("voice", "real"):
            of.setdefault(row["identity"], []).append(media_dir / row["path"])
    return max(of.values(), key=len)


def manifest(media_dir: Path) -> list[dict[str, str]]:
    """What the free media are."""
    with (media_dir / "MANIFEST.csv").open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def page(
    driver: Any,
    chromium_path: str,
    media_dir: Path,
    recordings: list[Path],
    recognising: Registry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Any]:
    """A phone whose microphone hears one real person, and whose camera is held a photograph."""
    folder = tmp_path_factory.mktemp("devices")
    sound = microphone(folder / "voice.wav", recordings, seconds=40)
    portrait = next(row["path"] for row in manifest(media_dir) if row["modality"] == "face")
    picture = camera(folder / "face.mjpeg", media_dir / portrait)
    with (
        Chromium.launched(driver, chromium_path, sound=sound, picture=picture) as browser,
        browser.page(lang="de", size=PHONE, permissions=("microphone", "camera")) as opened,
    ):
        joined(opened, recognising, "anna@example.org")
        yield opened


def judged(page: Any, part: str) -> str:
    """What the page says of the newest sample or answer, once it was judged."""
    page.wait_for_selector(f"#{part} li:last-child:not([data-open])", timeout=JUDGED_WITHIN_MS)
    return str(page.inner_text(f"#{part} li:last-child"))


def test_voice_and_face_from_the_first_word_to_the_search(page: Any, recognising: Registry) -> None:
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
    assert page.inner_text("#word-count") == "1 / 8"
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


def test_another_device_and_an_answer_that_follows_the_words(
    page: Any, recognising: Registry, recordings: list[Path], tmp_path: Path
) -> None:
    with recognising.operator as client:
        signed = Person.add(client, "Berta").consent("voice")
    page.goto(f"{recognising.url}/me/enrol/{signed}")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF and nothing else")
    page.set_input_files("#upload-voice", broken)
    assert "nicht lesbar" in judged(page, "samples-voice")
    sample = microphone(tmp_path / "sample.wav", recordings[:3], seconds=40)
    page.set_input_files("#upload-voice", sample)
    page.wait_for_selector("#samples-voice li:nth-child(2):not([data-open])", timeout=90_000)
    assert "angenommen" in judged(page, "samples-voice")

    page.click("#elsewhere-voice summary")
    page.click("[data-show-phrase]")
    page.wait_for_selector("#word:has-text('Kopf nach')", timeout=60_000)
    page.wait_for_selector("#phrase-file:visible", timeout=60_000)
    assert page.inner_text("#word-count") == "8 / 8"
    starts = [moment + SAID_AFTER_MS for moment in moments_drawn(recognising)]
    page.set_input_files("#phrase-file", spoken_at(tmp_path / "said.wav", recordings[3:], starts))
    assert "Stimme und Zeitpunkte passen" in judged(page, "answers-voice")


def moments_drawn(registry: Registry) -> list[int]:
    """When the words of the newest phrase appear, in ms, as the registry keeps it.

    A browser on a machine with other work shows words later than that; nobody answers there.
    """
    database = f"file:{Settings(data_dir=registry.data_dir).database_path}?mode=ro"
    with closing(sqlite3.connect(database, uri=True)) as connection:
        newest = (
            "SELECT asked, shown_ms FROM challenge WHERE shown_ms != '[]' ORDER BY begun_at DESC"
        )
        asked, shown = (json.loads(text) for text in connection.execute(newest).fetchone())
        return list(headturn.of_words(asked, shown))
