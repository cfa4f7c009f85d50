"""Passkeys as people use them: joined with one, signed in by it, a second one, one taken away."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.chromium import PHONE, Chromium, SecurityKey
from tests.browser.performer_world import tenant
from tests.browser.registry import Registry

PASSWORD = "correct horse battery staple"
ADD = "[data-passkey=add]"
USE = "[data-passkey=use]"


def joined(
    page: Any, registry: Registry, email: str, *, name: str = "Anna Berg", **device: Any
) -> SecurityKey:
    """Somebody who was invited chooses a password, and a passkey in place of codes."""
    key = SecurityKey.plugged_in(page, **device)
    page.goto(registry.invite(email, "admin"))
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("form button")
    page.wait_for_url("**/account/code")
    page.fill("#passkey-name", "Phone")
    page.click(ADD)
    page.wait_for_url("**/account")
    return key


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Any]:
    with chromium.page(lang="de", size=PHONE) as opened:
        yield opened


def sign_out(page: Any) -> None:
    page.click("form[action='/sign-out'] button")
    page.wait_for_url("**/sign-in")


def test_a_passkey_joins_signs_in_has_a_second_and_is_taken_away(
    page: Any, registry: Registry
) -> None:
    first = joined(page, registry, "anna@example.org")
    assert page.inner_text("h1") == "Anna Berg"
    sign_out(page)
    page.click(USE)
    page.wait_for_url("**/account")
    assert page.locator("form[action$=removal]").count() == 1

    second = SecurityKey.plugged_in(page, "usb")
    page.fill("#passkey-name", "Stick")
    page.click(ADD)
    page.wait_for_selector("form[action$=removal]:has-text('Stick')")
    assert (len(first.credentials()), len(second.credentials())) == (1, 1)

    page.click("form[action$=removal]:has-text('Phone') button")
    page.wait_for_selector("form[action$=removal]:has-text('Phone')", state="detached")
    second.unplug()
    sign_out(page)
    page.click(USE)
    page.wait_for_selector("#passkey-said:not(:empty)")
    assert page.url.endswith("/sign-in")
    page.goto(registry.url + "/account")
    assert "/sign-in" in (page.get_attribute("main a", "href") or "")


def test_who_has_a_passkey_alone_uses_it_after_the_password_too(
    page: Any, registry: Registry
) -> None:
    """Invited to a second organisation, where a password begins the sign-in; there is no app."""
    joined(page, registry, "clara@example.org")
    _, other = tenant(registry, "agency", "Agentur Zwei")
    home = other.get("/v1/me")["tenant_id"]
    page.goto(registry.invite("clara@example.org", "agent", tenant_id=home))
    page.fill("#name", "Clara Berg")
    page.fill("#password", PASSWORD)
    page.click("form button")
    page.wait_for_url("**/sign-in/code")
    assert page.locator("#code").count() == 0
    page.click(USE)
    page.wait_for_url("**/account")
    assert page.locator("form[action='/account/organisation']").count() == 1


def test_a_device_that_is_known_is_not_added_twice(page: Any, registry: Registry) -> None:
    key = joined(page, registry, "bert@example.org")
    page.click(ADD)
    page.wait_for_selector("#passkey-said:has-text('schon')")
    assert len(key.credentials()) == 1


def test_whoever_does_not_confirm_is_told_so_in_his_language(page: Any, registry: Registry) -> None:
    key = joined(page, registry, "carl@example.org")
    sign_out(page)
    key.refuse()
    page.click(USE)
    page.wait_for_selector("#passkey-said:has-text('nicht bestätigt')")
    assert page.url.endswith("/sign-in")


def test_at_a_number_for_an_address_the_page_names_the_one_that_passkeys_work_at(
    page: Any, registry: Registry
) -> None:
    """Passkeys are bound to a name: browsers refuse them at 127.0.0.1."""
    page.goto(f"http://127.0.0.1:{registry.port}/sign-in")
    assert not page.is_visible(USE)
    page.click("[data-passkey-at]")
    page.wait_for_url(f"{registry.url}/sign-in")
    assert page.is_visible(USE)
