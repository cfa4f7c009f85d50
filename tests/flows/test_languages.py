"""Everybody is written to in the language that he chose."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import delivering
from api.letters import letter
from api.opening import open_registry
from api.roles import Role
from api.web.texts import catalogue
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


@pytest.mark.parametrize("kind", KINDS)
def test_a_german_mail_holds_no_english(kind: str) -> None:
    subject, words = letter("de", kind, {"id": "enr_one", "facts": {}})
    prose = re.sub(r"ebenbild [^.]*", "", f"{subject}\n{words}")
    assert ENGLISH.findall(prose.replace("Ebenbild", "")) == []


def test_why_and_when_are_said_in_words(stage: Stage) -> None:
    facts = {"why": "not-shown-live, known-recording", "since": "2026-11-21T10:05:00Z"}
    _, refused = letter("de", "enrolment.refused", {"id": "enr_one", "facts": facts})
    _, changed = letter("de", "payee.changed", {"id": "pay_one", "facts": facts})
    assert "21.11.2026, 10:05 UTC" in changed
    assert ENGLISH.findall(refused) == []
