"""The verify page: documents are checked by the browser, and forged ones are seen there too."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.web import paper
from core.canonical import canonical
from core.clock import utc_now
from core.keys import from_seed
from core.signednote import COSIGNATURE, NoteKey
from tests.browser.chromium import PHONE, Chromium
from tests.browser.registry import Registry
from tests.forgeries import childs_at, forgeries, good, held_at, status_at
from tests.simulators.stage import Person
from tests.unit.licensing.documents import FACTS, REGISTRY

NOW = utc_now()
# `ebenbild verify` sees these: the page says that it reads no terms and knows nobody's key.
LEFT_OPEN = {"licence-profile", "agency-key", "performer-key", "framework"}
CHECK = """async ([licences, method, now]) => {
  const { check } = await import('/static/checking.js');
  const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  const found = [];
  for (const [licence, list] of licences) {
    const ask = {
      registry: async () => ({ verification_method: method }),
      bytes: async (path) => {
        if (!list[path]) throw new Error(path);
        return bytes(list[path]);
      },
    };
    const report = await check(new Blob([bytes(licence)]), 'licence', [], ask, now);
    found.push(report.steps.filter((step) => step.state === 'bad').map((step) => step.name));
  }
  return found;
}"""

COSIGNED = json.loads(
    (Path(__file__).parents[1] / "vectors" / "cosigned_checkpoint.json").read_text("utf-8")
)
WITNESS = COSIGNED["witness"]
OTHER = NoteKey("other.example/w", from_seed(b"o" * 32).public, COSIGNATURE).vkey
WITNESSED = """async (asked) => {
  const { witnessed } = await import('/static/cosigned.js');
  const { noteOf } = await import('/static/receipt.js');
  const said = ([note, policy]) => witnessed(noteOf(note), policy)
    .catch((error) => [error.message, error.about]);
  return Promise.all(asked.map(said));
}"""


@pytest.fixture(scope="module")
def licence(registry: Registry) -> Iterator[tuple[str, bytes, str]]:
    """Id, bytes and receipt of a licence that this registry issued."""
    with registry.operator as client:
        studio = client.post("/v1/tenants", {"name": "Studio", "kind": "studio"})
        issued = Person.add(client, "Berta").license(studio["id"])
        document = client.fetch(f"/v1/licences/{issued['id']}/credential")
        receipt = client.get(f"/v1/licences/{issued['id']}/receipts")[0]["receipt"].encode()
    yield issued["id"], document, receipt


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def checked(page: Any, licences: list[tuple[bytes, bytes]]) -> list[list[str]]:
    """Which steps fail in the browser, for each licence with its status list."""
    paths = [FACTS.status_url.partition("//")[2].partition("/")[2]]
    pairs = [(text(one), {f"/{path}": text(listed) for path in paths}) for one, listed in licences]
    now = int(NOW.timestamp() * 1000)
    found: list[list[str]] = page.evaluate(CHECK, [pairs, REGISTRY.verification_method, now])
    return found


def test_good_licences_hold_and_forged_ones_do_not(chromium: Chromium, registry: Registry) -> None:
    forged = [one for one in forgeries(NOW) if not one.is_token]
    with chromium.page() as page:
        page.goto(f"{registry.url}/verify")
        listed = status_at(NOW)
        held = checked(page, [(canonical(f(NOW)), listed) for f in (good, childs_at, held_at)])
        seen = checked(page, [(one.licence, one.status) for one in forged])
    assert [bad for bad in held if set(bad) - {"suspension"}] == []
    missed = [one for one, bad in zip(forged, seen, strict=True) if not bad]
    assert {one.step for one in missed} <= LEFT_OPEN, [one.name for one in missed]
    assert len(forged) - len(missed) >= 30


def resigned(note: str, at: int) -> str:
    """The note with one byte of its witness's line changed, counted behind the key's id."""
    line = next(line for line in note.splitlines() if WITNESS.partition("+")[0] in line)
    start, _, packed = line.rpartition(" ")
    data = bytearray(base64.b64decode(packed))
    data[4 + at] ^= 1
    return note.replace(line, f"{start} {base64.b64encode(data).decode()}")


def cosignings() -> Iterator[tuple[str, str, list[str] | None]]:
    """(note, policy, what is said of its witnesses), from a real log and a real witness."""
    note, name = COSIGNED["note"], WITNESS.partition("+")[0]
    one = f"witness w {WITNESS}\nquorum w\n"
    two = f"witness w {WITNESS}\nwitness o {OTHER} https://other.example\n"
    unsigned = "".join(line for line in note.splitlines(keepends=True) if name not in line)
    yield note, "quorum none\n", None
    yield note, one, ["ok-witnesses", "w"]
    yield note, f"{two}group any-of-them any w o\nquorum any-of-them\n", ["ok-witnesses", "w"]
    yield note, f"{two}group both all w o\nquorum both\n", ["open-witnesses", "1/2"]
    yield note, f"{two}group g 1 w o\ngroup h 2 g o\nquorum h\n", ["open-witnesses", "1/2"]
    yield unsigned, one, ["open-witnesses", "0/1"]
    # Another tree, another second, another signature.
    yield note.replace("1432088532", "1432088533"), one, ["bad-witness", name]
    yield resigned(note, 7), one, ["bad-witness", name]
    yield resigned(note, 40), one, ["bad-witness", name]
    yield note, one.replace(WITNESS[-6:], OTHER[-6:]), ["bad-policy", ""]


def test_cosignatures_of_real_witnesses_hold_and_forged_ones_are_told(
    chromium: Chromium, registry: Registry
) -> None:
    asked = list(cosignings())
    with chromium.page() as page:
        page.goto(f"{registry.url}/verify")
        said = page.evaluate(WITNESSED, [[note, policy] for note, policy, _ in asked])
    assert said == [expected for *_, expected in asked]


def test_somebody_drops_a_licence_its_receipt_and_a_forged_one(
    chromium: Chromium, registry: Registry, licence: tuple[str, bytes, str], tmp_path: Path
) -> None:
    """In German, on a phone: what holds, what was changed, what was revoked meanwhile."""
    licence_id, document, receipt = licence
    files = {"lizenz.json": document, "beleg.tlog-proof": receipt}
    files["geändert.json"] = document.replace(b"Berta", b"Marta").replace(b'"DE"', b'"FR"') + b" "
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    with chromium.page(lang="de", size=PHONE) as page:
        page.goto(f"{registry.url}/verify")
        page.set_input_files("#files", [tmp_path / name for name in files])
        page.wait_for_selector("#results section")
        shown = {
            part.query_selector("h2").inner_text(): part.inner_text()
            for part in page.query_selector_all("#results section")
        }
        assert "Echt, soweit prüfbar" in shown["lizenz.json"]
        assert "Nicht widerrufen" in shown["lizenz.json"]
        assert "Es ist der Beleg zu lizenz.json." in shown["beleg.tlog-proof"]
        assert "Das Protokoll dieses Registers" in shown["beleg.tlog-proof"]
        assert "Hält nicht stand" in shown["geändert.json"]
        with registry.operator as client:
            client.post(f"/v1/licences/{licence_id}/revocation", {})
        page.set_input_files("#files", [tmp_path / "lizenz.json"])
        page.wait_for_selector("text=Die Lizenz ist widerrufen.")
        page.set_input_files("#files", [])


def test_somebody_drops_a_pdf(
    chromium: Chromium, registry: Registry, licence: tuple[str, bytes, str], tmp_path: Path
) -> None:
    """What is attached to it is checked, and it is said that its pages were not."""
    _, document, _ = licence

    def story() -> list[Any]:
        return [paper.paragraph("Lizenz")]

    for name, attached in {"full.pdf": ("l.json", document), "bare.pdf": None}.items():
        made = paper.pdf(story, title=name, lang="en", foot="{} {}".format, attached=attached)
        (tmp_path / name).write_bytes(made)
    with chromium.page() as page:
        page.goto(f"{registry.url}/verify")
        page.set_input_files("#files", [tmp_path / "full.pdf"])
        page.wait_for_selector("#results section")
        shown = page.inner_text("#results section")
        assert "full.pdf" in shown and "Each signature holds" in shown
        assert "The pages of the PDF were not read" in shown
        page.set_input_files("#files", [tmp_path / "bare.pdf"])
        page.wait_for_selector("#results .said")
        assert "no signed document is attached" in page.inner_text("#results")
