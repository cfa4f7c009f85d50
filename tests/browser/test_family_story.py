"""A child and its guardians in the browser: named, proved, signing together, declaring."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core import keys
from core.clock import utc_now
from tests.browser.chromium import DESK, PHONE, Chromium
from tests.browser.performer_world import AT_ONCE, World
from tests.browser.registry import Registry
from tests.browser.test_performer_story import joined
from tests.simulators.stage import Person


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    assert Path(chromium_path)
    made = Registry.start(tmp_path_factory.mktemp("registry"), **AT_ONCE)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def world(registry: Registry) -> World:
    return World.empty(registry)


@pytest.mark.parametrize(("lang", "size"), [("en", DESK), ("de", PHONE)])
def test_two_guardians_sign_for_a_child(
    chromium: Chromium, world: World, tmp_path: Path, lang: str, size: dict[str, int]
) -> None:
    """The mother with her passkey, which opens the child's key too; the father with a key file."""
    father = keys.generate()
    file = tmp_path / "father.key"
    keys.save_key(file, father)
    with chromium.page(lang=lang, size=size) as page:
        page.on("dialog", lambda asked: asked.accept())
        joined(page, world, "guardian")
        child = _added(page, world, f"Kim {lang}")
        _declared_a_minor(page, world, child)
        _named(page, world, child, "Maria Roth")
        _named(page, world, child, "Jan Roth", father.did)
        _consented(page, world, child, file)
        _declared_never(page, world, child, file)
        _mandated(page, world, file)
        _released(page, world, file)
        licence = _licensed(page, world, child, file)
    out = tmp_path / "licence.json"
    out.write_bytes(world.agency.fetch(f"/v1/licences/{licence}/credential"))
    report = world.registry.command("verify", str(out))
    assert "2 guardian" in str(report)


def _added(page: Any, world: World, name: str) -> str:
    """A new performer, with a key that the mother's passkey opens."""
    page.goto(f"{world.registry.url}/me/enrol")
    page.fill("#name", name)
    page.click("[data-new-performer] button")
    page.wait_for_url("**/consent*")
    page.click("[data-keep-key]")
    page.wait_for_selector("[data-kept]:visible")
    return str(page.url).split("/performers/")[1].split("/")[0]


def _declared_a_minor(page: Any, world: World, child: str) -> None:
    page.goto(f"{world.registry.url}/me/speaking?for={child}")
    page.click("#guardians summary")
    page.fill("#born", f"{utc_now().year - 10}-03-09")
    with page.expect_navigation():
        page.click("form[data-act$='/minority'] button")
    assert page.locator("#guardians .empty").count() == 1


def _named(page: Any, world: World, child: str, name: str, did: str = "") -> None:
    """Named by the page, and the papers read by an attester."""
    form = "form[data-act$='/guardians']"
    page.click("#guardians summary")
    page.fill("#g-name", name)
    if did:
        page.fill("#g-did", did)
    else:
        page.click("#guardians [data-keep-key]")
        page.wait_for_selector("#g-did:valid")
        page.check(f"{form} [name=person]")
    with page.expect_navigation():
        page.click(f"{form} button:not([type=button])")
    waiting = page.inner_text("#guardians .badge.ask >> xpath=../.. >> code")
    with world.registry.operator as operator:
        operator.post(f"/v1/guardians/{waiting}/attestation", {"paper": "birth_certificate"})
    page.reload()
    assert page.locator("#guardians .badge.ask").count() == 0


def _consented(page: Any, world: World, child: str, file: Path) -> None:
    page.goto(f"{world.registry.url}/me/performers/{child}/consent")
    page.check("[value=voice]")
    page.check("[value=matching]")
    page.click("[data-sign]")
    page.wait_for_selector("form [role=status].fault")
    page.set_input_files("#key-file-3", file)
    page.click("[data-sign]")
    page.wait_for_url("**/me/enrol/enr_*")


def _declared_never(page: Any, world: World, child: str, file: Path) -> None:
    page.goto(f"{world.registry.url}/me/standing")
    assert page.locator("option[value=terms]").count() == 0
    page.select_option("#s-train_model", "never")
    page.select_option("#s-dub", "ask")
    page.set_input_files("#key-file-3", file)
    with page.expect_navigation():
        page.click("[data-declare]")
    assert "train-ai=n" in world.agency.fetch(f"/standing/{child}/robots.txt").decode()
    page.set_input_files("#key-file-3", file)
    page.click("summary:has([data-take-back]), details:has([data-take-back]) summary")
    with page.expect_navigation():
        page.click("[data-take-back]")
    said = world.agency.get(f"/standing/{child}")["stances"]
    assert {one["kind"]: one["stance"] for one in said} == {"train_model": "ask", "dub": "ask"}


def _mandated(page: Any, world: World, file: Path) -> None:
    """An agency may read for the child, signed by all three keys; and no longer."""
    page.goto(f"{world.registry.url}/me/speaking")
    page.click("#mandates summary")
    page.fill("#holder", world.agency_id)
    page.check("[name=act][value=read]")
    page.fill("#until", f"{utc_now() + timedelta(days=180):%Y-%m-%d}")
    page.set_input_files("#key-file-3", file)
    with page.expect_navigation():
        page.click("[data-give]")
    assert page.locator("#mandates .badge.good").count() == 1
    page.click("#mandates li summary")
    with page.expect_navigation():
        page.click("#mandates form[data-act$='/revocation'] button")
    assert page.locator("#mandates .badge.bad").count() == 1


def _released(page: Any, world: World, file: Path) -> None:
    """The child's money, until a day in half a year; then one guardian alone blocks it again."""
    page.goto(f"{world.registry.url}/me/money")
    page.click("#blocked summary")
    page.fill("#until", f"{utc_now() + timedelta(days=180):%Y-%m-%d}")
    page.set_input_files("#key-file-2", file)
    with page.expect_navigation():
        page.click("form[data-release] button")
    assert page.locator("#blocked .badge.good").count() == 1
    with page.expect_navigation():
        page.click("#blocked form[data-act$='/ending'] button")
    assert page.locator("form[data-release]").count() == 1


def _licensed(page: Any, world: World, child: str, file: Path) -> str:
    """The father signs first, from his file; the rest opens with the passkey, one after another."""
    terms = {
        **dict.fromkeys(("languages", "media", "works"), "*"),
        "performer_id": child,
        "licensee_id": world.studio_id,
        "kinds": ["synthesise_voice"],
        "modalities": ["voice"],
        "territories": ["DE"],
        "description": "Eine Zeile in einer Folge",
        "valid_from": "2026-01-01T00:00:00Z",
        "valid_until": "2036-01-01T00:00:00Z",
        "tariff": {"kind": "per_minute", "rate": "1.50", "currency": "EUR"},
    }
    draft = world.agency.post("/v1/licences", {"terms": terms})["id"]
    page.goto(f"{world.registry.url}/me/drafts/{draft}")
    page.set_input_files("#key-file-3", file)
    for _ in range(2):
        with page.expect_navigation():
            page.click("[data-sign]")
    page.click("[data-sign]")
    page.wait_for_url("**/me/licences/lic_*")
    return str(draft)


def test_heirs_claim_with_papers_and_take_it_back(
    chromium: Chromium, world: World, tmp_path: Path
) -> None:
    """In German, on a phone: two heirs, one paper; attesters read it elsewhere."""
    papers = tmp_path / "erbschein.pdf"
    papers.write_bytes(b"Erbschein")
    person = Person.add(world.agency, "Otto Roth")
    with chromium.page(lang="de", size=PHONE) as page:
        joined(page, world)
        page.goto(f"{world.registry.url}/me/speaking?for={person.id}")
        page.click("#estate summary")
        page.fill("#deceased", f"{utc_now() - timedelta(days=30):%Y-%m-%d}")
        page.set_input_files("#papers", papers)
        page.click("[data-add-heir]")
        for place, name in enumerate(("Ada", "Ben")):
            row = page.locator("[data-heir]").nth(place)
            for field, said in (("name", name), ("did", keys.generate().did), ("share", "1/2")):
                row.locator(f"[data-of={field}]").fill(said)
        with page.expect_navigation():
            page.click("[data-claim]")
        assert "Ada: 1/2" in page.inner_text("#estate")
        with page.expect_download() as saved:
            page.click("#estate a[download]")
        assert saved.value.path().read_bytes() == b"Erbschein"
        with page.expect_navigation():
            page.click("#estate form[data-act$='/withdrawal'] button")
        assert page.locator("#estate .badge.calm").count() == 1
