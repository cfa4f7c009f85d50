"""A signing key that a passkey opens: made, used, saved, shared with a second one, never lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import keys
from tests.browser.chromium import PHONE, Chromium, SecurityKey
from tests.browser.registry import Registry
from tests.browser.test_enrolling import added, told
from tests.browser.test_passkeys import ADD, joined

KEEP = "[data-keep-key]"
# Who signed already is led on; another consent is below.
ANOTHER = "[data-bound] summary"


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Any]:
    with chromium.page(lang="de", size=PHONE) as opened:
        yield opened


def signed(page: Any) -> None:
    page.check("[value=voice]")
    page.check("[value=matching]")
    page.click("[data-sign]")
    page.wait_for_url("**/me/enrol/enr_*")


def kept(page: Any, registry: Registry, name: str) -> str:
    """Make a key with the passkey and sign a consent; the address of the consent's page."""
    added(page, registry, name)
    page.click(KEEP)
    page.wait_for_selector("[data-kept]:visible")
    address = str(page.url)
    signed(page)
    return address


def saved(page: Any) -> str:
    """The public name of the key that the account page writes to a file."""
    with page.expect_download() as file:
        page.click("[data-save-key]")
    path = Path(file.value.path())
    path.chmod(0o600)
    return keys.load_key(path).did


def test_a_passkey_makes_a_key_and_opens_it_to_sign_again(page: Any, registry: Registry) -> None:
    joined(page, registry, "kai@example.org")
    address = kept(page, registry, "Kai")
    page.goto(address)
    page.click(ANOTHER)
    assert page.locator(KEEP).count() == 0
    signed(page)
    page.goto(f"{registry.url}/account")
    bound = page.get_attribute("[data-signing-key]", "data-signing-key")
    assert saved(page) == bound


def test_a_lost_key_gives_way_to_one_that_the_passkey_makes_and_is_stopped(
    page: Any, registry: Registry
) -> None:
    joined(page, registry, "mia@example.org")
    address = kept(page, registry, "Mia")
    page.goto(address.replace("/consent", "/key"))
    page.click(KEEP)
    page.wait_for_selector("form[data-act$='/stop']")
    assert page.locator("[data-make-key]").count() == 0
    # An organisation that stands for several: somebody else says who asks.
    assert "krp_" in page.inner_text("main")
    page.click("form[data-act$='/stop'] button")
    page.wait_for_selector("[data-make-key]")
    assert "gestoppt" in page.inner_text("main")


def test_a_second_passkey_opens_it_too_and_none_that_does_is_dropped(
    page: Any, registry: Registry
) -> None:
    first = joined(page, registry, "lea@example.org", transport="usb")
    address = kept(page, registry, "Lea")
    page.goto(f"{registry.url}/account")
    bound = saved(page)
    page.click("form[action*=passkeys]:has-text('Phone') button")
    page.wait_for_selector("[role=alert]:focus")
    assert "öffnet" in page.inner_text("[role=alert]")
    # Of several devices only the one that is meant is touched: any other would refuse for all.
    first.touched(False)
    second = SecurityKey.plugged_in(page, "usb")
    page.fill("#passkey-name", "Stick")
    page.click(ADD)
    page.wait_for_selector("[data-share-key]")
    page.wait_for_load_state()  # what the button does is loaded with the page
    first.touched(True)
    second.touched(False)
    page.click("[data-share-key]")
    told(page, "[data-signing-key] [role=status]", "noch einmal")
    first.touched(False)
    second.touched(True)
    page.click("[data-share-key]")
    page.wait_for_selector("[data-signing-key]:has-text('Stick')")
    page.click("[data-signing-key]:has-text('Phone') form button")
    page.wait_for_selector("[data-signing-key]:has-text('Phone')", state="detached")
    page.click("form[action*=passkeys]:has-text('Phone') button")
    page.wait_for_selector("form[action*=passkeys]:has-text('Phone')", state="detached")
    assert saved(page) == bound
    page.goto(address)
    page.click(ANOTHER)
    signed(page)


def test_whoever_does_not_confirm_or_has_a_weak_passkey_is_told_what_else(
    page: Any, registry: Registry
) -> None:
    key = joined(page, registry, "ida@example.org", keeps_keys=False)
    added(page, registry, "Mia")
    page.click(KEEP)
    told(page, "[data-unbound] [role=status]", "kann keine Schlüssel")
    key.refuse()
    page.click(KEEP)
    told(page, "[data-unbound] [role=status]", "nicht bestätigt")
    assert page.is_visible("[data-make-key]")
