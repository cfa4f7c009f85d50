"""The review desk in a browser: finds decided by keys one after another, and taken back.

Once in English on a desk by keyboard, once in German on a phone by touch.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.registry import Registry
from tests.browser.studios import Studio


@pytest.fixture
def studio(registry: Registry, request: pytest.FixtureRequest) -> Iterator[Studio]:
    """A studio with three doubtful finds of somebody who lets a reviewer compare."""
    name = request.node.name[-5:]
    with closing(Studio.make(registry, name, purposes=("matching", "comparison"))) as made:
        made.anna.license(made.id)
        work = made.work("Night Shift")
        for number in range(3):
            heard = (made.voice, "voice", 0, 2_000 + 100 * number)
            declared = made.declared("synthesise_voice", release_at=f"203{number}-10-01")
            made.hand_in(made.cut(work, f"Cut {number}"), heard, declared=declared)
        made.work_off()
        yield made


def stands(page: Any, number: str) -> None:
    page.wait_for_selector(f"#desk:not([aria-busy=true]) .progress:has-text('{number}')")


def test_a_queue_is_worked_off_by_keys(
    chromium: Chromium, registry: Registry, studio: Studio
) -> None:
    with chromium.page(lang="en", size=DESK) as page:
        studio.joined(page, "mara.review@example.org")
        page.goto(f"{registry.url}/review")
        page.evaluate("window.kept = true")
        stands(page, "1 of 3")
        page.keyboard.press("?")
        page.wait_for_selector("dialog[open]")
        page.keyboard.press("Escape")
        page.wait_for_selector("#keys", state="hidden")
        page.keyboard.press("j")
        stands(page, "2 of 3")
        page.keyboard.press("k")
        stands(page, "1 of 3")
        for key, of in (("a", "evidence"), ("b", "excerpt")):
            with page.expect_request(f"**/v1/matches/*/{of}"):
                page.keyboard.press(key)
        page.keyboard.press("1")
        stands(page, "2 of 3")
        assert "Said: it is Anna" in page.inner_text("#announced")
        page.keyboard.press("u")
        stands(page, "1 of 3")
        for key, number in (("1", "2 of 3"), ("3", "3 of 3")):
            page.keyboard.press(key)
            stands(page, number)
        page.keyboard.press("2")
        page.wait_for_selector("#desk:not([aria-busy=true]) h1:has-text('Whose voice is this?')")
        assert page.evaluate("window.kept"), "the page was never loaded anew"
        assert page.evaluate("document.activeElement.tagName") == "H1"


def test_a_queue_is_worked_off_by_touch(
    chromium: Chromium, registry: Registry, studio: Studio
) -> None:
    with chromium.page(lang="de", size=PHONE) as page:
        studio.joined(page, "tom.review@example.org")
        page.goto(f"{registry.url}/review")
        stands(page, "1 von 3")
        assert page.get_by_label("Die registrierte Stimme: Anna").is_visible()
        page.click("[data-say=second_opinion]")
        stands(page, "2 von 3")
        assert "weitere wartet auf jemand anderen" in page.inner_text("#desk")
        page.click("[data-undo]")
        stands(page, "1 von 3")
        page.click("[data-say=confirmed]")
        stands(page, "2 von 3")
        assert "Gesagt" in page.inner_text("#announced")
