"""Every page that exists, in both languages and themes: for everybody, and in one language.

axe-core comes from npm (`make peers` installs it). `make screenshots` keeps a picture of each page.
"""

import os
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.client import Client
from api.routetable import ROWS
from api.web.pages import render
from api.web.texts import LANGUAGES
from core.clock import utc_now
from core.keys import generate
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.performer_world import AT_ONCE, World, file
from tests.browser.registry import Registry
from tests.browser.studios import BRIEF, STRANGER, VOICE, Studio
from tests.browser.test_keeping_keys import kept
from tests.browser.test_passkeys import joined
from tests.peers.npm_programs import NPM
from tests.simulators.holdings import publish
from tests.simulators.rawids import coded_ids, raw_ids
from tests.simulators.stage import Person
from tests.unit.api.test_pages import CLEARANCE, STATEMENT

AXE = NPM / "node_modules" / "axe-core" / "axe.min.js"
OPEN = (
    "/",
    "/verify",
    "/status",
    "/log",
    "/log/entries/{index}",
    "/api",
    "/privacy/retention",
    "/privacy/records",
    "/problems/not-found",
    "/rules",
    "/contracts",
    "/unclaimed",
    "/sign-in",
    "/join",
    "/reset",
    "/reset/new",
    "/inbox?signed-out",
)
OWN = (
    "/me",
    "/me/uses",
    "/me/uses/{use_id}",
    "/me/uses/use_unknown",
    "/act-as",
    "/me/prints",
    "/me/standing",
    "/me/speaking",
    "/me/licences",
    "/me/licences/new",
    "/me/licences/new/{template_id}",
    "/me/licences/{licence_id}",
    "/me/drafts/{licence_id}",
    "/me/requests/{request_id}",
    "/me/money",
    "/me/money/{period}",
    "/me/searches",
    "/me/data",
    "/me/enrol/enr_unknown",
    "/society",
    "/society/usage",
    "/society/usage/held",
    "/society/usage/mappings",
    "/society/usage/mapping",
    "/society/usage/mapping?sender=youtube&headings=Video+ID,Country,Month,Views,Shelf",
    "/society/usage/{import_id}",
    "/society/usage/{import_id}?part=held",
    "/society/usage/{import_id}?part=rejected",
    "/society/runs",
    "/society/payouts",
    "/society/unclaimed",
    "/me/notices",
    "/society/disputes",
    "/society/disputes?shelf=ended",
    "/auditing",
    "/audit",
    "/audit/approvals",
    "/audit/balance",
    "/trail",
    "/society/invoices",
    "/society/invoices/new",
    "/society/receipts",
    "/society/mandates",
    "/society/sisters",
    "/society/tariffs",
    "/society/tariffs/new",
    "/society/tariffs/{tariff_id}",
    "/society/tariffs/{tariff_id}/trial",
    "/society/reports/year",
    "/account",
    "/account/code",
    "/members",
    "/approvals",
    "/inbox",
    "/union",
    "/frameworks/{framework_id}",
    "/attest",
    "/attest/{enrolment_id}",
    "/me/enrol",
    "/me/enrol/{enrolment_id}",
    "/me/enrol/{unsigned}",
    "/me/performers/{performer_id}/consent",
    "/me/performers/{keyless}/consent",
    "/me/performers/{performer_id}/key",
    "/studio",
    "/studio?shelf=waiting",
    "/studio?shelf=cleared",
    "/studio/new",
    "/studio/bulks/{bulk_id}",
    "/studio/keys",
    "/studio/requests",
    "/studio/requests/new",
    "/studio/requests/new/{template_id}",
    "/studio/requests/new/{template_id}?preview=yes&other_id={performer_id}&description=A+dub"
    "&per=per_minute&rate=2&currency=EUR&valid_from=2030-01-01&works={work_id}&languages=de",
    "/studio/requests/{request_id}",
    "/questions",
    "/review",
    "/review?at={doubtful}",
    "/review/decisions",
    "/admin",
    "/admin/health",
    "/admin/handover",
    "/questions?answered=true",
    "/works",
    "/works/{work_id}",
    "/works/{work_id}/compare",
    "/cuts/{cut_id}",
    "/cuts/{scanning}",
    "/cuts/{empty}",
)
# They lead on to a page, need a password given first or are read by scripts alone.
ELSEWHERE = {
    "/static/{name}",
    "/sign-in/provider",
    "/sign-in/provider/answer",
    "/sign-in/code",
    "/account/signing-keys",
    "/studio/releases.csv",
    "/trail.csv",
    "/review/decisions.csv",
    # Looked at in the story that makes them.
    "/demo",
    "/society/runs/{run_id}",
    "/society/payouts/{batch_id}",
    "/society/runs/{run_id}/performers/{performer_id}",
    "/society/runs/{run_id}/lines",
    "/society/lines/{line_id}",
    "/society/invoices/{invoice_id}",
    "/society/invoices/{invoice_id}/lines/{number}",
    "/society/receipts/{receipt_id}",
    "/society/sisters/{remittance_id}",
    "/society/advices/{advice_id}",
    "/society/disputes/{complaint_id}",
    "/society/unclaimed/{list_id}",
    "/me/claims/{item_id}",
    "/me/notices/clips/{clip_id}",
    "/me/notices/{takedown_id}",
    "/me/disputes/new",
    "/me/disputes/{complaint_id}",
    "/society/entries",
}
# Where the id of somebody who has a name is meant: commands take organisations by id, and a studio
# declares people by the ids that it was given.
BY_ID = {"/admin", "/cuts/{cut_id}"}
RATE = {"kind": "per_minute", "rate": "2", "currency": "EUR"}
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


# Script and style that a page loads, unpacked, whether or not the browser had them already.
WEIGHT = """() => {
  const loaded = performance.getEntriesByType('resource')
    .filter((one) => /\\.(js|css)$/.test(new URL(one.name).pathname))
    .map((one) => one.decodedBodySize);
  const own = [...document.querySelectorAll('style')].map((one) => one.textContent.length);
  return [...loaded, ...own].reduce((sum, one) => sum + one, 0);
}"""
LIGHT = 150_000
# What a pointer presses and no key reaches, there or at another link to the same place.
KEYLESS = """() => {
  const controls = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  const reached = [...document.links].filter((link) => link.tabIndex >= 0).map((link) => link.href);
  return [...document.querySelectorAll('body *')]
    .filter((item) => item.checkVisibility())
    .filter((item) => item.matches(controls) || getComputedStyle(item).cursor === 'pointer')
    .map((item) => item.closest(`${controls}, label, [tabindex]`) ?? item)
    .filter((item) => (item.control ?? item).tabIndex < 0 && !item.disabled)
    .filter((item) => !reached.includes(item.href))
    .map((item) => item.outerHTML.slice(0, 120));
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
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """A registry that searches new prints at once, so that there are uses to show."""
    made = Registry.start(tmp_path_factory.mktemp("registry"), **AT_ONCE)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def paths(registry: Registry) -> dict[str, str]:
    """The pages of things, for things that are there."""
    found = World.alone(registry)
    film = found.film("Nachtzug")
    found.seen(film["cut_id"], 1200)
    use = found.studio.get(f"/v1/submissions/{film['id']}/findings")["uses"][0]
    with registry.operator as client:
        person = Person.add(client, "Berta")
        body = {"modalities": ["voice"], "purposes": ["matching"]}
        named = {
            "index": "0",
            "performer_id": person.id,
            "use_id": use["id"],
            "template_id": "dubbing-enhancement",
            "licence_id": found.person.license(found.studio_id)["id"],
            "request_id": found.asked(),
            "period": f"{utc_now():%Y-%m}",
            "tariff_id": "gvl-points",
            "enrolment_id": person.consent("voice", "face"),
            "import_id": mixed(registry, client, film["cut_id"]),
            "unsigned": client.post(f"/v1/performers/{person.id}/enrolments", body)["id"],
            "framework_id": framework(client),
            "keyless": client.post("/v1/performers", {"name": "C", "public_name": "C"})["id"],
        }
    named |= filmed(registry)
    made = {path: path.format(**named) for path in (*OPEN, *OWN)}
    made["/me/drafts/{licence_id}"] = f"/me/drafts/{found.drafted()}"
    own = [path for path in OWN if path.startswith("/me") and "enrol" not in path]
    return made | {
        path: f"{made[path]}?for={found.person.id}" for path in own if "performers" not in path
    }


def framework(client: Client) -> str:
    """A union's framework in its second version."""
    group, key = client.post("/v1/groups", {"name": "Gilde"})["id"], generate()
    made = str(publish(client, key, group, rates=[RATE])["id"])
    publish(client, key, group, made, rates=[{**RATE, "rate": "3"}], use_notice_hours=48)
    return made


def mixed(registry: Registry, client: Client, cut_id: str) -> str:
    """A report of the registry's own: a line that counts, one that is held, one rejected."""
    rows = (f"{cut_id},AT,{{0}},10,", f"{cut_id},CH,{{0}},5,900", f"cut_{'a' * 26},AT,{{0}},7,")
    text = "\n".join(("cut_id,territory,period,views,unique_views", *rows))
    sent = client.upload(file(registry, "mixed.csv", text.format(f"{utc_now():%Y-%m}").encode()))
    return str(client.post("/v1/usage-imports", {"upload_id": sent})["import_id"])


def filmed(registry: Registry) -> dict[str, str]:
    """A studio's things: a cut that was decided on, one under way, one without a file."""
    with closing(Studio.of_the_operator(registry)) as house:
        series = house.work("Night Shift")
        episode = house.work("Episode 1", "episode", series)
        cut, scanning, empty, teaser = (
            house.cut(episode, name) for name in ("Vertical", "Trailer", "Dub", "Teaser")
        )
        use = house.declared("synthesise_voice")
        house.hand_in(cut, VOICE, STRANGER, declared=use)
        house.hand_in(teaser, BRIEF, declared={**use, "release_at": "2040-10-01"})
        house.work_off()
        body = {"act": "certify", "cut_ids": [cut, empty]}
        bulk = house.client.post("/v1/bulks", body)["id"]
        house.work_off()
        house.hand_in(scanning, VOICE, declared=use)
        (doubtful,) = (
            item["id"] for item in house.client.pages("/v1/review-queue") if item["asks"] == "word"
        )
    return {
        "doubtful": doubtful,
        "cut_id": cut,
        "scanning": scanning,
        "empty": empty,
        "work_id": episode,
        "bulk_id": bulk,
    }


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
                answer = page.goto(registry.url + paths[name])
                found += [f"{name} {lang}: the server failed"] if answer.status >= 500 else []
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
    page.evaluate(axe)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        # By night nothing but the colours can be different; only what is wrong is put into words.
        rules = "" if theme == "light" else "runOnly: ['color-contrast'], "
        run = f"axe.run(document, {{{rules}resultTypes: ['violations']}})"
        for item in page.evaluate(f"{run}.then((found) => found.violations)"):
            nodes = "; ".join(node["html"] for node in item["nodes"][:3])
            found.append(f"{name} {lang} {theme}: {item['id']}: {nodes}")
        keep(page, name, lang, theme)
    weight = page.evaluate(WEIGHT)
    found += [f"{name} {lang}: {weight} bytes of script and style"] if weight > LIGHT else []
    shown = page.content()
    nameless = raw_ids(shown) + ([] if name in BY_ID else coded_ids(shown))
    found += [f"{name} {lang}: an id stands for a name: {item!r}" for item in nameless]
    found += [f"{name} {lang}: no key reaches {item}" for item in page.evaluate(KEYLESS)]
    too_wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    found += [f"{name} {lang}: wider than the screen"] if too_wide else []
    if lang == "de":
        shown = page.evaluate(WORDS)
        found += [f"{name}: {around(shown, word)!r}" for word in ENGLISH.finditer(shown)]
    return found


def around(text: str, word: re.Match[str]) -> str:
    return text[max(0, word.start() - 30) : word.end() + 30]


def keep(page: Any, name: str, lang: str, theme: str) -> None:
    folder = os.environ.get("SCREENSHOTS", "")
    if folder:
        file = re.sub(r"\W+", "-", name).strip("-") or "landing"
        page.screenshot(path=Path(folder) / f"{file}.{lang}.{theme}.png", full_page=True)


def test_style_and_scripts_stay_light() -> None:
    web = Path(__file__).parents[2] / "api" / "web"
    files = [one for one in (web / "static").iterdir() if one.suffix in (".css", ".js")]
    files.append(web / "templates" / "style.css")
    assert sum(file.stat().st_size for file in files) < 150_000
