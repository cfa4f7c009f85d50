"""One licence signed in the browser by each kind of key, and proved by the command line.

A key that a passkey opens, a key file that the page made, a key that the command line made.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Chromium
from tests.browser.registry import Registry
from tests.browser.test_enrolling import added
from tests.browser.test_passkeys import joined

BOUND = "[data-sign]:visible"


def by_passkey(page: Any, registry: Registry, folder: Path) -> None:
    page.click("[data-keep-key]")
    page.wait_for_selector(BOUND)


def by_file(page: Any, registry: Registry, folder: Path) -> Path:
    with page.expect_download() as saved:
        page.click("[data-make-key]")
    page.wait_for_selector(BOUND)
    file = folder / "page.key"
    saved.value.save_as(file)
    return file


def by_command(page: Any, registry: Registry, folder: Path) -> Path:
    file = folder / "command.key"
    registry.command("key", "new", str(file))
    page.set_input_files("#first-key-file", file)
    page.click("[data-bind-key]")
    page.wait_for_selector(BOUND)
    return file


@pytest.fixture(scope="module")
def anna(chromium: Chromium, registry: Registry) -> Any:
    """The page of somebody who joined with a passkey, and stays signed in with it."""
    with chromium.page(lang="en") as page:
        joined(page, registry, "anna@example.org")
        yield page


@pytest.mark.parametrize("bind", [by_passkey, by_file, by_command])
def test_a_licence_is_signed_with_it_and_verified(
    bind: Any, anna: Any, registry: Registry, tmp_path: Path
) -> None:
    added(anna, registry, "Anna Berg")
    performer = str(anna.url).split("/performers/")[1].split("/")[0]
    file = bind(anna, registry, tmp_path)
    with registry.operator as client:
        studio = client.get("/v1/me")["tenant_id"]
        terms = {
            **dict.fromkeys(("territories", "languages", "media", "works"), "*"),
            "performer_id": performer,
            "licensee_id": studio,
            "kinds": ["synthesise_voice"],
            "modalities": ["voice"],
            "description": "Three trailers",
            "valid_from": "2026-01-01T00:00:00Z",
            "valid_until": "2036-01-01T00:00:00Z",
            "tariff": {"kind": "per_minute", "rate": "1.50", "currency": "EUR"},
        }
        draft = client.post("/v1/licences", {"terms": terms})["id"]
        anna.goto(f"{registry.url}/me/drafts/{draft}?for={performer}")
        if file is not None:
            anna.set_input_files("#key-file", file)
        anna.click("[data-sign]")
        anna.wait_for_url("**/me/licences/lic_*")
        signed = tmp_path / "licence.json"
        signed.write_bytes(client.fetch(f"/v1/licences/{draft}/credential"))
    report = registry.command("verify", str(signed))
    assert report["ok"], report
