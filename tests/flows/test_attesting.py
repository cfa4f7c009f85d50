"""The attesters' desk: what waits, what is heard, and a no that the performer's side reads."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.cli.main import main
from api.client import Refused
from api.opening import open_registry
from api.roles import Role
from core.enrolmentsettings import EnrolmentSettings
from registry.proofing.headturn import words_of
from tests.flows.test_proofs import (
    answered,
    begun,
    captured,
    challenge,
    codes,
    lacking,
    spoken,
    staffed,
    voice,
)
from tests.simulators.people import seat
from tests.simulators.stage import Person, Stage

QUEUE = "/v1/attestation-queue"


def attester(stage: Stage, union_id: str) -> httpx2.Client:
    with open_registry(stage.settings) as world:
        return stage.http(seat(world.db, union_id, Role.ATTESTER).token)


def desk(stage: Stage) -> tuple[httpx2.Client, httpx2.Client]:
    """Two attesters of a union."""
    union_id, _ = stage.tenant("union")
    return attester(stage, union_id), attester(stage, union_id)


def heard(stage: Stage, anna: Person, consent: str) -> dict[str, Any]:
    """A phrase that waits for somebody who hears it; without a film."""
    asked = challenge(anna, consent, "phrase")
    film = spoken("anna", f"live {asked['id']}", begun(stage, anna, asked))
    found: dict[str, Any] = answered(stage, anna, consent, asked, film)
    return found


def test_what_waits_is_listed_without_names_until_it_is_vouched_for(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    one, two = desk(stage)
    answer = heard(stage, anna, consent)
    (waits,) = one.get(QUEUE).json()["items"]
    assert waits["enrolment_id"] == consent
    assert waits["facts"] == ["identity", "words", "live"]
    assert waits["challenges"] == [answer["id"]]
    assert "Anna" not in one.get(QUEUE).text
    said = {"facts": ["identity", "words", "live"]}
    assert one.post(f"/v1/enrolments/{consent}/attestations", json=said).status_code == 202
    assert one.get(QUEUE).json()["items"][0]["facts"] == []  # the second word is another's
    assert two.get(QUEUE).json()["items"][0]["facts"] == ["identity"]
    stage.close()


def test_only_attesters_have_a_desk(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    with pytest.raises(Refused, match="scope attest"):
        anna.agency.get(QUEUE)
    with pytest.raises(Refused, match="scope attest"):
        body = {"facts": ["identity"], "statement": "It is not."}
        anna.agency.post(f"/v1/enrolments/{consent}/refusals", body)
    one, _ = desk(stage)
    absent = one.post(f"/v1/enrolments/enr_{'a' * 26}/refusals", json=body)
    assert absent.status_code == 404
    stage.close()


def test_other_words_are_refused_with_a_reason_and_another_answer_may_be_given(
    tmp_path: Path,
) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    one, _ = desk(stage)
    answer = heard(stage, anna, consent)
    body = {"facts": ["words"], "statement": "The third word was another."}
    kept = one.post(f"/v1/enrolments/{consent}/refusals", json=body)
    assert (kept.status_code, kept.json()["refused"]) == (201, True)
    listed = anna.agency.get(f"/v1/enrolments/{consent}/proofs")
    refused = next(item for item in listed["challenges"] if item["id"] == answer["id"])
    assert (refused["state"], codes(refused)) == ("REFUSED", ["attester-refused"])
    with pytest.raises(Refused, match="waits to be heard"):
        anna.agency.fetch(f"/v1/challenges/{answer['id']}/excerpt")
    assert "attester-denies" not in lacking(anna, consent)
    assert heard(stage, anna, consent)["state"] == "HEAR"
    told = [item for item in anna.agency.get("/v1/notices")["items"] if "denied" in item["kind"]]
    assert [item["facts"]["why"] for item in told] == ["The third word was another."]
    stage.close()


def test_a_no_about_the_person_holds_until_the_same_attester_vouches(tmp_path: Path) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    one, two = desk(stage)
    path = f"/v1/enrolments/{consent}"
    body = {"facts": ["identity"], "statement": "The papers are another's."}
    assert one.post(f"{path}/refusals", json=body).status_code == 201
    two.post(f"{path}/attestations", json={"facts": ["identity"]})
    assert "attester-denies" in lacking(anna, consent)
    one.post(f"{path}/attestations", json={"facts": ["identity"]})
    assert lacking(anna, consent) == ["not-shown-live"]
    one.post(f"{path}/refusals", json=body)  # and back again: the last word counts
    assert lacking(anna, consent)[:2] == ["attester-denies", "identity-unattested"]
    stage.close()


@pytest.mark.parametrize("why", ["", "   ", "x" * 501])
def test_a_no_says_why_in_a_few_words(tmp_path: Path, why: str) -> None:
    stage = staffed(tmp_path)
    _, consent = captured(stage, (voice("anna", "first take"), "voice"))
    one, _ = desk(stage)
    body = {"facts": ["identity"], "statement": why}
    assert one.post(f"/v1/enrolments/{consent}/refusals", json=body).status_code == 422
    stage.close()


@pytest.mark.parametrize(("lang", "title"), [("en", "To vouch for"), ("de", "Zu bezeugen")])
def test_the_pages_show_what_to_hear_and_whose_it_is(tmp_path: Path, lang: str, title: str) -> None:
    stage = staffed(tmp_path)
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    one, _ = desk(stage)
    answer = heard(stage, anna, consent)
    listed = one.get("/attest", params={"lang": lang}).text
    assert title in listed
    assert consent in listed
    assert "Anna" not in listed
    shown = one.get(f"/attest/{consent}", params={"lang": lang}).text
    assert "Anna" in shown
    assert f'src="/v1/challenges/{answer["id"]}/excerpt"' in shown
    assert all(word in shown for word in words_of(answer["asked"]))
    assert f'data-act="/v1/enrolments/{consent}/refusals"' in shown
    assert one.get(f"/v1/challenges/{answer['id']}/excerpt").status_code == 200
    assert one.get(f"/attest/enr_{'a' * 26}", params={"lang": lang}).status_code == 404
    stage.close()


def test_the_performers_side_reads_whose_turn_it_is(tmp_path: Path) -> None:
    """Theirs while they can do something, the attesters' next, and then the calendar's."""
    stage = staffed(tmp_path).with_settings(enrolment=EnrolmentSettings(notice_days=14))
    anna, consent = captured(stage, (voice("anna", "first take"), "voice"))
    agency_id = str(anna.agency.get("/v1/me")["tenant_id"])
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, agency_id, Role.PERFORMER).token)
    one, two = desk(stage)

    def said() -> str:
        return browser.get("/me/enrol").text

    assert "Something is still missing, and you can do it." in said()
    assert "Go on" in said()
    heard(stage, anna, consent)
    facts = {"facts": ["words", "live"]}
    assert one.post(f"/v1/enrolments/{consent}/attestations", json=facts).status_code == 202
    stage.run_jobs()
    assert "Your part is done." in said()
    assert f"<code>{consent}</code>" in said()
    assert "Go on" not in said()
    for attesting in (one, two):
        attesting.post(f"/v1/enrolments/{consent}/attestations", json={"facts": ["identity"]})
    stage.run_jobs()
    assert "Nothing is left to do. Others may object until 20" in said()
    assert "Nothing is left to do. Others may object until 20" in browser.get("/me").text
    stage.close()


def test_somebody_alone_lists_and_refuses_from_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage = Stage.make(tmp_path)
    _, consent = captured(stage, (voice("anna", "first take"), "voice"))
    stage.close()
    monkeypatch.setenv("EBENBILD_DATA_DIR", str(stage.settings.data_dir))
    assert main(["attest"]) == 0
    assert consent in capsys.readouterr().out
    assert main(["attest", consent, "--fact", "identity", "--refuse"]) == 1
    assert "A refusal names what is not so" in capsys.readouterr().err
    no = ["--fact", "identity", "--refuse", "--statement", "Another's papers."]
    assert main(["attest", consent, *no]) == 0
    said = capsys.readouterr().out
    assert "Your refusal is kept" in said
    assert "Another's papers." in said
