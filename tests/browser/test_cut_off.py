"""Enrolling while the page, the browser or the registry ends, at every step of a recording.

What was recorded reaches the registry once, without being spoken again; what broke off is said.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.chromium import PHONE, SLOWEST_MS, Chromium
from tests.browser.devices import RATE, wave_file
from tests.browser.performer_world import client, file, operator_key
from tests.browser.registry import Registry
from tests.browser.test_passkeys import joined
from tests.flows.serving import free_port
from tests.simulators.stage import Person, voice_sample

SPOKEN_MS = 1_500
KEPT = """() => new Promise((done) => {
  const opening = indexedDB.open('recordings');
  opening.onsuccess = () => {
    const base = opening.result;
    if (!base.objectStoreNames.length) return done(0);
    const asked = base.transaction('recordings').objectStore('recordings').count();
    asked.onsuccess = () => { base.close(); done(asked.result); };
  };
})"""


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    assert Path(chromium_path)
    made = Registry.start(tmp_path_factory.mktemp("registry"))
    yield made
    made.stop()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    noise = np.random.default_rng(1).normal(0, 6_000, 5 * RATE).astype(np.int16)
    return wave_file(tmp_path_factory.mktemp("devices") / "noise.wav", noise)


@pytest.fixture(scope="module")
def speaking(driver: Any, chromium_path: str, sound: Path) -> Iterator[Chromium]:
    """A browser whose microphone hears something."""
    with Chromium.launched(driver, chromium_path, sound=sound) as opened:
        yield opened


@pytest.fixture(scope="module")
def anna(chromium: Chromium, registry: Registry) -> Any:
    with chromium.page(size=PHONE) as page:
        joined(page, registry, "anna@example.org")
        return page.context.storage_state()


@pytest.fixture
def page(speaking: Chromium, anna: Any) -> Iterator[Any]:
    with speaking.page(size=PHONE, state=anna, permissions=("microphone",)) as opened:
        yield opened


@pytest.fixture
def enrolment(registry: Registry) -> str:
    """The id of a consent that is signed, for a voice."""
    with registry.operator as operator:
        return Person.add(operator, "Anna").consent("voice")


@pytest.fixture
def captured(registry: Registry) -> str:
    """The same with a sample, so that a phrase is asked for."""
    person = Person.add(client(registry, operator_key(registry)), "Berta")
    consent = person.consent("voice")
    person.hand_in(consent, file(registry, "voice.wav", voice_sample("berta")))
    return consent


def record(page: Any, url: str) -> None:
    """Speak a sample for a while; the caller says what becomes of it."""
    page.goto(url)
    page.click("[data-record-voice]")
    page.wait_for_selector("[data-stop-sample]:visible")
    page.wait_for_timeout(SPOKEN_MS)
    page.click("[data-stop-sample]")


def again(page: Any, url: str) -> Any:
    """The page closed, and another one opened in the same browser."""
    context = page.context
    page.close()
    opened = context.new_page()
    opened.goto(url)
    return opened


def handed_in(page: Any) -> int:
    """How many samples the registry has, once one is there and nothing is left in the browser."""
    beside = page.context.new_page()
    beside.goto(f"{page.url.partition('/me/')[0]}/verify")
    beside.wait_for_function(f"async () => await ({KEPT})() === 0")
    beside.close()
    page.reload()
    page.wait_for_selector("#samples-voice li")
    return int(page.locator("#samples-voice li").count())


def said(page: Any, word: str) -> str:
    return str(page.locator(f"[data-word={word}]").text_content())


@pytest.mark.parametrize("way", ["**/v1/uploads", "**/samples"])
def test_a_line_that_breaks_before_it_was_sent_or_named_loses_nothing(
    page: Any, registry: Registry, enrolment: str, way: str
) -> None:
    url = f"{registry.url}/me/enrol/{enrolment}"
    page.route(way, lambda route: route.abort())
    record(page, url)
    page.wait_for_selector(f"#capture-voice [role=status]:has-text('{said(page, 'kept')}')")
    assert page.evaluate(KEPT) == 1
    assert handed_in(again(page, url)) == 1


def test_an_answer_that_nobody_heard_is_not_handed_in_twice(
    page: Any, registry: Registry, enrolment: str
) -> None:
    url = f"{registry.url}/me/enrol/{enrolment}"

    def unheard(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/samples", unheard)
    record(page, url)
    page.wait_for_selector(f"#capture-voice [role=status]:has-text('{said(page, 'kept')}')")
    assert handed_in(again(page, url)) == 1


def test_a_registry_that_is_killed_has_it_once_it_is_back(
    page: Any, registry: Registry, enrolment: str
) -> None:
    url = f"{registry.url}/me/enrol/{enrolment}"
    page.goto(url)
    page.click("[data-record-voice]")
    page.wait_for_selector("[data-stop-sample]:visible")
    page.wait_for_timeout(SPOKEN_MS)
    registry.kill()
    page.click("[data-stop-sample]")
    page.wait_for_selector(f"#capture-voice [role=status]:has-text('{said(page, 'kept')}')")
    registry.come_back()
    page.wait_for_selector("#samples-voice li")
    assert page.evaluate(KEPT) == 0


def test_what_broke_off_is_said(page: Any, registry: Registry, enrolment: str) -> None:
    url = f"{registry.url}/me/enrol/{enrolment}"
    page.goto(url)
    page.click("[data-record-voice]")
    page.wait_for_selector("[data-stop-sample]:visible")
    page.wait_for_timeout(SPOKEN_MS)
    other = again(page, url)
    other.wait_for_selector(f"#kept:has-text('{said(other, 'broke-off')}')")
    assert other.evaluate(KEPT) == 0
    assert other.locator("#samples-voice li").count() == 0


def test_a_phrase_that_was_said_is_not_said_again(
    page: Any, registry: Registry, captured: str
) -> None:
    url = f"{registry.url}/me/enrol/{captured}"
    page.goto(url)
    page.route("**/answer", lambda route: route.abort())
    page.click("[data-say-unseen]")
    page.wait_for_selector(f"#ask-voice [role=status]:has-text('{said(page, 'kept')}')")
    registry.kill()
    registry.come_back()
    other = again(page, url)
    other.wait_for_selector("#answers-voice li[data-open]")
    assert "9 " in other.inner_text("#answers-voice")
    assert other.evaluate(KEPT) == 0


def test_a_browser_that_is_killed_goes_on_where_it_was(
    driver: Any,
    chromium_path: str,
    anna: Any,
    sound: Path,
    registry: Registry,
    enrolment: str,
    tmp_path: Path,
) -> None:
    url = f"{registry.url}/me/enrol/{enrolment}"
    with own_browser(driver, chromium_path, tmp_path, sound) as (page, kill):
        page.context.add_cookies(anna["cookies"])
        page.route("**/v1/uploads", lambda route: route.abort())
        record(page, url)
        page.wait_for_selector(f"#capture-voice [role=status]:has-text('{said(page, 'kept')}')")
        kill()
    with own_browser(driver, chromium_path, tmp_path, sound) as (page, _):
        page.context.add_cookies(anna["cookies"])
        page.goto(url)
        assert handed_in(page) == 1


@contextmanager
def own_browser(driver: Any, path: str, folder: Path, sound: Path) -> Iterator[Any]:
    """A browser with a profile that stays, and how its processes are killed."""
    port = free_port()
    words = (
        *(path, "--headless=new", f"--user-data-dir={folder / 'profile'}", "--no-first-run"),
        *(f"--remote-debugging-port={port}", "--use-fake-ui-for-media-stream"),
        *("--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={sound}"),
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    )
    log = (folder / "chromium.log").open("ab")
    process = subprocess.Popen([*words], stdout=log, stderr=log, start_new_session=True)

    def kill() -> None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    try:
        browser = connected(driver, port)
        yield browser.contexts[0].new_page(), kill
    finally:
        if process.poll() is None:
            kill()
        log.close()


def connected(driver: Any, port: int) -> Any:
    """The browser at a port, once it is there."""
    from playwright.sync_api import Error

    for _ in range(SLOWEST_MS // 250):
        try:
            return driver.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        except Error:
            time.sleep(0.25)
    raise AssertionError("no browser")
