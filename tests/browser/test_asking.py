"""A studio asks for a licence in a browser: what it typed outlasts another language."""

from contextlib import closing
from typing import Any

from tests.browser.chromium import PHONE, Chromium, has_value
from tests.browser.registry import Registry
from tests.browser.studios import Studio


def test_what_was_typed_and_what_the_address_says_outlast_another_language(
    chromium: Chromium, registry: Registry
) -> None:
    with (
        closing(Studio.make(registry, "Sprachen")) as studio,
        chromium.page(lang="de", size=PHONE) as page,
    ):
        work = studio.work("Nachtzug")
        studio.joined(page, "sprachen@example.org")
        asked = f"/studio/requests/new/dubbing-enhancement?performer_id={studio.anna.id}"
        page.goto(f"{registry.url}{asked}")
        page.fill("#description", "Zwei Sätze")
        page.fill("#rate", "2,50")
        page.check(f"[name=works][value={work}]")
        page.fill("#f-languages", "de")
        change(page, "en")
        has_value(page, "#description", "Zwei Sätze")
        has_value(page, "#rate", "2,50")
        has_value(page, "#other", studio.anna.id)
        assert page.is_checked(f"[name=works][value={work}]")
        page.click("form[method=get] button.primary")
        page.wait_for_selector("form[data-act='/v1/requests']", timeout=15_000)
        change(page, "de")
        assert page.locator("form[data-act='/v1/requests']").count() == 1


def change(page: Any, lang: str) -> None:
    """Another language, from the menu of a phone."""
    page.click("button.menu")
    page.click(f"#menu .lang a[hreflang={lang}]")
    page.wait_for_selector(f"html[lang={lang}]")
