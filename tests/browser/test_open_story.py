"""The open pages in a browser: a log that is checked there, a status that knows when it is old.

The examples of the API page are run as they stand, by curl.
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.web.curlexamples import EXAMPLES
from core import keys
from core.checkpoint import cosign
from core.clock import utc_now
from core.init import OPERATOR_KEY_FILE
from core.settings import Settings
from core.signednote import COSIGNATURE, Note, NoteKey, parse_note
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.registry import Registry
from tests.browser.studios import FILM_MS
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, run_jobs


def grown(registry: Registry, name: str) -> None:
    """A person whose key is bound: entries of the log."""
    with registry.operator as client:
        Person.add(client, name)


def outcome(page: Any) -> str:
    page.wait_for_selector("[data-results] .verdict")
    return str(page.inner_text("[data-results]"))


def test_the_head_of_the_log_is_checked_against_the_last_one_seen(
    chromium: Chromium, registry: Registry
) -> None:
    grown(registry, "First")
    with chromium.page(lang="en", size=DESK) as page:
        page.goto(f"{registry.url}/log")
        page.click("[data-check]")
        assert "Signed; one step is still open." in outcome(page)
        assert "This browser saw no head before" in outcome(page)
        grown(registry, "Later")
        page.reload()
        page.click("[data-check]")
        assert "The log only grew." in outcome(page)
        page.reload()
        forged = {"status": 200, "body": json.dumps({"old": 1, "new": 2, "proof": []})}
        page.route("**/log/consistency/**", lambda route: route.fulfill(**forged))
        page.select_option("#head", index=2)
        page.click("[data-check]")
        assert "Do not trust this head." in outcome(page)


def test_an_entry_is_proven_in_the_browser(chromium: Chromium, registry: Registry) -> None:
    grown(registry, "Bound")
    with chromium.page(lang="de", size=PHONE) as page:
        page.goto(f"{registry.url}/log")
        page.click("a[href^='/log/entries/'] >> nth=0")
        assert "Dieser Eintrag steht im Protokoll." in outcome(page)
        page.route("**/log/receipts/*", forged_receipt)
        page.reload()
        assert "nicht so im Protokoll" in outcome(page)


def forged_receipt(route: Any) -> None:
    """The receipt with another hash in its way to the root, or of another leaf."""
    head, _, rest = route.fetch().text().partition("extra ")
    extra, _, path = rest.partition("\n")
    leaf = base64.b64decode(extra).replace(b"key.bound", b"key.found")
    route.fulfill(body=f"{head}extra {base64.b64encode(leaf).decode()}\n{path}")


@contextmanager
def watched(registry: Registry) -> Iterator[keys.PrivateKey]:
    """The log has one witness for a while; its key."""
    secret = keys.generate()
    vkey = NoteKey("zeuge.example", secret.public, COSIGNATURE).vkey
    with registry.operator as client:
        client.post("/v1/log/witnesses", {"vkey": vkey})
        yield secret
        client.post("/v1/log/witnesses/removal", {"name": "zeuge.example"})


def cosigned(page: Any, registry: Registry, secret: keys.PrivateKey) -> None:
    """The witness looks at the newest head by itself and hands its signature in."""
    address = f"{registry.url}/log"
    note = parse_note(page.request.get(f"{address}/checkpoint").text())
    line = cosign(note.text, "zeuge.example", secret, utc_now())
    kept = page.request.post(f"{address}/cosignatures", data=Note(note.text, (line,)).full)
    assert kept.json() == {"kept": 1}


def test_what_a_witness_signed_is_checked_in_the_browser(
    chromium: Chromium, registry: Registry
) -> None:
    """In German, on a phone: not there yet, there, of a receipt too, and forged."""
    with watched(registry) as secret, chromium.page(lang="de", size=PHONE) as page:
        page.goto(f"{registry.url}/log")
        page.click("[data-check]")
        assert "Noch haben zu wenige Zeugen" in outcome(page)
        cosigned(page, registry, secret)
        page.reload()
        page.click("[data-check]")
        assert "Mitunterschrieben von zeuge.example." in outcome(page)
        page.click("a[href^='/log/entries/'] >> nth=0")
        assert "Mitunterschrieben von zeuge.example." in outcome(page)
        # The log's own line holds; the witness's is of the head before.
        page.goto(f"{registry.url}/log")
        page.route("**/log/checkpoint", lambda route: route.fulfill(body=other_second(route)))
        page.click("[data-check]")
        assert "Eine Unterschrift im Namen von zeuge.example hält nicht" in outcome(page)
        assert "Trauen Sie diesem Stand nicht." in outcome(page)


def other_second(route: Any) -> str:
    """The head with a cosignature that claims another time than was signed."""
    note = parse_note(route.fetch().text())
    own, line = note.signatures
    data = (1).to_bytes(8, "big") + line.data[8:]
    return Note(note.text, (own, type(line)(line.name, line.key_id, data))).full


def test_every_example_of_the_api_page_works(registry: Registry, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    (tmp_path / "film.mp4").write_bytes(medium(FILM_MS))
    settings = Settings(data_dir=registry.data_dir)
    known = {
        **os.environ,
        "URL": registry.url,
        "KEY": (settings.keys_dir / OPERATOR_KEY_FILE).read_text("ascii").strip(),
    }
    for example in EXAMPLES:
        command = ["bash", "-euc", example.command]
        ran = subprocess.run(
            command, cwd=tmp_path, env=known, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, (example.name, ran.stderr)
        told = json.loads(ran.stdout) if ran.stdout.startswith("{") else {}
        assert "next_step" not in told, (example.name, told)
        if example.keeps:
            known[example.keeps] = told["id"]
        if example.name == "submission":
            run_jobs(settings)
        if example.name == "clearance":
            assert told["verdict"] == "CLEARED"
