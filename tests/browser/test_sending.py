"""A large film in a browser: the line breaks, somebody pauses, the page is loaded anew."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.registry import Registry
from tests.browser.studios import Studio

FILM = bytes(range(256)) * 100_000  # 25 megabytes: at least three parts


class Line:
    """What of the parts gets through: the second one is lost, and none after it while `held`."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.held = False

    def part(self, route: Any) -> None:
        if route.request.method != "PATCH":
            return route.continue_()
        if self.held:
            return None
        self.begun.append(int(route.request.headers["upload-offset"]))
        self.held = len(self.begun) == 2
        return route.abort() if self.held else route.continue_()


def filled(page: Any, studio: Studio, film: Path) -> None:
    page.set_input_files("#file", film)
    page.fill("#work-title", "Nachtzug")
    page.fill("#release_at", "2030-10-01")
    page.fill("#territories", "DE")
    page.fill("#language", "de")


@pytest.mark.parametrize(("lang", "size"), [("en", DESK), ("de", PHONE)])
def test_a_large_film_survives_a_lost_line_a_pause_and_a_reload(
    lang: str, size: dict[str, int], chromium: Chromium, registry: Registry, tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(FILM)
    line = Line()
    with (
        closing(Studio.make(registry, f"Länge {lang}")) as studio,
        chromium.page(lang=lang, size=size) as page,
    ):
        studio.joined(page, f"lena.{lang}@example.org")
        page.goto(f"{registry.url}/studio/new")
        page.route("**/v1/uploads/*", line.part)
        filled(page, studio, film)
        page.click("[data-hand-in] button.primary")
        lost = page.locator("[data-word=sent-lost]").text_content()
        page.wait_for_selector(f"[data-sent]:has-text('{lost}')")
        page.click("[data-hold]")
        paused = page.locator("[data-word=sent-paused]").text_content()
        page.wait_for_selector(f"[data-sent]:has-text('{paused}')")
        page.reload()
        page.wait_for_selector("[data-unfinished]:has-text('film.mp4')")
        line.held = False
        known = len(line.begun)
        filled(page, studio, film)
        page.click("[data-hand-in] button.primary")
        page.wait_for_url("**/cuts/cut_*")
        (made,) = studio.client.get("/v1/submissions")["items"]
        assert made["size_bytes"] == len(FILM)
        assert line.begun[0] == 0
        assert line.begun[known] == line.begun[1] > 0
        page.goto(f"{registry.url}/studio/new")
        assert not page.is_visible("[data-unfinished]")
