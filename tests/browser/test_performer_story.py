"""A performer's story: invited, found, "not me" and undone, a licence signed and revoked."""

import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.cli.signing import cosignature
from api.opening import open_registry
from api.roles import Role
from api.visiting import LOCAL_COOKIE
from core import keys
from core.clock import to_text, utc_now
from core.ids import new_id
from royalties.closing import month_before, month_of
from tests.browser.chromium import DESK, PHONE, Chromium, SecurityKey
from tests.browser.performer_world import AT_ONCE, World, settings_of, tenant
from tests.browser.registry import Registry
from tests.browser.test_passkeys import ADD, PASSWORD
from tests.simulators.people import seat
from tests.simulators.stage import run_jobs

FIRST, SECOND = "DE89370400440532013000", "DE02120300000000202051"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory, chromium_path: str) -> Iterator[Registry]:
    assert Path(chromium_path)
    made = Registry.start(tmp_path_factory.mktemp("registry"), **AT_ONCE)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def world(registry: Registry) -> World:
    """Berta was found in a film that is out, under a licence, and the film was seen."""
    made = World.make(registry)
    made.person.license(made.studio_id)
    made.seen(made.film("Nachtzug")["cut_id"], 12_000)
    return made


def joined(page: Any, world: World, role: str = "performer") -> None:
    """Somebody of the agency's takes up an invitation, with a passkey."""
    SecurityKey.plugged_in(page)
    email = f"{new_id('per')}@example.org"
    page.goto(world.registry.invite(email, role, tenant_id=world.agency_id))
    page.fill("#name", "Berta Roth")
    page.fill("#password", PASSWORD)
    page.click("form button")
    page.wait_for_url("**/account/code")
    page.fill("#passkey-name", "Phone")
    page.click(ADD)
    page.wait_for_url("**/account")


@pytest.mark.parametrize(("lang", "size"), [("en", DESK), ("de", PHONE)])
def test_from_the_first_use_to_a_licence_and_its_end(
    chromium: Chromium, world: World, tmp_path: Path, lang: str, size: dict[str, int]
) -> None:
    key = tmp_path / "berta.key"
    keys.save_key(key, world.person.key)
    with chromium.page(lang=lang, size=size) as page:
        joined(page, world)
        page.goto(world.registry.url + "/me")
        page.click("a.row[href^='/me/uses/']")
        page.wait_for_url("**/me/uses/use_*")
        assert "0.05" in page.inner_text("main").replace(",", ".")
        _not_me_and_back(page)
        _worth(page, world)
        _paid_to(page, world)
        _signed(page, world, key)
        _revoked(page)
        _paused_and_back(page, world)


def _not_me_and_back(page: Any) -> None:
    find = page.locator("article.find").first
    find.locator("summary").click()
    find.locator("[value=not_me]").check()
    find.locator("form button").click()
    page.wait_for_selector("form[data-act$='/undo']")
    page.locator("form[data-act$='/undo'] button").first.click()
    page.wait_for_selector("form[data-act$='/undo']", state="detached")


def _compared_no_longer(page: Any, world: World) -> None:
    """What a reviewer may hear is heard first, and taken back where it stands."""
    page.goto(f"{world.registry.url}/me/prints")
    end = page.locator("details:has([data-act$='/purposes/comparison/withdrawal'])")
    with page.expect_request("**/v1/enrolments/*/excerpt"):
        page.evaluate("document.querySelector('dd audio').play().catch(() => {})")
    end.locator("summary").click()
    end.locator("button").click()
    end.wait_for(state="detached")


def _worth(page: Any, world: World) -> None:
    """Before signing: what this month's real views would come to, at six times the price."""
    page.goto(f"{world.registry.url}/me/drafts/{world.drafted()}")
    page.click(f"a[href='?month={month_of(utc_now())}']")
    page.wait_for_selector(f"a[href='?month={month_before(month_of(utc_now()))}']")
    said = page.inner_text(".panel:has(form), .panel >> nth=0").replace(",", ".")
    assert "0.30" in said, said
    assert "0.05" in said, said


def _paid_to(page: Any, world: World) -> None:
    """An account is shown by its ending; another one waits, and the page says until when."""
    for place, iban in enumerate((FIRST, SECOND)):
        page.goto(f"{world.registry.url}/me/money")
        page.click("summary:has-text('Change it'), summary:has-text('Ändern')")
        page.fill("#f-name", "Berta Roth")
        page.fill("#f-residence", "DE")
        _mistyped(page, iban)
        with page.expect_navigation():
            page.click("form[data-act$='/payee'] button")
        shown = page.inner_text("main")
        assert iban not in shown
        assert bool(page.locator("p.said").count()) is bool(place)


def _mistyped(page: Any, iban: str) -> None:
    """A wrong account is said beside its field, which is gone to; the right one mends it."""
    page.fill("#f-iban", iban[:2] + "00" + iban[4:])
    page.click("form[data-act$='/payee'] button")
    page.wait_for_selector("#fault-f-iban")
    assert page.evaluate("document.activeElement.id") == "f-iban"
    assert page.get_attribute("#f-iban", "aria-describedby") == "fault-f-iban"
    assert page.get_attribute("#f-iban", "aria-invalid") == "true"
    assert "IBAN" in page.inner_text("#fault-f-iban")
    assert "IBAN" in page.inner_text("form[data-act$='/payee'] [role=status]")
    page.fill("#f-iban", iban)


def _signed(page: Any, world: World, key: Path) -> None:
    """By the menu to a contract, what it would have earned, and the signature."""
    page.goto(world.registry.url + "/me/licences")
    page.click("a[href='/me/licences/new']")
    page.click("a[href='/me/licences/new/dubbing-enhancement']")
    page.select_option("#licensee", world.studio_id)
    page.fill("#description", "Nachtzug, Synchronfassung")
    page.fill("#rate", "1,50")
    page.fill("#f-works", world.cut_id)
    page.fill("#f-languages", "de")
    page.click("form[data-contract] button")
    page.wait_for_url("**/me/drafts/lic_*")
    assert page.is_visible("dl.terms")
    page.set_input_files("#key-file", key)
    page.click("[data-sign]")
    page.wait_for_url("**/me/licences/lic_*")


def _revoked(page: Any) -> None:
    page.on("dialog", lambda asked: asked.accept())
    page.fill("#reason", "Es passt nicht")
    page.click("form[data-act$='/revocation'] button")
    page.wait_for_selector("form[data-act$='/revocation']", state="detached")
    assert "Es passt nicht" in page.inner_text("main")


def _paused_and_back(page: Any, world: World) -> None:
    """Everything stands still from now on, and no longer once it is ended."""
    page.goto(world.registry.url + "/me/licences")
    page.click("#pause summary >> nth=0")
    with page.expect_navigation():
        page.click("form[data-act$='/pauses'] button")
    assert page.locator("#pause .badge.ask").count() == 1
    with page.expect_navigation():
        page.click("form[data-act$='/lift'] button")
    assert page.locator("#pause .badge.ask").count() == 0


def test_whoever_begins_finds_the_next_step_on_every_page(
    chromium: Chromium, registry: Registry
) -> None:
    with chromium.page(lang="de", size=PHONE) as page:
        empty = World.empty(registry)
        joined(page, empty)
        for path in ("/me", "/me/uses", "/me/licences"):
            page.goto(registry.url + path)
            assert page.locator("main a[href='/me/enrol']").count()


def test_an_agent_reads_what_is_missing_and_what_is_typed_wrongly_stays(
    chromium: Chromium, world: World
) -> None:
    """In German, on a phone; then by keyboard alone, from a use to a notice, twice at once."""
    with chromium.page(lang="de", size=PHONE) as page:
        seated(page, world, Role.AGENT, mandated(world))
        for path in ("/me/money", "/me/licences/new", "/me/data", "/me/standing", "/me/speaking"):
            page.goto(f"{world.registry.url}{path}?for={world.person.id}")
            assert "Sie handeln für Berta Roth" in page.inner_text("main")
        page.goto(f"{world.registry.url}/me/money")
        assert "Bitten Sie Berta Roth um eine Vollmacht für: kassieren." in page.inner_text("main")
    with chromium.page(lang="de", size=PHONE) as page:
        seated(page, world, Role.PERFORMER, world.agency_id)
        page.goto(f"{world.registry.url}/me/notices?for={world.person.id}")
        page.set_input_files("#f-file", {"name": "a.mp4", "mimeType": "video/mp4", "buffer": b"a"})
        page.evaluate("document.getElementById('f-location').removeAttribute('maxlength')")
        page.fill("#f-location", "x" * 600)
        page.press("#f-location", "Enter")
        page.wait_for_selector("form .fault.beside")
        assert page.inner_text("form .fault.beside") == "Hat höchstens 500 Zeichen"
        said = page.inner_text("form [role=status].fault")
        assert said == "Bitte prüfen Sie: Wo Sie es gefunden haben."
        assert page.input_value("#f-location") == "x" * 600
        assert page.evaluate("document.activeElement.id") == "f-location"
        page.goto(f"{world.registry.url}/me/licences/new/dubbing-enhancement")
        page.evaluate("for (const part of document.forms[0].elements) part.required = false")
        page.select_option("#licensee", world.studio_id)
        typed = {"description": "Zug", "rate": "1,5", "f-works": world.cut_id, "f-languages": "de"}
        for name, said in {**typed, "valid_from": ""}.items():
            page.fill(f"#{name}", said)
        page.press("#rate", "Enter")
        page.wait_for_selector("form .fault.beside")
        said = page.inner_text("form [role=status].fault")
        assert said == "Bitte prüfen Sie: Erster Tag."
        assert page.input_value("#licensee") == world.studio_id
        page.evaluate("document.querySelector('label[for=valid_from]').remove()")
        page.press("#rate", "Enter")
        page.wait_for_selector("form .fault.beside", state="detached")
        page.wait_for_selector("form [role=status].fault")
        said = page.inner_text("form [role=status].fault")
        assert said == "Hierher gehört eine Zeit: Beginn.", (
            "said by its word where no form shows it"
        )
        begun = len(world.agency.get(f"/v1/performers/{world.person.id}/clips"))
        page.goto(f"{world.registry.url}/me/uses/{unlicensed(world)}")
        page.fill("#f-location", "https://video.example/9")
        for _ in range(2):
            # Where the first has led on already, there is no field to wait for.
            page.keyboard.press("Enter")
        page.wait_for_url("**/me/notices/clips/clp_*")
        assert len(world.agency.get(f"/v1/performers/{world.person.id}/clips")) == begun + 1


def test_a_number_in_a_contract_is_sent_as_a_number(chromium: Chromium, world: World) -> None:
    with chromium.page() as page:
        seated(page, world, Role.PERFORMER, world.agency_id)
        page.goto(f"{world.registry.url}/me/licences/new/archive-reuse?for={world.person.id}")
        page.select_option("#licensee", world.studio_id)
        typed = {"description": "A look back", "rate": "1.5", "f-works": world.cut_id}
        for name, said in {**typed, "f-seconds_max": "30"}.items():
            page.fill(f"#{name}", said)
        page.click("form[data-contract] button")
        page.wait_for_url("**/me/drafts/lic_*")
        assert page.locator("dl.terms dd:text-is('30')").count() == 1


def unlicensed(world: World) -> str:
    """A use that no licence covers: of a kind that nobody was allowed."""
    use = {"performer_id": world.person.id, "kind": "archive_reuse"}
    world.film("Tagzug", uses=[use])
    return str(world.agency.get("/v1/found-uses")["items"][0]["use_id"])


def seated(page: Any, world: World, role: Role, tenant_id: str) -> None:
    """Somebody with this role is signed in."""
    with open_registry(settings_of(world.registry)) as opened:
        token = seat(opened.db, tenant_id, role).token
    page.context.add_cookies([{"name": LOCAL_COOKIE, "value": token, "url": world.registry.url}])


def mandated(world: World) -> str:
    """An agency elsewhere that may read for the performer, and nothing else."""
    holder, _ = tenant(world.registry, "agency", "Agentur Fern")
    until = to_text(utc_now() + timedelta(days=90))
    body = {"holder_id": holder, "acts": ["read"], "valid_until": until}
    draft = world.agency.post(f"/v1/performers/{world.person.id}/mandates", body)
    signed = cosignature(world.person.key, draft)
    world.agency.post(f"/v1/mandates/{draft['id']}/signature", signed)
    return holder


def test_who_leaves_takes_the_packet_along_and_is_unknown_afterwards(
    chromium: Chromium, world: World
) -> None:
    """In German, on a phone; the last story here, because nobody is left after it."""
    with chromium.page(lang="de", size=PHONE) as page:
        joined(page, world)
        _compared_no_longer(page, world)
        page.goto(f"{world.registry.url}/me/searches")
        assert "Nachtzug" in page.inner_text("main")
        page.goto(f"{world.registry.url}/me/data")
        _packed(page, world)
        _erased(page, world)
    again = world.film("Später")
    found = world.studio.get(f"/v1/submissions/{again['id']}/findings")
    assert found["matches"] == []
    assert found["unknown"]


def _packed(page: Any, world: World) -> None:
    """Made while the page waits, saved, and opened: what was promised is in it."""
    page.click("[data-export]")
    page.wait_for_selector("[data-progress]:visible")
    run_jobs(settings_of(world.registry))
    page.wait_for_url("**/me/data?export=*")
    with page.expect_download() as packet:
        page.click("#export a.button")
    with zipfile.ZipFile(packet.value.path()) as opened:
        inside = {name.partition("/")[0] for name in opened.namelist()}
        person = json.loads(opened.read("performer.json"))
    assert {"consents", "licences", "statements", "searches.json", "manifest.json"} <= inside
    assert person["id"] == world.person.id


def _erased(page: Any, world: World) -> None:
    """Not by another name; then for good, with a receipt."""
    page.click("#erase summary")
    page.fill("#typed", "Berta")
    page.click("[data-erase] button")
    page.wait_for_selector("[data-erase] .fault")
    page.fill("#typed", "Berta Roth")
    page.click("[data-erase] button")
    page.wait_for_url("**/act-as")
    run_jobs(settings_of(world.registry))
    page.reload()
    with page.expect_download() as receipt:
        page.click("a[href$='/receipt']")
    assert world.person.id in receipt.value.path().read_text()
