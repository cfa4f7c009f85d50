"""Enrolling in the browser: every way in, every refusal, and nothing that ends nowhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core import keys
from tests.browser.chromium import PHONE, Chromium
from tests.browser.devices import silence
from tests.browser.registry import Registry
from tests.browser.test_passkeys import joined
from tests.simulators.stage import Person

MICROPHONE = ("microphone",)


@pytest.fixture(scope="module")
def anna(chromium: Chromium, registry: Registry) -> Any:
    """The cookies of somebody who may enrol people of her own side."""
    with chromium.page(lang="de", size=PHONE) as page:
        joined(page, registry, "anna@example.org")
        return page.context.storage_state()


@pytest.fixture(scope="module")
def enrolment(registry: Registry) -> str:
    """The page of a consent that is signed, for voice and face."""
    with registry.operator as client:
        signed = Person.add(client, "Anna").consent("voice", "face")
    return f"{registry.url}/me/enrol/{signed}"


@pytest.fixture
def page(chromium: Chromium, anna: Any) -> Iterator[Any]:
    with chromium.page(lang="de", size=PHONE, state=anna) as opened:
        yield opened


def added(page: Any, registry: Registry, name: str) -> None:
    page.goto(f"{registry.url}/me/enrol")
    page.fill("#name", name)
    page.click("[data-new-performer] button")
    page.wait_for_url("**/consent")


def told(page: Any, selector: str, words: str) -> None:
    """What is said below a button."""
    page.wait_for_selector(f"{selector}:has-text('{words}')")


def test_a_key_of_the_command_line_signs_the_consent_by_keyboard_alone(
    page: Any, registry: Registry, tmp_path: Path
) -> None:
    file = tmp_path / "me.key"
    keys.save_key(file, keys.generate())
    added(page, registry, "Berta")
    page.set_input_files("#first-key-file", file)
    page.focus("[data-bind-key]")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-sign]:visible")
    page.focus("[name=modality]")
    for _ in range(3):  # voice, face, matching
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.focus("[data-sign]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/enrol/enr_*")
    assert "Noch keine Probe" in page.inner_text("#samples-voice")


def test_nothing_is_signed_that_was_not_ticked_or_by_another_key(
    page: Any, registry: Registry, tmp_path: Path
) -> None:
    added(page, registry, "Carla")
    said = "[data-bound] form [role=status]"
    page.click("[data-bind-key]")
    told(page, "[data-unbound] [role=status]", "Schlüsseldatei")
    with page.expect_download() as saved:
        page.click("[data-make-key]")
    assert b"BEGIN PRIVATE KEY" in Path(saved.value.path()).read_bytes()
    page.wait_for_selector("[data-sign]:visible")
    assert page.locator(":checked").count() == 0
    page.click("[data-sign]")
    told(page, said, "Kreuzen Sie")
    page.check("[value=voice]")
    page.check("[value=training]")
    page.click("[data-sign]")
    told(page, said, "Ohne Abgleich")
    page.reload()
    other = tmp_path / "other.key"
    keys.save_key(other, keys.generate())
    page.check("[value=voice]")
    page.check("[value=matching]")
    page.set_input_files("#key-file", other)
    page.click("[data-sign]")
    told(page, "[role=status]", "anderen Schlüssel")
    other.write_text("no key")
    page.set_input_files("#key-file", other)
    page.click("[data-sign]")
    told(page, "[role=status]", "keine Schlüsseldatei")


def test_without_a_microphone_the_page_says_how_else(page: Any, enrolment: str) -> None:
    page.context.grant_permissions(["microphone"])
    page.goto(enrolment)
    page.click("[data-record-voice]")
    told(page, "#capture-voice [role=status]", "kein Mikrofon")
    assert page.is_visible("#upload-voice")
    assert page.evaluate("document.activeElement.matches('[data-record-voice]')")


def test_a_microphone_that_is_refused_or_silent(
    driver: Any, chromium_path: str, anna: Any, enrolment: str, tmp_path: Path
) -> None:
    with Chromium.launched(driver, chromium_path, sound=silence(tmp_path / "off.wav")) as quiet:
        with quiet.page(lang="de", state=anna) as page:
            page.goto(enrolment)
            page.click("[data-record-voice]")
            told(page, "#capture-voice [role=status]", "durfte das Mikrofon nicht")
        with quiet.page(lang="de", state=anna, permissions=MICROPHONE) as page:
            page.goto(enrolment)
            page.click("[data-record-voice]")
            told(page, "#capture-voice [role=status]", "kaum etwas zu hören")
            page.keyboard.press("Enter")  # the button that ends the recording has the focus
            told(page, "#capture-voice [role=status]", "gar keinen Ton")
            assert "Noch keine Probe" in page.inner_text("#samples-voice")


def test_whoever_is_signed_out_meanwhile_is_told_so(page: Any, enrolment: str) -> None:
    page.goto(enrolment)
    page.context.clear_cookies()
    page.click("summary:has-text('widerrufen')")
    page.click("[data-withdraw]")
    told(page, "#withdrawal [role=status]", "abgemeldet")


def test_a_consent_is_withdrawn_where_it_was_given(page: Any, registry: Registry) -> None:
    with registry.operator as client:
        signed = Person.add(client, "Dora").consent("voice")
    page.goto(f"{registry.url}/me/enrol/{signed}")
    page.click("summary:has-text('widerrufen')")
    page.click("[data-withdraw]")
    told(page, "#standing", "widerrufen")
    assert page.is_hidden("[data-record-voice]")
    assert page.is_visible("#standing a")


def test_strangers_find_no_enrolment_here(page: Any, registry: Registry) -> None:
    answer = page.goto(f"{registry.url}/me/enrol/enr_{'a' * 26}")
    assert answer.status == 404
