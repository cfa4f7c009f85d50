"""A child comes of age: the guardian is out at once, and the grown-up in without help."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from api.client import Client, Refused
from api.delivering import spread
from api.opening import open_registry
from core import notices
from core.clock import living_behind, utc_now
from core.deliveries import DeliveryRow
from core.keys import generate
from core.messagesettings import MailSettings
from registry.minority import ADULT_YEARS
from tests.flows.test_sign_in import PASSWORD, Browser, code_of, joined, taken
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
    before: str = ""

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

    def trail(self) -> set[str]:
        return {item["action"] for item in self.stage.operator.pages("/v1/audit")}


def eighteen(days_ago: timedelta) -> date:
    day = (utc_now() - days_ago).date()
    return date(day.year - ADULT_YEARS, day.month, min(day.day, 28))


@pytest.fixture(params=[False])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Home]:
    """With a younger sister where the parameter says so."""
    with living_behind() as clock:
        born = eighteen(SINCE)
        clock.set_behind(BEHIND)
        stage = Stage.make(tmp_path)
        tenant_id, family = stage.tenant("performer", "Berg")
        parent, secret = joined(stage, PARENT, "guardian", "admin", tenant=tenant_id)
        made = Home(stage, tenant_id, family, Person.add(family, "Kim"), parent)
        _named(made, born)
        if request.param:
            made.add_sister()
        family.post("/v1/webhooks", {"url": "https://family.example.org/hook"})
        family.post("/v1/mail-addresses", {"address": "family@example.org", "lang": "de"})
        made.before = parent.get(f"/me/speaking?for={made.kim.id}").text
        clock.set_behind(timedelta())
        parent.start("/sign-in", email=PARENT, password=PASSWORD)
        parent.send("/sign-in/code", "/sign-in/code", code=code_of(secret))
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


@pytest.mark.parametrize("home", [True], indirect=True)
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


@pytest.mark.parametrize("home", [True], indirect=True)
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
