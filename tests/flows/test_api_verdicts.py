"""What each situation leads to, over HTTP: verdict, reasons, and what happens next."""

import re

import pytest

from api.client import Client
from tests.simulators.small_engine import EXCERPT, medium
from tests.simulators.stage import (
    THIS_MONTH,
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)

USAGE = f"cut_id,territory,period,views\n{{cut}},DE,{THIS_MONTH},1000\n"


@pytest.fixture
def parties(stage: Stage) -> tuple[str, Client, Person]:
    """A studio and an enrolled performer of an agency."""
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    return studio_id, studio, anna


def clearance(studio: Client, submission: dict[str, object]) -> dict[str, object]:
    found: dict[str, object] = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    return found


def codes(found: dict[str, object]) -> set[str]:
    spans = found["spans"]
    assert isinstance(spans, list)
    return {reason["code"] for span in spans for reason in span["reasons"]}


def test_without_a_licence_it_is_refused(stage: Stage, parties: tuple[str, Client, Person]) -> None:
    _, studio, anna = parties
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    found = clearance(studio, submit(stage, studio, new_cut(studio), film, declared))
    assert found["verdict"] == "REFUSED"
    assert "no-licence" in codes(found)


def test_an_undeclared_performer_is_for_a_person_to_look_at(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    _, studio, _ = parties
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    found = clearance(studio, submit(stage, studio, new_cut(studio), film, declaration()))
    assert found["verdict"] == "REVIEW"
    assert "found-not-declared" in codes(found)


def test_somebody_unknown_is_said_to_be_unknown(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    _, studio, _ = parties
    film = medium(20_000, ("bob", "face", 0, 15_000))
    found = clearance(studio, submit(stage, studio, new_cut(studio), film, declaration()))
    assert found["verdict"] == "REVIEW"


def test_nobody_found_and_nobody_declared_is_cleared(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    _, studio, _ = parties
    found = clearance(studio, submit(stage, studio, new_cut(studio), medium(5_000), declaration()))
    assert found["verdict"] == "CLEARED"


def test_what_rests_on_a_revoked_licence_is_decided_anew_and_refused(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    studio_id, studio, anna = parties
    licence = anna.license(studio_id)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, new_cut(studio), film, declared)
    first = clearance(studio, submission)
    assert (first["verdict"], first["newer"]) == ("CLEARED", None)
    anna.agency.post(f"/v1/licences/{licence['id']}/revocation", {"reason": "no more"})
    run_jobs(stage.settings)
    again = clearance(studio, submission)
    assert again["verdict"] == "REFUSED"
    assert "licence-revoked" in codes(again)
    earlier = studio.get(f"/v1/clearances/{first['id']}")
    assert (earlier["verdict"], earlier["newer"]["id"]) == ("CLEARED", again["id"])
    page = studio._http.get(f"/v1/clearances/{first['id']}/clearance.html").text
    assert "no longer stands" in page
    assert "You may release" not in page
    asked = studio.post(f"/v1/submissions/{submission['id']}/clearances")
    assert asked["verdict"] == "REFUSED"


def test_a_confirmed_match_is_decided_again(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    studio_id, studio, anna = parties
    anna.license(studio_id)
    film = medium(20_000, ("anna", "voice", 0, 2_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, new_cut(studio), film, declared)
    assert clearance(studio, submission)["verdict"] == "REVIEW"
    findings = studio.get(f"/v1/submissions/{submission['id']}/findings")
    match = findings["matches"][0]["id"]
    word = studio.post(f"/v1/matches/{match}/reviews", {"verdict": "confirmed"})
    assert word["submission_id"] == submission["id"]
    assert clearance(studio, submission)["verdict"] == "CLEARED"


def test_a_performer_says_not_me_of_a_title_that_stays_unseen(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    studio_id, studio, anna = parties
    anna.license(studio_id)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, new_cut(studio), film, declared)
    findings = studio.get(f"/v1/submissions/{submission['id']}/findings")
    for match in findings["matches"]:
        word = anna.agency.post(f"/v1/matches/{match['id']}/reviews", {"verdict": "rejected"})
        assert word["submission_id"] is None
    found = clearance(studio, submission)
    assert found["verdict"] != "CLEARED"
    assert "unknown-person" in codes(found)


def test_a_corrected_declaration_is_decided_on_at_once(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    studio_id, studio, anna = parties
    anna.license(studio_id)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    submission = submit(stage, studio, new_cut(studio), film, declaration())
    assert clearance(studio, submission)["verdict"] == "REVIEW"
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    path = f"/v1/submissions/{submission['id']}/declaration"
    studio.post(path, {"declaration": declared})
    assert clearance(studio, submission)["verdict"] == "CLEARED"


def test_a_performer_who_enrols_late_is_found_in_past_scans_and_paid(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    cut_id = new_cut(studio)
    usage = stage.file("u.csv", USAGE.format(cut=cut_id).encode())
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(usage)})
    anna = Person.add(agency, "Anna")
    film = medium(60_000, ("anna", "voice", 0, 60_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, cut_id, film, declared)
    before = clearance(studio, submission)
    assert before["verdict"] == "REVIEW"
    assert "unknown-person" in codes(before)

    anna.license(studio_id)
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    run_jobs(stage.settings)
    assert clearance(studio, submission)["verdict"] == "CLEARED"
    statement = agency.get(f"/v1/performers/{anna.id}/statements/{THIS_MONTH}")
    assert statement["totals"][0]["total_micro"] == "250000"


def test_one_more_enrolment_elsewhere_decides_nothing_anew(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    studio_id, studio, anna = parties
    anna.license(studio_id)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submit(stage, studio, new_cut(studio), film, declared)
    bert = Person.add(anna.agency, "Bert")
    bert.enrol(stage.file("bert.wav", voice_sample("bert")))
    run_jobs(stage.settings)
    assert len(list(studio.pages("/v1/clearances"))) == 1


def test_a_withdrawn_consent_leaves_nobody_to_be_found(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    _, studio, anna = parties
    enrolments = list(anna.agency.pages(f"/v1/performers/{anna.id}/enrolments"))
    anna.agency.post(f"/v1/enrolments/{enrolments[0]['id']}/withdrawal")
    run_jobs(stage.settings)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    found = clearance(studio, submit(stage, studio, new_cut(studio), film, declaration()))
    assert found["verdict"] == "REVIEW"


def test_broken_media_fails_with_words_and_can_be_cancelled_or_retried(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    _, studio, _ = parties
    submission = submit(stage, studio, new_cut(studio), b"not a medium", declaration())
    assert submission["state"] == "failed"
    assert submission["job"]["error"] == {
        "code": "broken-media",
        "message": "This is no medium.",
        "next_step": "Hand in a film.",
    }
    assert submission["job"]["attempts"] == 1
    again = studio.post(f"/v1/submissions/{submission['id']}/scans")
    studio.wait(again["id"])
    assert studio.get(f"/v1/submissions/{submission['id']}")["job"]["id"] == again["id"]


def test_a_refused_sample_says_why_and_keeps_nothing(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    _, _, anna = parties
    sample = anna.enrol(stage.file("silence.wav", medium(5_000)))
    assert sample["print_id"] is None
    assert sample["reasons"][0]["code"] == "too-little-speech"
    prints = list(anna.agency.pages(f"/v1/performers/{anna.id}/prints"))
    assert len(prints) == 1
    stored = [path for path in stage.settings.objects_dir.rglob("*") if path.is_file()]
    assert stored == []


def test_scanning_a_cut_again_without_a_declaration_takes_nothing_back(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    studio_id, studio, anna = parties
    anna.license(studio_id)
    cut_id = new_cut(studio)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submit(stage, studio, cut_id, film, declared)
    body = {
        "cut_id": cut_id,
        "upload_id": studio.upload(stage.file("again.mp4", film)),
        "filename": "again.mp4",
    }
    made = studio.post("/v1/submissions", body)
    studio.wait(made["job"]["id"])
    assert clearance(studio, made)["verdict"] == "CLEARED"


def test_reports_are_pages_in_both_languages(
    stage: Stage, parties: tuple[str, Client, Person]
) -> None:
    studio_id, studio, anna = parties
    anna.license(studio_id)
    cut_id = new_cut(studio, label="<script>alert(1)</script>")
    film = medium(60_000, ("anna", "voice", 0, 60_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, cut_id, film, declared)
    usage = stage.file("u.csv", USAGE.format(cut=cut_id).encode())
    studio.post("/v1/usage-imports", {"upload_id": studio.upload(usage)})
    studio.post("/v1/accruals")
    found = clearance(studio, submission)
    page = studio._http.get(f"/v1/clearances/{found['id']}/clearance.html")
    assert found["single_operator"]
    assert "One person runs this registry alone" in page.text
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "CLEARED" in page.text
    assert "<script>alert" not in page.text
    (link,) = re.findall(r'href="[^"]*(/v1/matches/[^"]+)"', page.text)
    heard = studio._http.get(link)
    assert heard.headers["content-type"] == "audio/ogg"
    assert heard.content == EXCERPT
    german = studio._http.get(
        f"/v1/clearances/{found['id']}/clearance.html", headers={"Accept-Language": "de-DE"}
    )
    assert 'lang="de"' in german.text
    assert "FREIGEGEBEN" in german.text
    address = f"/v1/performers/{anna.id}/statements/{THIS_MONTH}/statement.html"
    statement = anna.agency._http.get(address, params={"lang": "de"}).text
    assert "0,25 EUR" in statement
    assert "Gebietsfaktor" in statement
