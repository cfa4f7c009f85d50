"""Every page that exists, in both languages and themes: for everybody, and in one language.

axe-core comes from npm (`make peers` installs it). `make screenshots` keeps a picture of each page.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest

from api.routetable import ROWS
from api.web.pages import render
from api.web.texts import LANGUAGES
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.registry import Registry
from tests.browser.test_keeping_keys import kept
from tests.browser.test_passkeys import joined
from tests.peers.npm_programs import NPM
from tests.simulators.stage import Person
from tests.unit.api.test_pages import CLEARANCE, STATEMENT

AXE = NPM / "node_modules" / "axe-core" / "axe.min.js"
OPEN = (
    "/",
    "/privacy/retention",
    "/privacy/records",
    "/problems/not-found",
    "/rules",
    "/contracts",
    "/sign-in",
    "/join",
    "/reset",
    "/reset/new",
    "/inbox?signed-out",
)
OWN = (
    "/me/enrol/enr_unknown",
    "/account",
    "/account/code",
    "/members",
    "/approvals",
    "/inbox",
    "/me/enrol",
    "/me/enrol/{enrolment_id}",
    "/me/enrol/{unsigned}",
    "/me/performers/{performer_id}/consent",
    "/me/performers/{keyless}/consent",
)
# They lead on to a page, need a password given first or are read by scripts alone.
ELSEWHERE = {
    "/static/{name}",
    "/sign-in/provider",
    "/sign-in/provider/answer",
    "/sign-in/code",
    "/account/signing-keys",
}
REPORTS = {
    "clearance": ("clearance.html", {"c": CLEARANCE}),
    "statement": ("statement.html", {"s": STATEMENT}),
}
# Words that German lacks; what stays as it is (commands, citations) says so in the page.
ENGLISH = re.compile(r"\b(the|and|of|your|you|with|this|which|from|are|is|has)\b", re.I)
WORDS = """() => {
  const shown = document.body.cloneNode(true);
  const kept = 'code, pre, style, script, [lang=en], [translate=no]';
  for (const part of shown.querySelectorAll(kept)) part.remove();
  const names = ['aria-label', 'title', 'alt', 'placeholder'];
  const named = [...document.querySelectorAll(names.map((name) => `[${name}]`).join())]
    .flatMap((part) => names.map((name) => part.getAttribute(name)));
  return [document.title, shown.textContent, ...named].filter(Boolean).join('\\n');
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core: run `npm install --no-package-lock` in tests/peers/npm")
    return AXE.read_text("utf-8")


@pytest.fixture(scope="module")
def anna(chromium: Chromium, registry: Registry) -> Any:
    """The cookies of an administrator who runs the registry alone, and has a signing key."""
    with chromium.page(lang="en") as page:
        joined(page, registry, "anna@example.org")
        kept(page, registry, "Anna")
        return page.context.storage_state()


@pytest.fixture(scope="module")
def paths(registry: Registry) -> dict[str, str]:
    """The pages of things, for things that are there."""
    with registry.operator as client:
        person = Person.add(client, "Berta")
        body = {"modalities": ["voice"], "purposes": ["matching"]}
        named = {
            "performer_id": person.id,
            "enrolment_id": person.consent("voice", "face"),
            "unsigned": client.post(f"/v1/performers/{person.id}/enrolments", body)["id"],
            "keyless": client.post("/v1/performers", {"name": "C", "public_name": "C"})["id"],
        }
    return {path: path.format(**named) for path in (*OPEN, *OWN)}


def test_every_page_of_the_table_stands_here() -> None:
    there = {row.path for row in ROWS if row.method == "GET" and row.page}
    assert there - ELSEWHERE <= {*OPEN, *OWN}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_shuts_anybody_out_or_speaks_another_language(
    lang: str, chromium: Chromium, anna: Any, axe: str, registry: Registry, paths: dict[str, str]
) -> None:
    """English on a desk, German on a phone; what is open to all as nobody sees it."""
    size = DESK if lang == "en" else PHONE
    found: list[str] = []
    for names, state in ((OPEN, None), (OWN, anna)):
        with chromium.page(lang=lang, size=size, state=state) as page:
            for name in names:
                page.goto(registry.url + paths[name])
                found += looked_at(page, axe, name, lang)
    with chromium.page(lang=lang, size=size) as page:
        for name, (template, values) in REPORTS.items():
            page.set_content(render(template, lang, **values))
            found += looked_at(page, axe, name, lang)
    assert not found, "\n".join(found)


def looked_at(page: Any, axe: str, name: str, lang: str) -> list[str]:
    """What is wrong with the page that is open, by day and by night."""
    assert page.get_attribute("html", "lang") == lang
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        page.evaluate(axe)
        # By night nothing but the colours can be different.
        run = "{}" if theme == "light" else "{runOnly: ['color-contrast']}"
        for item in page.evaluate(f"axe.run(document, {run})")["violations"]:
            nodes = "; ".join(node["html"] for node in item["nodes"][:3])
            found.append(f"{name} {lang} {theme}: {item['id']}: {nodes}")
        keep(page, name, lang, theme)
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found += [f"{name} {lang}: wider than the screen"] if too_wide else []
    if lang == "de":
        found += [f"{name}: {word.group()}" for word in ENGLISH.finditer(page.evaluate(WORDS))]
    return found


def keep(page: Any, name: str, lang: str, theme: str) -> None:
    folder = os.environ.get("SCREENSHOTS", "")
    if folder:
        file = re.sub(r"\W+", "-", name).strip("-") or "landing"
        page.screenshot(path=Path(folder) / f"{file}.{lang}.{theme}.png", full_page=True)


def test_style_and_scripts_stay_light() -> None:
    web = Path(__file__).parents[2] / "api" / "web"
    files = [*(web / "static").iterdir(), web / "templates" / "style.css"]
    assert sum(file.stat().st_size for file in files) < 150_000
