"""Pages about prints, declarations and who speaks for a performer: what they say, and to whom."""

import html
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.cli.signing import cosignature
from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from api.web import texts
from core.clock import to_text, utc_now
from core.enrolmentsettings import EnrolmentSettings
from core.keys import PrivateKey, generate
from registry.models.mandates import Act
from tests.simulators.people import seat
from tests.simulators.rawids import raw_ids
from tests.simulators.stage import Person, Stage, voice_sample

UNTIL = to_text(utc_now() + timedelta(days=90))
LINES = {
    "valid_until": UNTIL,
    **dict.fromkeys(("languages", "media", "works"), "*"),
    "kinds": ["synthesise_voice"],
    "modalities": ["voice"],
    "description": "Two lines in an episode for children",
    "valid_from": "2026-01-01T00:00:00Z",
    "tariff": {"kind": "per_minute", "rate": "1.50", "currency": "EUR"},
}


def born() -> str:
    return f"{utc_now().year - 10}-03-09"


@dataclass
class Side:
    """An agency with a performer, and somebody of it with a browser."""

    stage: Stage
    agency_id: str
    agency: Client
    anna: Person
    browser: httpx2.Client

    def sit(self, *roles: Role) -> httpx2.Client:
        with open_registry(self.stage.settings) as world:
            return self.stage.http(seat(world.db, self.agency_id, *roles).token)

    def read(self, path: str, lang: str = "en") -> str:
        return self.browser.get(f"{path}?for={self.anna.id}&lang={lang}").text

    def a_child(self, *guardians: PrivateKey) -> None:
        self.agency.post(f"/v1/performers/{self.anna.id}/minority", {"born_on": born()})
        for place, key in enumerate(guardians):
            body = {"name": f"Parent {place}", "did": key.did, "relation": "parent"}
            made = self.agency.post(f"/v1/performers/{self.anna.id}/guardians", body)
            read = {"paper": "birth_certificate"}
            self.stage.operator.post(f"/v1/guardians/{made['id']}/attestation", read)

    def mandate(self, holder_id: str, *acts: str) -> None:
        body = {"holder_id": holder_id, "acts": acts, "valid_until": UNTIL}
        draft = self.agency.post(f"/v1/performers/{self.anna.id}/mandates", body)
        signed = cosignature(self.anna.key, draft)
        self.agency.post(f"/v1/mandates/{draft['id']}/signature", signed)

    def release(self, *keys: PrivateKey) -> dict[str, Any]:
        path = f"/v1/performers/{self.anna.id}/money-releases"
        draft = self.agency.post(path, {"valid_until": UNTIL})
        asked = [draft["options"], *draft["guardians"]]
        first, *others = (
            cosignature(key, {**draft, "options": options})
            for key, options in zip(keys, asked, strict=True)
        )
        body = {**first, "guardians": others}
        found: dict[str, Any] = self.agency.post(
            f"/v1/money-releases/{draft['id']}/signature", body
        )
        return found


@pytest.fixture
def side(tmp_path: Path) -> Side:
    stage = Stage.make(tmp_path, enrolment=EnrolmentSettings(notice_days=0))
    agency_id, agency = stage.tenant("agency")
    made = Side(stage, agency_id, agency, Person.add(agency, "Anna"), stage.http())
    made.browser = made.sit(Role.PERFORMER)
    return made


def test_a_print_is_told_in_words_and_gone_once_withdrawn(side: Side) -> None:
    assert "You are not searched for yet" in side.read("/me/prints")
    side.anna.enrol(side.stage.file("a.wav", voice_sample("anna")))
    page = side.read("/me/prints")
    for words in ("One print of you is searched for", "One person vouched", "small-"):
        assert words in page, words
    assert "Nach einem Abdruck von Ihnen wird gesucht" in side.read("/me/prints", "de")
    enrolment = side.agency.get(f"/v1/performers/{side.anna.id}/enrolments")["items"][0]["id"]
    side.agency.post(f"/v1/enrolments/{enrolment}/withdrawal")
    assert "No longer searched for" in side.read("/me/prints")


def test_a_childs_page_names_guardians_and_what_is_blocked(side: Side) -> None:
    mother, father = generate(), generate()
    assert "Nobody else speaks for you" in side.read("/me/speaking")
    side.a_child(mother, father)
    page = side.read("/me/speaking")
    for words in ("All guardians sign for this child", "Parent 0", "Parent 1", "papers read on"):
        assert words in page, words
    assert 'value="terms"' not in side.read("/me/standing")
    assert "kept until" in side.read("/me/money")
    made = side.release(mother, father)
    page = side.read("/me/money")
    assert "It may be paid until" in page
    assert side.agency.get(f"/v1/performers/{side.anna.id}/holds") == []
    side.agency.post(f"/v1/money-releases/{made['id']}/ending")
    assert "kept until" in side.read("/me/money")


def test_a_guardian_who_lost_a_key_signs_with_another_and_the_papers_stay_read(side: Side) -> None:
    mother, father, new = generate(), generate(), generate()
    side.a_child(mother, father)
    listed = side.agency.get(f"/v1/performers/{side.anna.id}/guardians")
    (lost,) = (item["id"] for item in listed if item["did"] == father.did)
    with pytest.raises(Refused):
        side.agency.post(f"/v1/guardians/{lost}/key", {"did": new.did})
    made = side.stage.operator.post(f"/v1/guardians/{lost}/key", {"did": new.did})
    assert made["done"] and made["guardian_id"] != lost
    page = side.read("/me/speaking")
    assert page.count("Parent 1") > 1 and "papers read on" in page
    assert "signs with another key" in side.browser.get("/inbox?lang=en").text
    with pytest.raises(Refused):
        side.release(mother, father)
    assert side.release(mother, new)["released_at"] is not None


def test_who_named_a_childs_account_is_told_that_another_one_agrees(side: Side) -> None:
    side.agency.post(f"/v1/performers/{side.anna.id}/minority", {"born_on": born()})
    side.stage = side.stage.with_settings(operator_mode="organisation")
    mother, father = side.sit(Role.GUARDIAN), side.sit(Role.GUARDIAN)
    path, form = f"/v1/performers/{side.anna.id}/payee", "/payee/decision"
    mother.post(path, json={"name": "Anna", "residence": "DE"})
    pages = {who: who.get(f"/me/money?for={side.anna.id}").text for who in (mother, father)}
    assert "another one of you agrees" in pages[mother]
    assert form not in pages[mother]
    assert form in pages[father]
    erasing = mother.get("/me/data").text
    assert "no second person has agreed" in erasing
    assert "would reach nobody" not in erasing
    assert father.post(f"{path}/decision", json={"approve": True}).status_code == 200
    assert form not in father.get("/me/money").text


def parents(side: Side, count: int) -> list[httpx2.Client]:
    """A child's guardians, each at a browser."""
    side.agency.post(f"/v1/performers/{side.anna.id}/minority", {"born_on": born()})
    with open_registry(side.stage.settings) as world:
        seats = [seat(world.db, side.agency_id, Role.GUARDIAN) for _ in range(count)]
    for place, one in enumerate(seats):
        parent = {"name": f"Parent {place}", "did": generate().did, "relation": "parent"}
        body = {**parent, "person": one.person_id}
        made = side.agency.post(f"/v1/performers/{side.anna.id}/guardians", body)
        read = {"paper": "birth_certificate"}
        side.stage.operator.post(f"/v1/guardians/{made['id']}/attestation", read)
    side.stage = side.stage.with_settings(operator_mode="organisation")
    return [side.stage.http(one.token) for one in seats]


def ending(side: Side) -> tuple[str, httpx2.Client, httpx2.Client, str]:
    """A child's pause that its mother ends, both guardians, and what waits for the other one."""
    mother, father = parents(side, 2)
    pause = mother.post(f"/v1/performers/{side.anna.id}/pauses", json={}).json()["id"]
    mother.post(f"/v1/pauses/{pause}/lift", json={})
    (waits,) = father.get("/v1/approvals").json()["items"]
    return pause, mother, father, waits["id"]


def test_a_childs_pause_ends_where_the_other_guardian_approves_it(side: Side) -> None:
    pause, mother, father, waits = ending(side)
    own, page = (one.get("/approvals?lang=en").text for one in (mother, father))
    assert "somebody else decides" in own and f"{waits}/decision" not in own
    assert "carried out at once" in page and "does it again" not in page
    assert f'href="/me/licences?for={side.anna.id}#pause"' in page
    decided = {"answer": "approve", "note": "She is well again"}
    answer = father.post(f"/approvals/{waits}/decision", data=decided)
    assert answer.status_code == 303
    (found,) = mother.get(f"/v1/performers/{side.anna.id}/pauses").json()
    assert found["id"] == pause and found["until"] is not None and not found["end_asked"]
    assert "Nothing waits" in father.get("/approvals?lang=en").text


def test_a_childs_pause_goes_on_where_the_other_guardian_rejects_its_end(side: Side) -> None:
    pause, mother, father, waits = ending(side)
    path = f"/v1/approvals/{waits}/decision"
    assert mother.post(path, json={"approve": True}).json()["code"] == "second-person-needed"
    assert father.post(path, json={"approve": False}).status_code == 200
    (found,) = mother.get(f"/v1/performers/{side.anna.id}/pauses").json()
    assert found["until"] is None and not found["end_asked"]
    again = mother.post(f"/v1/pauses/{pause}/lift", json={}).json()
    assert again["end_asked"]


def test_an_administrator_who_is_no_guardian_is_shown_who_ends_a_childs_pause(side: Side) -> None:
    pause, mother, father, waits = ending(side)
    form, decision = f'data-act="/v1/pauses/{pause}/lift"', f"/approvals/{waits}/decision"
    path = f"/me/licences?for={side.anna.id}&lang=en"
    assert form in father.get(path).text
    admin = side.sit(Role.ADMIN)
    page, approvals = admin.get(path).text, admin.get("/approvals?lang=en").text
    assert form not in page and "Two of this child’s guardians end it" in page
    assert decision not in approvals and "Two of this child’s guardians" in approvals
    for answer in ({"approve": True}, {"approve": False}):
        refused = admin.post(f"/v1{decision}", json=answer)
        assert refused.json()["code"] == "guardians-needed"
    (found,) = mother.get(f"/v1/performers/{side.anna.id}/pauses").json()
    assert found["until"] is None and found["end_asked"]


def test_each_guardian_is_offered_what_ends_a_childs_pause_and_told_who_is_lacking(
    side: Side,
) -> None:
    mother, father, aunt = parents(side, 3)
    pause = mother.post(f"/v1/performers/{side.anna.id}/pauses", json={}).json()["id"]
    lift = f"/v1/pauses/{pause}/lift"

    def reads(one: httpx2.Client) -> tuple[bool, str]:
        page = one.get(f"/me/licences?for={side.anna.id}&lang=en").text
        return f'data-act="{lift}"' in page, html.unescape(page)

    offered, page = reads(mother)
    assert offered and "ends once another guardian ends it too" in page and "End it now" not in page
    offered, page = reads(father)
    assert offered and "ends once Parent 0 ends it too" in page and "End it now" not in page
    assert father.post(lift, json={}).json()["end_asked"]
    offered, page = reads(father)
    assert not offered and "You want the consent to go on. It does once Parent 0 ends" in page
    # The third is told who is first, and offered nothing that the API refuses.
    offered, page = reads(aunt)
    assert not offered and "once Parent 0, who began the pause, ends it too" in page
    assert aunt.post(lift, json={}).json()["code"] == "who-began-agrees"
    approvals = aunt.get("/approvals?lang=en").text
    assert 'value="reject"' in approvals and 'value="approve"' not in approvals
    (waits,) = aunt.get("/v1/approvals").json()["items"]
    said = aunt.post(f"/v1/approvals/{waits['id']}/decision", json={"approve": True})
    assert said.json()["code"] == "who-began-agrees"
    offered, page = reads(mother)
    assert offered and "End it now" in page
    assert 'value="approve"' in mother.get("/approvals?lang=en").text
    assert mother.post(lift, json={}).json()["until"] is not None
    assert "suspended" not in reads(aunt)[1].partition('id="pause"')[2].partition("<details")[0]


def test_where_one_guardian_alone_has_an_account_anybody_of_the_side_ends_a_pause(
    side: Side,
) -> None:
    side.a_child(generate(), generate())
    pause = side.agency.post(f"/v1/performers/{side.anna.id}/pauses", {})["id"]
    assert (
        f'data-act="/v1/pauses/{pause}/lift"'
        in side.sit(Role.ADMIN).get(f"/me/licences?for={side.anna.id}").text
    )


def test_what_the_law_forbids_for_a_child_is_said_before_anybody_agrees(side: Side) -> None:
    studio_id, studio = side.stage.tenant("studio")
    side.a_child(generate(), generate())
    parties = {"performer_id": side.anna.id, "licensee_id": studio_id}
    asked = [
        studio.post("/v1/requests", {"terms": {**LINES, **parties, "territories": where}})
        for where in ("*", ["DE"])
    ]
    everywhere, here = (side.read(f"/me/requests/{one[0]['id']}") for one in asked)
    assert "as it stands:" in everywhere
    assert "as it stands:" not in here


def test_what_a_studio_asks_of_a_child_is_agreed_and_signed_with_what_is_closed(
    side: Side,
) -> None:
    studio_id, studio = side.stage.tenant("studio")
    parents = generate(), generate()
    side.a_child(*parents)
    wanted = {"performer_id": side.anna.id, "licensee_id": studio_id, "territories": ["DE"]}
    (asked,) = studio.post("/v1/requests", {"terms": {**LINES, **wanted}})
    offer = {"version": 1, "digest": asked["offer"]["digest"]}
    side.agency.post(f"/v1/requests/{asked['id']}/acceptance", offer)
    draft = side.agency.post(f"/v1/requests/{asked['id']}/licence-draft")
    page = side.read(f"/me/drafts/{draft['id']}")
    assert "Before you sign" in page
    for context in ("political", "sexual", "gambling", "alcohol"):
        assert context in page, context
    for key in (side.anna.key, *parents):
        path = f"/v1/licences/{draft['id']}"
        own = side.agency.get(f"{path}/draft", signer=key.did)
        side.agency.post(f"{path}/signature", cosignature(key, own))
    assert studio.get(f"/v1/requests/{asked['id']}")["state"] == "GRANTED"


def test_a_guardian_alone_waits_for_the_court(side: Side) -> None:
    mother = generate()
    side.a_child(mother)
    made = side.release(mother)
    assert made["released_at"] is None
    page = side.read("/me/money", "de")
    assert "Beschluss des Gerichts" in page
    assert made["id"] in page
    side.stage.operator.post(f"/v1/money-releases/{made['id']}/attestation")
    assert "It may be paid until" in side.read("/me/money")


def test_an_agent_reads_what_the_mandate_lets_him_and_signs_nothing(side: Side) -> None:
    holder, agent = side.stage.tenant("agency", "Agency of friends")
    side.mandate(holder, "read")
    assert "Agency of friends" in side.read("/me/speaking")
    with open_registry(side.stage.settings) as world:
        browser = side.stage.http(seat(world.db, holder, Role.AGENT).token)
    pages = {
        path: browser.get(f"/me/{path}?for={side.anna.id}") for path in ("speaking", "standing")
    }
    assert all("under a mandate until" in page.text for page in pages.values())
    assert "data-declare" not in pages["standing"].text
    assert "/revocation" not in pages["speaking"].text
    home = browser.get(f"/me?for={side.anna.id}")
    assert "does not let you see the money of Anna" in home.text
    assert agent.get("/v1/mandates")["items"][0]["holder_id"] == holder


def test_an_agent_reads_all_that_several_mandates_let_him_do_and_what_waits(side: Side) -> None:
    holder, _ = side.stage.tenant("agency", "Agency of friends")
    studio_id, studio = side.stage.tenant("studio")
    for acts in (("read",), ("license",)):
        side.mandate(holder, *acts)
    parties = {"performer_id": side.anna.id, "licensee_id": studio_id, "territories": ["DE"]}
    studio.post("/v1/requests", {"terms": {**LINES, **parties}})
    side.anna.enrol(side.stage.file("a.wav", voice_sample("anna")))
    with open_registry(side.stage.settings) as world:
        browser = side.stage.http(seat(world.db, holder, Role.AGENT).token)
    pages = {
        path: browser.get(f"{path}?for={side.anna.id}&lang=en").text
        for path in ("/act-as", "/me", "/me/speaking", "/me/prints", "/inbox")
    }
    for path in ("/act-as", "/me", "/me/speaking"):
        for act in (Act.READ, Act.LICENSE):
            assert texts.text("en", f"speaking.act.{act.value}") in pages[path], (path, act)
    assert "One request waits" in pages["/act-as"]
    assert "/consent" not in pages["/me/prints"] and "/me/enrol/" not in pages["/me/prints"]
    assert "what you may do for Anna" in pages["/inbox"]


def test_a_key_that_an_agency_signs_with_is_seen_and_ended(side: Side) -> None:
    holder_id, holder = side.stage.tenant("agency", "Agency of friends")
    assert "Keys that agencies sign with" not in side.read("/me/speaking")
    side.mandate(holder_id, "hold-key", "license")
    (mandate,) = holder.get("/v1/mandates")["items"]
    key = holder.post(f"/v1/mandates/{mandate['id']}/key")
    page = side.read("/me/speaking")
    assert "Signed nothing yet" in page and raw_ids(page) == []
    ending = f"/v1/held-keys/{key['id']}/ending"
    assert f'data-act="{ending}"' in page
    entry = side.browser.get("/inbox").text
    assert f'href="/me/speaking?for={side.anna.id}"' in entry
    side.agency.post(ending)
    page = side.read("/me/speaking", "de")
    assert "vernichtet" in page and ending not in page


def said_to_the_performer(page: str) -> list[str]:
    """Sentences of a page that have another form for whoever acts for the performer."""
    words = texts.catalogue("de")
    own = [said for key, said in words.items() if "{whose}" in words.get(f"{key}.of", "")]
    shown = html.unescape(page)
    return [said for said in own if "{" not in said and f">{said}<" in shown]


@pytest.mark.parametrize("role", [Role.GUARDIAN, Role.AGENT])
def test_whoever_acts_for_somebody_reads_whom_every_page_is_about(side: Side, role: Role) -> None:
    """The performer reads the same pages about "you"."""
    assert "Noch wird nicht nach Ihnen gesucht" in side.read("/me/prints", "de")
    Person.add(side.agency, "Bert")
    side.mandate(side.agency_id, *Act)
    side.browser = side.sit(role)
    for path in (*READ_BY_AGENTS, "/money", "/standing"):
        page = side.read(f"/me{path}", "de")
        assert "Anna" in page.split("<h1>")[1].split("</h1>")[0], path
        assert said_to_the_performer(page) == [], path
        assert raw_ids(page) == [], path


READ_BY_AGENTS = (
    "",
    "/uses",
    "/licences",
    "/notices",
    "/searches",
    "/data",
    "/prints",
    "/speaking",
)
WITHHELD = {
    "/money": "kassieren",
    f"/money/{utc_now():%Y-%m}": "kassieren",
    "/disputes/new?line=x": "kassieren",
    "/licences/new": "Lizenzen verhandeln",
    "/licences/new/dubbing-enhancement": "Lizenzen verhandeln",
}


def test_an_agent_is_told_what_the_mandate_lacks_and_offered_nothing_that_it_forbids(
    side: Side,
) -> None:
    holder, _ = side.stage.tenant("agency", "Agency of friends")
    with open_registry(side.stage.settings) as world:
        far = side.stage.http(seat(world.db, holder, Role.AGENT).token)
    inside = side.sit(Role.AGENT)

    def read(browser: httpx2.Client, path: str) -> str:
        joint = "&" if "?" in path else "?"
        answer = browser.get(f"/me{path}{joint}for={side.anna.id}&lang=de")
        assert answer.status_code == 200, (path, answer.text)
        return answer.text

    for holder_id, browser in ((holder, far), (side.agency_id, inside)):
        side.mandate(holder_id, "read")
        for path in READ_BY_AGENTS:
            page = read(browser, path)
            for act in ("/minority", "/revocation", "data-erase>", "data-export>", "data-contract"):
                assert act not in page, (path, act)
        for path, act in WITHHELD.items():
            page = read(browser, path)
            assert f"Bitten Sie Anna um eine Vollmacht für: {act}." in page, path
            assert holder_id in page
    assert "data-act" not in read(far, "/notices")

    # Another mandate adds to the first: one reads money as the performer's side does.
    side.mandate(holder, "collect", "license")
    assert "Anna has earned nothing so far" in far.get(f"/me/money?for={side.anna.id}&lang=en").text
    assert "0,00 EUR" in read(far, "")
    assert "dubbing-enhancement" in read(far, "/licences/new")
