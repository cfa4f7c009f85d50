"""Extras with a release, and what a cut is about against what a licence prohibits, over HTTP."""

from typing import Any

import pytest

from api.client import Client, Refused
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample


def decided(studio: Client, submission: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    return found


def codes(found: dict[str, Any]) -> set[str]:
    return {reason["code"] for span in found["spans"] for reason in span["reasons"]}


def test_a_release_answers_for_as_many_as_signed(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    film = medium(20_000, ("carl", "face", 0, 8_000), ("dora", "face", 9_000, 17_000))
    declared = {**declaration(), "extras": [{"reference": "release 14", "count": 2}]}
    made = submit(stage, studio, new_cut(studio), film, declared)
    found = decided(studio, made)
    assert (found["verdict"], codes(found)) == ("CLEARED", {"extra-declared"})
    assert list(studio.pages("/v1/review-queue")) == []
    assert studio.get("/v1/figures") == []
    assert len(studio.get("/v1/figures", all="true")) == 2
    address = f"/v1/submissions/{made['id']}/declaration"
    one = {**declaration(), "extras": [{"reference": "release 14", "count": 1}]}
    studio.post(address, {"declaration": one})
    again = decided(studio, made)
    assert again["verdict"] == "REVIEW" and "extras-too-many" in codes(again)
    assert len(studio.get("/v1/figures")) == 2
    placed = {
        **declaration(),
        "extras": [{"reference": "release 14", "count": 1, "where": [[0, 8_500]]}],
    }
    studio.post(address, {"declaration": placed})
    spans = decided(studio, made)["spans"]
    assert {(span["verdict"], span["start_ms"] < 9_000) for span in spans} == {
        ("CLEARED", True),
        ("UNKNOWN PERSON", False),
    }


@pytest.mark.parametrize(
    "wrong",
    [{"reference": ""}, {"reference": "r", "count": 0}, {"reference": "r", "where": [[5, 5]]}],
)
def test_a_release_that_says_nothing_is_refused(stage: Stage, wrong: dict[str, Any]) -> None:
    _, studio = stage.tenant("studio")
    with pytest.raises(Refused) as refusal:
        submit(stage, studio, new_cut(studio), medium(2_000), {**declaration(), "extras": [wrong]})
    assert refusal.value.body["code"] == "bad-declaration"


def test_what_a_cut_is_about_meets_what_the_licence_prohibits(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    anna.license(studio_id, contexts_prohibited=["political"])
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    use = {"performer_id": anna.id, "kind": "synthesise_voice"}
    about = {**declaration(use), "descriptors": ["political", "medical"]}
    made = submit(stage, studio, new_cut(studio), film, about)
    found = decided(studio, made)
    assert found["verdict"] == "REFUSED" and "context-prohibited" in codes(found)
    studio.post(
        f"/v1/submissions/{made['id']}/declaration",
        {"declaration": {**declaration(use), "descriptors": ["medical"]}},
    )
    assert decided(studio, made)["verdict"] == "CLEARED"
