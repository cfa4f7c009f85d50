"""Somebody new tries a demonstration, by nothing but what the pages say; clicks are counted.

`docs/walkthrough.md` holds the table of these clicks, and the test keeps it true.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.demo import visitors
from api.trial import FILM, SAMPLES
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.registry import ROOT, Registry
from tests.browser.test_every_page import AXE, looked_at
from tests.simulators.small_engine import medium
from tests.simulators.stage import Stage

VOICE = "somebody made up"
SECONDS_MAX = 300
TABLE = ROOT / "docs" / "walkthrough.md"


@contextmanager
def working(registry: Registry) -> Iterator[None]:
    """A worker beside the registry, with the small engine."""
    words = [sys.executable, "-m", "tests.simulators.small_worker", "--tied", "--quiet"]
    env = {**os.environ, **registry.settings}
    with subprocess.Popen(words, cwd=ROOT, env=env, stdin=subprocess.PIPE) as process:
        try:
            yield
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    """A demonstration whose media are read by the small engine."""
    folder = tmp_path_factory.mktemp("trial")
    stage = Stage.make(folder)
    try:
        data = stage.settings.data_dir
        visitors.declare(data)
        visitors.seat(data, stage.tenant("agency")[0], stage.tenant("studio", "Studio")[0])
        said = {
            name: medium(12_000, (VOICE, "voice", 0, 12_000 - i)) for i, name in enumerate(SAMPLES)
        }
        said[FILM] = medium(20_000, (VOICE, "voice", 2_000, 18_000))
        files = {name: stage.file(name, content) for name, content in said.items()}
        visitors.equip(data, files)
    finally:
        stage.close()
    made = Registry.over(folder, worker=False)
    with working(made):
        yield made
    made.stop()


@dataclass
class Walk:
    """What a newcomer did, in the page's own words."""

    page: Any
    lang: str
    folder: Path
    found: list[str] = field(default_factory=list)
    clicks: list[tuple[str, str]] = field(default_factory=list)

    def look(self, name: str) -> None:
        """Note what shuts anybody out here, by day and by night."""
        if AXE.is_file():
            self.found += looked_at(self.page, AXE.read_text("utf-8"), f"trial-{name}", self.lang)

    def saves(self, selector: str, name: str) -> Path:
        """Press what hands out a file, and keep it."""
        with self.page.expect_download() as handed:
            self.click(selector)
        handed.value.save_as(self.folder / name)
        return self.folder / name

    def choose(self, field_id: str, *files: Path) -> None:
        """Choose files in a field, which takes a click as well."""
        words = self.page.inner_text(f"label[for={field_id}]")
        self.clicks.append((self.page.inner_text("h1"), words))
        self.page.set_input_files(f"#{field_id}", [*files])

    def click(self, selector: str) -> None:
        """Press what a person would press."""
        part = self.page.locator(selector).first
        self.clicks.append((self.page.inner_text("h1"), part.inner_text().strip().split("\n")[0]))
        part.click()


@pytest.mark.parametrize(("lang", "size"), [("en", DESK), ("de", PHONE)])
def test_from_the_first_page_to_a_licensed_use(
    chromium: Chromium, registry: Registry, tmp_path: Path, lang: str, size: dict[str, int]
) -> None:
    began = time.monotonic()
    with chromium.page(lang=lang, size=size) as page:
        walk = Walk(page, lang, tmp_path)
        page.goto(registry.url)
        walk.look("entrance")
        page.fill("#newcomer", "Nora Neu")
        walk.click("form[action='/demo/newcomer'] button")
        _consents(walk)
        _hands_in(walk)
        walk.look("proof")
        walk.click("#trial form button")
        page.wait_for_selector("a[href^='/me/requests/']")
        _signs(walk)
        walk.look("film")
        walk.click("#trial form button")
        page.wait_for_selector("#trial a[href^='/me/uses/use_']")
        walk.look("end")
        walk.click("#trial a.primary")
        page.wait_for_url("**/me/uses/use_*")
        assert page.locator("a[href^='/me/licences/lic_']").count()
    assert time.monotonic() - began < SECONDS_MAX
    assert not walk.found, "\n".join(walk.found)
    assert_table(walk.clicks)


def _consents(walk: Walk) -> None:
    walk.look("consent")
    walk.click("#trial a.primary")
    walk.page.fill("#name", "Nora Neu")
    walk.click("[data-new-performer] button")
    walk.page.wait_for_url("**/consent")
    walk.saves("[data-make-key]", "my.key")
    for choice in ("voice", "matching", "licensing"):
        walk.click(f"label.choice:has([value={choice}])")
    walk.click("[data-sign]")
    walk.page.wait_for_url("**/me/enrol/enr_*")
    walk.click(".stamp a")


def _hands_in(walk: Walk) -> None:
    walk.look("files")
    files = [walk.saves(f"a[download='{name}']", name) for name in SAMPLES]
    walk.click("#trial a.primary")
    walk.choose("upload-voice", *files)
    walk.page.wait_for_selector("#samples-voice li:nth-child(2):not([data-open])")
    walk.look("enrolment")
    walk.click(".stamp a")


def _signs(walk: Walk) -> None:
    walk.look("licence")
    walk.click("#trial a.primary")
    walk.click("form[data-act$='/acceptance'] button")
    walk.page.wait_for_selector("form[data-act$='/licence-draft']")
    walk.click("form[data-act$='/licence-draft'] button")
    walk.page.wait_for_url("**/me/drafts/lic_*")
    walk.choose("key-file", walk.folder / "my.key")
    walk.click("[data-sign]")
    walk.page.wait_for_url("**/me/licences/lic_*")
    walk.click(".stamp a")


def assert_table(clicks: list[tuple[str, str]]) -> None:
    """The table of the docs names these clicks."""
    rows = [f"| {number} | {page} | {words} |" for number, (page, words) in enumerate(clicks, 1)]
    assert "\n".join(rows) in TABLE.read_text("utf-8"), "\n".join(rows)
