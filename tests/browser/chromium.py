"""Chromium as a person has it before them: language, screen, and devices made of files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SLOWEST_MS = 60_000  # on a machine with much else to do
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}
KEY = {
    "protocol": "ctap2",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@dataclass
class Chromium:
    """A running browser."""

    browser: Any

    @classmethod
    @contextmanager
    def launched(
        cls, driver: Any, path: str, *, sound: Path | None = None, picture: Path | None = None
    ) -> Iterator["Chromium"]:
        """A browser whose microphone plays `sound` and whose camera shows `picture`."""
        words = ["--use-fake-device-for-media-stream"] if sound or picture else []
        if sound:
            words.append(f"--use-file-for-fake-audio-capture={sound}")
        if picture:
            words.append(f"--use-file-for-fake-video-capture={picture}")
        # Chromium's own sandbox refuses to be started by root, as in containers.
        rights = ["--no-sandbox"] if os.geteuid() == 0 else []
        opened = driver.chromium.launch(
            executable_path=path, args=[*words, *rights], timeout=3 * SLOWEST_MS
        )
        try:
            yield cls(opened)
        finally:
            opened.close()

    @contextmanager
    def page(
        self,
        *,
        lang: str = "en",
        size: dict[str, int] | None = None,
        dark: bool = False,
        permissions: tuple[str, ...] = (),
        state: Any = None,
    ) -> Iterator[Any]:
        """A page of somebody new here, or with the cookies of `state`; a script's fault fails."""
        context = self.browser.new_context(
            locale=lang,
            viewport=size or DESK,
            color_scheme="dark" if dark else "light",
            permissions=list(permissions),
            storage_state=state,
        )
        context.set_default_timeout(SLOWEST_MS)
        faults: list[str] = []
        try:
            page = context.new_page()
            page.on("pageerror", lambda fault: faults.append(str(fault)))
            page.on("console", lambda said: _refused(said, faults))
            yield page
            assert faults == []
        finally:
            context.close()


def _refused(said: Any, faults: list[str]) -> None:
    # What the Content-Security-Policy stops is told there and nowhere else.
    if said.type == "error" and "Content Security Policy" in said.text:
        faults.append(said.text)


@dataclass(frozen=True)
class SecurityKey:
    """A virtual authenticator of a page (Web Authentication Level 3, section 11)."""

    cdp: Any
    id: str

    @classmethod
    def plugged_in(
        cls, page: Any, transport: str = "internal", *, keeps_keys: bool = True
    ) -> "SecurityKey":
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        options = {**KEY, "hasPrf": keeps_keys, "transport": transport}
        made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        return cls(cdp, made["authenticatorId"])

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cdp.send(
            "WebAuthn.getCredentials", {"authenticatorId": self.id}
        )["credentials"]
        return found

    def unplug(self) -> None:
        self.cdp.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self.id})

    def touched(self, value: bool) -> None:
        """Whether somebody touches it when it is asked."""
        said = {"authenticatorId": self.id, "enabled": value}
        self.cdp.send("WebAuthn.setAutomaticPresenceSimulation", said)

    def refuse(self) -> None:
        """The person behind it does not confirm any more."""
        said = {"authenticatorId": self.id, "isUserVerified": False}
        self.cdp.send("WebAuthn.setUserVerified", said)


def has_value(page: Any, field: str, value: str) -> None:
    """Wait until a field holds a value; a page's own policy forbids scripts to ask in between."""
    from playwright.sync_api import expect

    expect(page.locator(field)).to_have_value(value, timeout=SLOWEST_MS)
