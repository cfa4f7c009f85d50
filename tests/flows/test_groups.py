"""A strike through the interface: called and lifted in one call each, and decided on again."""

from typing import Any

from api.cli.signing import signature
from api.client import Client
from api.opening import open_registry
from api.roles import Role
from core.keys import generate
from tests.simulators.holdings import publish, terms_about
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)


def join(person: Person, group_id: str) -> dict[str, Any]:
    body = {"group_id": group_id}
    draft = person.agency.post(f"/v1/performers/{person.id}/memberships", body)
    signed = signature(person.key, draft)
    return person.agency.post(f"/v1/memberships/{draft['id']}/signature", signed)


def verdict(studio: Client, submission: dict[str, Any]) -> tuple[str, list[str]]:
    """The newest decision, with the codes of the first span's reasons."""
    found = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    return found["verdict"], [reason["code"] for reason in found["spans"][0]["reasons"]]


def test_a_strike_is_called_told_and_lifted(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    _, union = stage.tenant("union", "Guild")
    anna = Person.add(agency, "anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    licence = anna.license(studio_id)
    group = union.post("/v1/groups", {"name": "Guild of voices"})
    assert join(anna, group["id"])["basis"] == "signed"
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    submission = submit(stage, studio, new_cut(studio), film, declared)

    called = union.post(f"/v1/groups/{group['id']}/suspensions", {"clause": "Strike, see § 3."})
    assert studio.get(f"/v1/suspensions/{called['id']}")["licence_ids"] == [licence["id"]]
    assert called["licence_ids"] == []
    (notice,) = studio.get("/v1/notices")["items"]
    assert notice["kind"] == "group.suspended"
    assert "Strike, see § 3." in notice["text"] and "Guild of voices" in notice["title"]
    assert verdict(studio, submission) == ("CLEARED", ["licence-covers"])
    run_jobs(stage.settings)
    refused, reasons = verdict(studio, submission)
    assert (refused, "consent-suspended" in reasons) == ("REFUSED", True)

    lifted = union.post(f"/v1/suspensions/{called['id']}/lift", {})
    assert lifted["lifted_at"]
    run_jobs(stage.settings)
    assert verdict(studio, submission) == ("CLEARED", ["licence-covers"])
    assert studio.get(f"/v1/licences/{licence['id']}")["state"] == "SIGNED"


def test_joining_in_a_strike_and_leaving_take_effect_at_once(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    _, union = stage.tenant("union", "Guild")
    anna = Person.add(agency, "anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    anna.license(studio_id)
    group = union.post("/v1/groups", {"name": "Guild of voices"})
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    submission = submit(stage, studio, new_cut(studio), film, declared)
    union.post(f"/v1/groups/{group['id']}/suspensions", {"clause": "Strike."})
    run_jobs(stage.settings)
    assert verdict(studio, submission)[0] == "CLEARED"

    member = join(anna, group["id"])
    run_jobs(stage.settings)
    assert verdict(studio, submission)[0] == "REFUSED"

    agency.post(f"/v1/memberships/{member['id']}/end", {})
    run_jobs(stage.settings)
    assert verdict(studio, submission)[0] == "CLEARED"


def test_a_framework_binds_what_is_made_under_it(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    _, union = stage.tenant("union", "Guild")
    anna = Person.add(agency, "anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    group = union.post("/v1/groups", {"name": "Guild of voices"})
    made = publish(union, generate(), group["id"], members_only=False, use_notice_hours=0)
    terms = {**terms_about(anna.id, studio_id), "framework_id": made["id"]}
    told = studio.post(f"/v1/frameworks/{made['id']}/checks", {"terms": terms})
    assert told["refusals"] == {"en": [], "de": []}
    anna.license(studio_id, framework_id=made["id"], formation={"separate_agreement": True})
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    submission = submit(stage, studio, new_cut(studio), film, declared)
    assert verdict(studio, submission) == ("CLEARED", ["licence-covers"])

    called = union.post(f"/v1/groups/{group['id']}/suspensions", {"clause": "Strike."})
    run_jobs(stage.settings)
    assert verdict(studio, submission) == ("REFUSED", ["framework-suspended"])
    union.post(f"/v1/suspensions/{called['id']}/lift", {})
    run_jobs(stage.settings)
    assert verdict(studio, submission)[0] == "CLEARED"


def test_a_unions_first_page_says_what_waits_and_how_its_groups_stand(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    union_id, union = stage.tenant("union", "Guild")
    with open_registry(stage.settings) as world:
        office, attester = (
            stage.http(seat(world.db, union_id, role).token) for role in (Role.UNION, Role.ATTESTER)
        )
    first = office.get("/union").text
    assert "Nothing waits for you" in first and "No group yet" in first
    assert "Groups" not in attester.get("/union").text
    group = union.post("/v1/groups", {"name": "Guild of voices"})
    anna = Person.add(agency, "anna")
    join(anna, group["id"])
    consent = anna.consent("voice")
    anna.hand_in(consent, stage.file("anna.wav", voice_sample("anna")))
    page = office.get("/union").text
    for words in ("Guild of voices", "One member", "consent counts"):
        assert words in page, words
    assert "One enrolment wants your word" in attester.get("/union").text
    assert "One enrolment wants your word" in attester.get("/attest").text
    union.post(f"/v1/groups/{group['id']}/suspensions", {"clause": "Strike."})
    page = office.get("/union?lang=de").text
    for words in ("Einwilligung ausgesetzt", "Strike.", "jede Art der Nutzung"):
        assert words in page, words


def test_a_notice_of_a_framework_leads_to_its_page_in_words(stage: Stage) -> None:
    agency_id, agency = stage.tenant("agency")
    _, union = stage.tenant("union", "Guild")
    anna, key = Person.add(agency, "anna"), generate()
    group = union.post("/v1/groups", {"name": "Guild of voices"})
    join(anna, group["id"])
    rate = {"kind": "per_minute", "rate": "2.5", "currency": "EUR"}
    made = publish(union, key, group["id"], rates=[rate], kinds=["synthesise_voice"])
    place = f"/frameworks/{made['id']}"
    with open_registry(stage.settings) as world:
        agent = stage.http(seat(world.db, agency_id, Role.AGENT).token)
    inbox = agent.get("/inbox?lang=en").text
    assert f'href="{place}"' in inbox and "ebenbild framework" not in inbox
    page = agent.get(f"{place}?lang=en").text
    assert "AI in film" in page and "What Guild of voices asks for" in page
    assert "2.50 EUR" in page and "for members only" in page and "What changed" not in page
    publish(union, key, group["id"], made["id"], rates=[{**rate, "rate": "3"}])
    page = agent.get(f"{place}?lang=de").text
    assert "Was sich seit Version 1 geändert hat" in page and "3,00 EUR" in page
    assert f"{place}/document?version=2" in page and "ab 03.05.2026" in page
    assert agent.get("/frameworks/frw_none").status_code == 404
