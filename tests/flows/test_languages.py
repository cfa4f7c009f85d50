"""Everybody is written to in the language that he chose."""

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from api import delivering
from api.letters import letter
from api.opening import open_registry
from api.roles import Role
from api.web.texts import catalogue
from licensing.models_enforcement import Policy
from registry.models.characters import Outcome
from registry.models.heldkeys import Signed
from registry.models.works import KindOfUse
from royalties.models_complaints import Ground, Ruling
from tests.simulators.people import seat
from tests.simulators.stage import Stage

ENGLISH = re.compile(r"\b(the|and|your|you|were|is|of|from|with|until|has|have)\b", re.IGNORECASE)
KINDS = sorted(
    key.removeprefix("notice.").removesuffix(".title")
    for key in catalogue("en")
    if key.startswith("notice.") and key.endswith(".title")
)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage.make(tmp_path)
    yield made
    made.close()


def test_a_person_chooses_and_mails_follow(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    with open_registry(stage.settings) as world:
        anna = seat(world.db, tenant_id, Role.AGENT)
        http = stage.http(anna.token)

        def language() -> str:
            with world.db.read() as session:
                found = delivering._address_of_person(session, tenant_id, anna.person_id)
            assert found is not None
            return found.lang

        assert language() == "en"
        assert http.post("/v1/me/language", json={"lang": "de"}).json() == {"lang": "de"}
        assert language() == "de"
        page = http.get("/account").text
        assert re.search(r'value="de"[^>]*selected', page)
        word = re.search(r'name="csrf" value="([^"]+)"', page)
        assert word is not None
        form = {"chosen": "en", "csrf": word[1]}
        done = http.post("/account/language", data=form, headers={"Origin": "http://local"})
        assert (done.status_code, done.headers["location"]) == (303, "/account?lang=en")
        assert language() == "en"
        assert http.post("/v1/me/language", json={"lang": "fr"}).status_code == 422
        assert stage.http().post("/v1/me/language", json={"lang": "de"}).status_code == 401
        held = agency._http.post("/v1/me/language", json={"lang": "de"})
        assert held.status_code == 409


def mail(kind: str, facts: dict[str, str]) -> tuple[str, str]:
    """A German mail to whoever no page leads on, which says most."""
    return letter("de", kind, {"id": "x", "facts": facts}, reader="union", base="https://e.example")


@pytest.mark.parametrize("kind", KINDS)
def test_a_german_mail_holds_no_english(kind: str) -> None:
    subject, words = mail(kind, {})
    prose = re.sub(r"ebenbild [^.]*", "", f"{subject}\n{words}")
    assert ENGLISH.findall(prose.replace("Ebenbild", "")) == []


CODES: dict[str, type[StrEnum]] = {
    "ground": Ground,
    "kinds": KindOfUse,
    "outcome": Outcome,
    "policy": Policy,
    "ruling": Ruling,
    "what": Signed,
}


@pytest.mark.parametrize("name", CODES)
def test_a_code_among_the_facts_of_a_mail_is_a_word(name: str) -> None:
    """Each that the code may give, wherever a mail places it."""
    placing = [kind for kind in KINDS if f"{{{name}}}" in catalogue("de")[f"notice.{kind}.text"]]
    assert placing
    for code in CODES[name]:
        said = mail(placing[0], {name: code.value})[1]
        assert f" {code.value}" not in said.partition("ebenbild")[0], (placing[0], code)


def test_months_and_days_are_written_as_the_language_does() -> None:
    facts = {"month": "2026-10", "estimated_on": "2026-11-20"}
    _, missing = mail("usage.missing", facts)
    assert "Oktober 2026" in missing and "20.11.2026" in missing
    facts = {"kinds": "*", "at": "2026-11-21T10:05:00Z"}
    assert "jede Art der Nutzung" in mail("consent.paused", facts)[1]


def test_why_and_when_are_said_in_words(stage: Stage) -> None:
    facts = {"why": "not-shown-live, known-recording", "since": "2026-11-21T10:05:00Z"}
    _, refused = mail("enrolment.refused", facts)
    _, changed = mail("payee.changed", facts)
    assert "21.11.2026, 10:05 UTC" in changed
    assert ENGLISH.findall(refused) == []


def test_a_bank_s_code_is_told_in_words() -> None:
    _, words = mail("payout.returned", {"code": "AC04"})
    assert "Das Konto ist aufgelöst (AC04)." in words
    assert "nennt keinen Grund" in mail("payout.returned", {"code": "-"})[1]
