"""In the middle of a form: the session runs out, an answer is lost, another window switches."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import PHONE, Chromium
from tests.browser.performer_world import AT_ONCE, World
from tests.browser.registry import Registry
from tests.browser.test_performer_story import FIRST, joined
from tests.simulators.stage import Person

FORM = "form[data-act$='/payee']"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    assert Path(chromium_path)
    made = Registry.start(tmp_path_factory.mktemp("registry"), **AT_ONCE)
    yield made
    made.stop()


def test_what_was_typed_outlives_the_session_and_is_done_once(
    chromium: Chromium, registry: Registry
) -> None:
    world = World.make(registry)
    other = Person.add(world.agency, "Anderer")
    with chromium.page(lang="de", size=PHONE) as page:
        joined(page, world)
        page.goto(f"{registry.url}/me?for={world.person.id}")
        page.goto(f"{registry.url}/me/money")
        _filled(page)
        page.context.clear_cookies()
        page.click(f"{FORM} button")
        page.wait_for_selector(f"{FORM} [role=status].fault")
        page.goto(f"{registry.url}/me?for={other.id}")
        page.click("main a[href='/sign-in']")
        page.click("[data-passkey=use]")
        page.wait_for_url(f"**/me?for={other.id}")
        page.goto(f"{registry.url}/me/money")
        assert not page.input_value("#f-name"), "typed for another performer"
        page.goto(f"{registry.url}/me?for={world.person.id}")
        page.goto(f"{registry.url}/me/money")
        assert page.input_value("#f-name") == "Berta Roth"
        assert page.is_visible("#f-name")
        assert page.input_value("#f-residence") == "DE"
        _pressed_twice(page)
    payee = world.agency.get(f"/v1/performers/{world.person.id}/payee")
    versions = [payee[name]["version"] for name in ("current", "cooling", "waiting") if payee[name]]
    assert versions == [1]


def test_a_contract_is_filled_in_through_a_reload_and_the_way_back(
    chromium: Chromium, registry: Registry
) -> None:
    world = World.empty(registry)
    Person.add(world.agency, "Carla")
    with chromium.page() as page:
        joined(page, world)
        page.goto(f"{registry.url}/me/licences/new/dubbing-enhancement")
        _answered(page, world.studio_id)
        page.reload()
        assert page.input_value("#description") == "Zwei Zeilen, eine Szene"
        page.go_back()
        page.go_forward()
        page.wait_for_url("**/dubbing-enhancement")
        assert page.input_value("#rate") == "1,50"
        page.click("form[data-contract] button")
        page.wait_for_url("**/me/drafts/lic_*")
        page.goto(f"{registry.url}/me/licences/new/dubbing-enhancement")
        assert not page.input_value("#description"), "sent, and yet put back"


def _answered(page: Any, studio_id: str) -> None:
    said = {"description": "Zwei Zeilen, eine Szene", "rate": "1,50", "f-works": "cut_" + "a" * 26}
    for field, value in {**said, "licensee": studio_id, "f-languages": "de"}.items():
        page.fill(f"#{field}", value)


def _filled(page: Any) -> None:
    page.click("summary:has-text('Ändern')")
    page.fill("#f-name", "Berta Roth")
    page.fill("#f-residence", "DE")
    page.fill("#f-iban", FIRST)


def _pressed_twice(page: Any) -> None:
    """The first answer is lost on its way: the second press is the same request again."""
    keys: list[str] = []

    def lose(route: Any) -> None:
        keys.append(route.request.headers["idempotency-key"])
        if len(keys) > 1:
            return route.continue_()
        route.fetch()
        return route.abort()

    page.route("**/v1/performers/*/payee", lose)
    page.click(f"{FORM} button")
    page.wait_for_selector(f"{FORM} [role=status].fault")
    with page.expect_navigation():
        page.click(f"{FORM} button")
    assert len(keys) == 2
    assert keys[0] == keys[1]
