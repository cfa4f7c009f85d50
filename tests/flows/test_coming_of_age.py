"""A child comes of age: the guardian is out at once, and the grown-up in without help."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from api.cli.signing import cosignature
from api.client import Client, Refused
from api.delivering import spread
from api.opening import open_registry
from core import notices
from core.clock import living_behind, to_text, utc_now
from core.deliveries import DeliveryRow
from core.keys import generate
from core.messagesettings import MailSettings
from registry.minority import ADULT_YEARS
from tests.flows.test_sign_in import HOST, PASSWORD, Browser, code_of, joined, taken
from tests.simulators.stage import Person, Stage

BEHIND, SINCE = timedelta(days=40), timedelta(days=20)
PARENT, GROWN_UP = "parent@example.org", "kim@example.org"


@dataclass
class Home:
    """A family whose parent ran everything until Kim came of age some days ago."""

    stage: Stage
    tenant_id: str
    family: Client
    kim: Person
    parent: Browser
    secret: str
    before: str = ""

    def sign_in(self, ahead: int = 0) -> None:
        """The parent, with a code of the app's that was not used yet."""
        self.parent.start("/sign-in", email=PARENT, password=PASSWORD)
        code = code_of(self.secret, ahead)
        self.parent.send("/sign-in/code", "/sign-in/code", code=code)

    def hand_over(self, email: str = GROWN_UP) -> Any:
        body = {"email": email, "proof": "passport"}
        return self.stage.operator.post(f"/v1/performers/{self.kim.id}/handover", body)

    def grown_up(self) -> Browser:
        """Kim with an account, made with the link that the operator's people sent."""
        code = str(self.hand_over()["link"]).partition("#")[2]
        return taken(self.stage, code)[0]

    def add_sister(self) -> Person:
        """Ada, who is ten."""
        ada = Person.add(self.family, "Ada")
        born_on = f"{utc_now().year - 10}-01-01"
        self.family.post(f"/v1/performers/{ada.id}/minority", {"born_on": born_on})
        return ada

    def mandate(self, holder_id: str, *acts: str) -> str:
        """What Kim signs now, with the key of her own that was bound at sixteen."""
        until = to_text(utc_now() + timedelta(days=90))
        body = {"holder_id": holder_id, "acts": acts, "valid_until": until}
        draft = self.family.post(f"/v1/performers/{self.kim.id}/mandates", body)
        signed = cosignature(self.kim.key, draft)
        self.family.post(f"/v1/mandates/{draft['id']}/signature", signed)
        return str(draft["id"])

    def trail(self) -> set[str]:
        return {item["action"] for item in self.stage.operator.pages("/v1/audit")}


def eighteen(days_ago: timedelta) -> date:
    day = (utc_now() - days_ago).date()
    return date(day.year - ADULT_YEARS, day.month, min(day.day, 28))


SISTER, AGENCY = "sister", "agency"


@pytest.fixture(params=[""])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """With a younger sister, or in an agency, where the parameter says so."""
    with living_behind() as clock:
        born = eighteen(SINCE)
        clock.set_behind(BEHIND)
        stage = Stage.make(tmp_path)
        tenant_id, family = stage.tenant(AGENCY if request.param == AGENCY else "performer", "Berg")
        parent, secret = joined(stage, PARENT, "guardian", "admin", tenant=tenant_id)
        made = Home(stage, tenant_id, family, Person.add(family, "Kim"), parent, secret)
        _named(made, born)
        if request.param == SISTER:
            made.add_sister()
        family.post("/v1/webhooks", {"url": "https://family.example.org/hook"})
        family.post("/v1/mail-addresses", {"address": "family@example.org", "lang": "de"})
        made.before = parent.get(f"/me/speaking?for={made.kim.id}").text
        clock.set_behind(timedelta())
        made.sign_in()
        yield made
        stage.close()


def _named(home: Home, born: date) -> None:
    """Kim is known as a minor, and the parent's account as the guardian's."""
    (account,) = home.stage.operator.get("/v1/members", tenant_id=home.tenant_id)
    home.family.post(f"/v1/performers/{home.kim.id}/minority", {"born_on": f"{born}"})
    named = {"name": "P", "did": generate().did, "relation": "parent", "person": account["id"]}
    made = home.family.post(f"/v1/performers/{home.kim.id}/guardians", named)
    paper = {"paper": "birth_certificate"}
    home.stage.operator.post(f"/v1/guardians/{made['id']}/attestation", paper)


def names(browser: Browser) -> list[str]:
    """The public names of the performers whom somebody signed in sees; none without the scope."""
    found = browser.get("/v1/performers").json()
    return sorted(item["public_name"] for item in found.get("items", []))


def test_the_guardian_and_the_familys_key_are_out_without_any_job(home: Home) -> None:
    assert "Kim" in home.before
    assert PARENT in home.parent.get("/account").text
    for path in ("/me", f"/me/speaking?for={home.kim.id}", "/members", "/trail", "/inbox"):
        answer = home.parent.get(path)
        assert "Kim" not in answer.text and answer.status_code < 500, path
    assert home.parent.get("/v1/performers").status_code == 403
    with pytest.raises(Refused) as refused:
        home.family.get(f"/v1/performers/{home.kim.id}")
    assert refused.value.status == 401


def test_the_grown_up_gets_in_and_runs_it_alone(home: Home) -> None:
    kim = home.grown_up()
    assert "Kim" in kim.get("/me/speaking").text
    assert names(kim) == ["Kim"]
    page = kim.get("/members").text
    assert PARENT in page and GROWN_UP in page
    acts = {item["action"] for item in kim.get("/v1/audit").json()["items"]}
    assert {"performer.handed-over", "members.joined"} <= acts
    assert "performer.handed-over" in home.trail()
    word = kim.word("/members")
    members = home.stage.operator.get("/v1/members", tenant_id=home.tenant_id)
    (parent,) = (item for item in members if item["email"] == PARENT)
    answer = kim.http.post(f"/members/{parent['id']}/roles", data={"csrf": word})
    assert answer.status_code == 200 and PARENT not in kim.get("/members").text


@pytest.mark.parametrize("home", [SISTER], indirect=True)
def test_a_younger_child_stays_the_guardians_and_is_not_the_grown_ups(home: Home) -> None:
    assert names(home.parent) == ["Ada"]
    assert [item["public_name"] for item in home.family.pages("/v1/performers")] == ["Ada"]
    assert home.parent.get("/members").status_code == 403
    kim = home.grown_up()
    assert names(kim) == ["Kim"]
    assert kim.get("/members").status_code == 403
    assert "Ada" not in kim.get("/me").text


def test_only_the_operator_hands_over_and_never_to_the_guardian(home: Home) -> None:
    with pytest.raises(Refused) as refused:
        home.hand_over(PARENT)
    assert refused.value.code == "a-guardians-account"
    word = home.parent.word("/account")
    path = f"/v1/performers/{home.kim.id}/handover"
    body = {"email": "other@example.org", "proof": "passport"}
    answer = home.parent.http.post(path, json=body, headers={"x-csrf-token": word})
    assert answer.status_code == 403
    adult = Person.add(home.stage.tenant("performer", "Another")[1], "Eva")
    with pytest.raises(Refused) as refused:
        home.stage.operator.post(f"/v1/performers/{adult.id}/handover", body)
    assert refused.value.code == "not-of-age"


@pytest.mark.parametrize("home", [SISTER], indirect=True)
def test_what_a_family_had_sent_to_it_tells_nothing_more_of_the_grown_up(home: Home) -> None:
    (ada,) = (item["id"] for item in home.family.pages("/v1/performers"))
    (parent,) = (
        item["id"]
        for item in home.stage.operator.get("/v1/members", tenant_id=home.tenant_id)
        if item["email"] == PARENT
    )
    settings = home.stage.settings.model_copy(update={"mail": MailSettings(host="127.0.0.1")})
    told = []
    with open_registry(settings) as world:
        for subject, person in product((home.kim.id, ada), (None, parent)):
            with world.db.write() as session:
                notices.notify(
                    session,
                    tenant_id=home.tenant_id,
                    person=person,
                    kind="enrolment.notice",
                    subject_id=subject,
                    facts={"name": "Somebody"},
                    now=utc_now(),
                )
        while spread(world):
            pass
        with world.db.read() as session:
            told = [json.loads(row.body)["data"]["id"] for row in session.exec(select(DeliveryRow))]
    # To the family's own mail address and webhook, and to the parent's account.
    assert told.count(ada) == 4
    assert home.kim.id not in told


@pytest.mark.parametrize("home", [AGENCY], indirect=True)
def test_a_mandate_of_the_grown_up_lets_a_former_guardian_in_as_far_as_it_goes(home: Home) -> None:
    def asked(path: str) -> int:
        return home.parent.get(f"/v1/performers/{home.kim.id}{path}").status_code

    looked = f"/me/speaking?for={home.kim.id}"
    shut = (403, 404)  # who is of the organisation knows that there was somebody
    assert (asked("/enrolments"), home.parent.get(looked).status_code) == shut
    given = home.mandate(home.tenant_id, "read")
    assert asked("/enrolments") == 200
    page = home.parent.get(looked).text
    assert "Kim" in page and "under a mandate until" in page
    # What the mandate does not name stays shut, to look at and to do.
    word = {"x-csrf-token": home.parent.word("/account")}
    consent = {"modalities": ["voice"], "purposes": ["matching"]}
    path = f"/v1/performers/{home.kim.id}/enrolments"
    answer = home.parent.http.post(path, json=consent, headers=word)
    assert (answer.status_code, answer.json()["code"]) == (403, "no-mandate")
    assert (asked(""), asked("/payee")) == (404, 403)
    home.family.post(f"/v1/mandates/{given}/revocation")
    assert (asked("/enrolments"), home.parent.get(looked).status_code) == shut


def test_a_mandate_for_the_own_organisation_lets_a_parent_in_who_was_no_member(home: Home) -> None:
    kim = home.grown_up()
    word = {"x-csrf-token": kim.word("/account")}

    def post(path: str, body: Any = None) -> Any:
        answer = kim.http.post(path, json=body or {}, headers=word)
        assert answer.is_success, answer.text
        return answer.json()

    def given(*acts: str) -> str:
        until = to_text(utc_now() + timedelta(days=90))
        body = {"holder_id": home.tenant_id, "acts": acts, "valid_until": until}
        draft = post(f"/v1/performers/{home.kim.id}/mandates", body)
        post(f"/v1/mandates/{draft['id']}/signature", cosignature(home.kim.key, draft))
        return str(draft["id"])

    looked = f"/me/speaking?for={home.kim.id}"
    assert "Kim" not in home.parent.get(looked).text
    mandate = given("read")
    home.sign_in(ahead=1)
    assert "under a mandate until" in home.parent.get(looked).text
    for path in ("/members", "/trail", f"/v1/performers/{home.kim.id}/payee"):
        assert home.parent.get(path).status_code == 403, path
    post(f"/v1/mandates/{mandate}/revocation")
    assert "Kim" not in home.parent.get(looked).text
    body = {
        "holder_id": home.tenant_id,
        "acts": ["read", "collect"],
        "valid_until": "2040-01-01T00:00:00Z",
    }
    answer = kim.http.post(f"/v1/performers/{home.kim.id}/mandates", json=body, headers=word)
    assert answer.json()["code"] == "holder-stands-for-nobody"


def test_two_of_the_operators_people_hand_over_on_a_page(home: Home) -> None:
    first, _ = joined(home.stage, "first@operator.org", "admin")
    second, _ = joined(home.stage, "second@operator.org", "admin")
    home.stage = home.stage.with_settings(operator_mode="organisation")
    one, two = (replace(who, http=home.stage.http(who.cookie)) for who in (first, second))
    for who in (one, two):
        who.http.headers.update({"Origin": HOST, "Accept": "text/html"})
    page = "/admin/handover"
    said = {"performer": home.kim.id, "email": GROWN_UP, "proof": "identity_card"}
    wrong = one.send(page, page, **{**said, "email": PARENT})
    assert wrong.status_code == 409 and "former guardian" in wrong.text
    assert home.kim.id in wrong.text  # what was typed stays
    waits = one.send(page, page, **said)
    assert "second person" in waits.text and GROWN_UP in waits.text and "/join#" not in waits.text
    asked = two.get("/approvals?lang=en").text
    assert f"/admin/handover?performer={home.kim.id}" in asked and "identity card" in asked
    (approval,) = re.findall(r"/approvals/(\w+)/decision", asked)
    two.send(f"/approvals/{approval}/decision", "/approvals", answer="approve")
    made = one.send(page, page, **said).text
    (code,) = re.findall(r"/join#([\w-]+)", made)
    kim = home.stage.http(taken(home.stage, code)[0].cookie)
    assert [item["public_name"] for item in kim.get("/v1/performers").json()["items"]] == ["Kim"]
    assert kim.get(page).status_code == 403
