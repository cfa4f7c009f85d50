"""Somebody faster than the line: a button is pressed before the scripts of its page are there."""

from typing import Any

from tests.browser.chromium import Chromium
from tests.browser.performer_world import World
from tests.browser.registry import Registry
from tests.browser.test_performer_story import joined


def test_a_press_before_the_scripts_came_is_done_once_they_are(
    chromium: Chromium, registry: Registry
) -> None:
    late: list[Any] = []
    with chromium.page() as page:
        joined(page, World.empty(registry), "performer")
        page.route("**/static/performer.js", lambda route: late.append(route))  # noqa: PLW0108 - it sets a name on it
        page.goto(f"{registry.url}/me/enrol", wait_until="commit")
        page.fill("#name", "Nora Neu")
        page.click("[data-new-performer] button")
        assert page.url.endswith("/me/enrol"), "nothing was sent as it stood"
        while not late:
            page.wait_for_timeout(50)  # until it was asked for
        for script in late:
            script.continue_()
        page.wait_for_url("**/consent")
