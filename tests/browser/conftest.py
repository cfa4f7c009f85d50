"""Tests in a real browser: Debian's Chromium, driven by Playwright, against a real registry.

Skipped with a reason where either is missing. Nothing is fetched: the browser sees this machine
alone, and its microphone and camera are files.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Chromium
from tests.browser.registry import Registry

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium lies on this machine."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    if found is None:
        pytest.skip("browser: Chromium is not installed (apt-get install chromium)")
    return found


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """Playwright, which speaks to browsers."""
    api = pytest.importorskip("playwright.sync_api", reason="browser: Playwright is not installed")
    with api.sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium(driver: Any, chromium_path: str) -> Iterator[Chromium]:
    """A browser without microphone and camera."""
    with Chromium.launched(driver, chromium_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    """A registry that one person runs alone, as the README begins, without a worker."""
    assert Path(chromium_path)
    made = Registry.start(tmp_path_factory.mktemp("registry"))
    yield made
    made.stop()
