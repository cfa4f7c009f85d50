"""Films on their way in a browser: a line breaks, somebody pauses or comes back, many come."""

import re
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


def filled(page: Any, studio: Studio, *films: Path) -> None:
    page.set_input_files("#file", films)
    if page.is_visible("#work-title"):
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


class Crowded:
    """A door that wants a pause: once each of who begins, of the second part, of how far it is."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.refused: list[str] = []

    def part(self, route: Any) -> None:
        method = route.request.method
        if method == "PATCH":
            self.begun.append(int(route.request.headers["upload-offset"]))
        second = len(self.begun) == 2
        due = {"POST": True, "PATCH": second, "HEAD": "PATCH" in self.refused}.get(method, False)
        if not due or method in self.refused:
            return route.continue_()
        self.refused.append(method)
        return route.fulfill(status=429, headers={"Retry-After": "1"}, body="slow down")


def test_a_film_goes_on_by_itself_after_a_door_that_wants_a_pause(
    chromium: Chromium, registry: Registry, tmp_path: Path
) -> None:
    film, door = tmp_path / "film.mp4", Crowded()
    film.write_bytes(FILM)
    with closing(Studio.make(registry, "Andrang")) as studio, chromium.page() as page:
        studio.joined(page, "andrang@example.org")
        page.goto(f"{registry.url}/studio/new")
        page.route(re.compile("/v1/uploads"), door.part)
        filled(page, studio, film)
        page.click("[data-hand-in] button.primary")
        page.wait_for_url("**/cuts/cut_*")
        (made,) = studio.client.get("/v1/submissions")["items"]
        assert made["size_bytes"] == len(FILM)
    assert door.refused == ["POST", "PATCH", "HEAD"]
    assert door.begun[1] == door.begun[2] > 0  # nothing is sent twice


def answer_lost(route: Any) -> None:
    """The registry has the last part, and nobody hears it say so."""
    if route.request.method != "PATCH":
        return route.continue_()
    route.fetch()
    return route.abort()


def test_a_film_that_is_whole_while_nobody_heard_it_is_handed_in(
    chromium: Chromium, registry: Registry, tmp_path: Path
) -> None:
    film = tmp_path / "short.mp4"
    film.write_bytes(FILM[:1000])
    with closing(Studio.make(registry, "Stumm")) as studio, chromium.page() as page:
        studio.joined(page, "stumm@example.org")
        page.goto(f"{registry.url}/studio/new")
        page.route("**/v1/uploads/*", answer_lost)
        filled(page, studio, film)
        page.click("[data-hand-in] button.primary")
        page.wait_for_url("**/cuts/cut_*")
        (made,) = studio.client.get("/v1/submissions")["items"]
        assert made["size_bytes"] == 1000


def labels(studio: Studio) -> list[str]:
    return [cut["label"] for cut in studio.client.pages("/v1/cuts")]


@pytest.mark.parametrize(("lang", "size"), [("en", DESK), ("de", PHONE)])
def test_many_films_go_in_one_by_one_and_what_fails_alone_stays_behind(
    lang: str, size: dict[str, int], chromium: Chromium, registry: Registry, tmp_path: Path
) -> None:
    films = [tmp_path / f"Folge {number}.mp4" for number in (10, 2, 1, 3)]
    for number, film in enumerate(films):
        film.write_bytes(b"" if film.stem == "Folge 2" else FILM[: 1000 + number])
    with (
        closing(Studio.make(registry, f"Viele {lang}")) as studio,
        chromium.page(lang=lang, size=size) as page,
    ):
        studio.joined(page, f"viele.{lang}@example.org")
        page.goto(f"{registry.url}/studio/new")
        filled(page, studio, *films)
        assert not page.is_visible("#label")
        rows = page.locator("[data-films] li")
        assert rows.locator("input").evaluate_all("all => all.map((one) => one.value)") == [
            f"Folge {number}" for number in (1, 2, 3, 10)
        ]
        page.click("[data-hand-in] button.primary")
        page.wait_for_selector("[data-hand-in] [role=status].fault:has-text('1')")
        assert rows.locator("a").count() == 3
        assert rows.nth(1).locator(".fault").inner_text()
        assert sorted(labels(studio)) == ["Folge 1", "Folge 10", "Folge 3"]
        # Coming back: the address names the work, and what is there is not handed in twice.
        page.reload()
        films[1].write_bytes(FILM[:2000])
        filled(page, studio, *films)
        page.click("[data-hand-in] button.primary")
        page.wait_for_selector("#waiting li:nth-child(4)")
        assert page.locator("#waiting .badge").count() == 4
        assert len(labels(studio)) == len(studio.client.get("/v1/submissions")["items"]) == 4
