"""The review queue over HTTP: what waits, whose word counts, what sticks, and what undo does."""

from dataclasses import dataclass
from typing import Any

import pytest

from api.client import Client, Refused
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, run_jobs, submit
from tests.simulators.stage import voice_sample as sample


@dataclass
class House:
    """A studio with a licensed performer of an agency, and a cut in which she may be."""

    stage: Stage
    studio_id: str
    studio: Client
    anna: Person
    cut_id: str

    @classmethod
    def make(cls, stage: Stage) -> "House":
        studio_id, studio = stage.tenant("studio")
        _, agency = stage.tenant("agency")
        anna = Person.add(agency, "Anna")
        anna.enrol(stage.file("anna.wav", sample("anna")))
        anna.license(studio_id)
        return cls(stage, studio_id, studio, anna, new_cut(studio))

    def hand_in(self, *people: tuple[str, str, int, int], cut_id: str = "") -> dict[str, Any]:
        declared = declaration({"performer_id": self.anna.id, "kind": "synthesise_voice"})
        film = medium(30_000, *people)
        return submit(self.stage, self.studio, cut_id or self.cut_id, film, declared)

    def decided(self, submission: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.studio.get(f"/v1/submissions/{submission['id']}/clearance")
        return found

    def queue(self) -> list[dict[str, Any]]:
        return list(self.studio.pages("/v1/review-queue"))

    def say(self, match_id: str, verdict: str, **more: str) -> dict[str, Any]:
        said: dict[str, Any] = self.studio.post(
            f"/v1/matches/{match_id}/reviews", {"verdict": verdict, **more}
        )
        return said

    def undo(self, act_id: str) -> None:
        self.studio.post(f"/v1/acts/{act_id}/undo", {})


@pytest.fixture
def house(stage: Stage) -> House:
    return House.make(stage)


def codes(found: dict[str, Any]) -> set[str]:
    return {reason["code"] for span in found["spans"] for reason in span["reasons"]}


DOUBTFUL = ("anna", "voice", 0, 2_000)


def test_a_doubtful_find_waits_is_accepted_and_waits_again_when_that_is_undone(
    house: House,
) -> None:
    submission = house.hand_in(DOUBTFUL)
    (item,) = house.queue()
    assert (item["asks"], item["public_name"], len(item["match_ids"])) == ("word", "Anna", 1)
    word = house.say(item["match_ids"][0], "confirmed", why="papers")
    assert house.decided(submission)["verdict"] == "CLEARED"
    assert house.queue() == []
    house.undo(word["id"])
    assert house.decided(submission)["verdict"] == "REVIEW"
    undone, said = house.studio.get(f"/v1/cuts/{house.cut_id}/acts")
    assert (said["what"], said["why"], said["stands"]) == ("confirmed", "papers", False)
    assert (undone["what"], undone["undoes"]) == ("undone", said["id"])
    with pytest.raises(Refused) as refusal:
        house.undo(word["id"])
    assert refusal.value.status == 409


def test_a_rejected_find_leaves_somebody_who_is_asked_about_at_once(house: House) -> None:
    submission = house.hand_in(DOUBTFUL)
    (item,) = house.queue()
    house.say(item["match_ids"][0], "rejected", why="somebody_else")
    (asked,) = house.queue()
    assert (asked["asks"], asked["public_name"]) == ("answer", None)
    answer = {"answer": "extra", "reference": "release 7"}
    house.studio.post(f"/v1/figures/{asked['figure_id']}/answer", answer)
    run_jobs(house.stage.settings)
    assert house.decided(submission)["verdict"] == "CLEARED"


def test_whoever_asks_for_a_second_opinion_does_not_give_it(house: House) -> None:
    submission = house.hand_in(DOUBTFUL)
    match_id = house.queue()[0]["match_ids"][0]
    asked = house.say(match_id, "second_opinion")
    assert "second-opinion-asked" in codes(house.decided(submission))
    with pytest.raises(Refused) as refusal:
        house.say(match_id, "confirmed")
    assert refusal.value.status == 403
    issued = house.stage.operator.post(f"/v1/tenants/{house.studio_id}/keys", {})
    colleague = house.stage.client(issued["api_key"])
    colleague.post(f"/v1/matches/{match_id}/reviews", {"verdict": "confirmed"})
    assert house.decided(submission)["verdict"] == "CLEARED"
    house.undo(asked["id"])
    assert house.decided(submission)["verdict"] == "CLEARED"


def test_a_studio_takes_back_only_its_own_words(house: House) -> None:
    house.hand_in(("anna", "voice", 0, 15_000))
    match_id = house.anna.agency.get("/v1/found-uses")["items"][0]["match_ids"][0]
    word = house.anna.agency.post(f"/v1/matches/{match_id}/reviews", {"verdict": "rejected"})
    assert word["why"] == "not_me"
    with pytest.raises(Refused) as refusal:
        house.undo(word["id"])
    assert refusal.value.status == 403
    (act,) = house.studio.get(f"/v1/matches/{match_id}/acts")
    assert (act["own_side"], act["reviewer"]) == (False, "")
    house.anna.agency.post(f"/v1/acts/{word['id']}/undo", {})


def test_a_word_holds_for_the_same_file_in_another_cut_and_not_for_another_file(
    house: House,
) -> None:
    house.hand_in(DOUBTFUL)
    word = house.say(house.queue()[0]["match_ids"][0], "confirmed")
    sibling = new_cut(house.studio)
    again = house.hand_in(DOUBTFUL, cut_id=sibling)
    assert house.decided(again)["verdict"] == "CLEARED"
    other = house.hand_in(("anna", "voice", 0, 2_100), cut_id=house.cut_id)
    assert house.decided(other)["verdict"] == "REVIEW"
    house.undo(word["id"])
    run_jobs(house.stage.settings)
    assert house.decided(again)["verdict"] == "REVIEW"


def test_a_no_follows_the_person_to_the_next_episode(house: House) -> None:
    house.hand_in(DOUBTFUL)
    house.say(house.queue()[0]["match_ids"][0], "rejected")
    work = house.studio.get(f"/v1/cuts/{house.cut_id}")["work_id"]
    cut = {"label": "trailer", "format": "trailer", "language": "de"}
    sibling = house.studio.post(f"/v1/works/{work}/cuts", cut)["id"]
    other = house.hand_in(("anna", "voice", 1_000, 3_100), cut_id=sibling)
    found = house.decided(other)
    assert "unknown-person" in codes(found) and "uncertain-match" not in codes(found)


def test_a_lane_of_two_people_is_split_answered_and_put_together_again(house: House) -> None:
    submission = house.hand_in(("carl", "face", 0, 8_000))
    (item,) = house.queue()
    figure = house.studio.get(f"/v1/figures/{item['figure_id']}")
    (sighting,) = figure["sightings"]
    body = {"spans": [{"start_ms": 4_000, "end_ms": 8_000}]}
    made = house.studio.post(f"/v1/traces/{sighting['trace_id']}/split", body)
    assert {each["figure_id"] for each in house.queue()} == {figure["id"], made["figure_id"]}
    for figure_id in (figure["id"], made["figure_id"]):
        answer = {"answer": "extra", "reference": figure_id[:9]}
        house.studio.post(f"/v1/figures/{figure_id}/answer", answer)
    run_jobs(house.stage.settings)
    found = house.decided(submission)
    assert [(span["start_ms"], span["end_ms"]) for span in found["spans"]] == [
        (0, 4_000),
        (4_000, 8_000),
    ]
    assert found["verdict"] == "CLEARED"
    job = house.studio.post(f"/v1/submissions/{submission['id']}/scans")
    house.studio.wait(job["id"])
    again = house.decided(submission)
    assert (again["verdict"], len(again["spans"])) == ("CLEARED", 2)
    house.undo(made["id"])
    assert len(house.decided(submission)["spans"]) == 1


def test_a_studio_cannot_split_a_sure_match_and_the_performers_side_can(house: House) -> None:
    submission = house.hand_in(("anna", "voice", 0, 15_000))
    found = house.studio.get(f"/v1/submissions/{submission['id']}/findings")
    match_id = found["matches"][0]["id"]
    last = found["matches"][0]["spans"][-1]
    middle = (last["start_ms"] + last["end_ms"]) // 2
    body = {"spans": [{"start_ms": middle, "end_ms": last["end_ms"]}]}
    with pytest.raises(Refused) as refusal:
        house.studio.post(f"/v1/matches/{match_id}/split", body)
    assert refusal.value.status == 403
    house.anna.agency.post(f"/v1/matches/{match_id}/split", body)
    spans = house.decided(submission)["spans"]
    there = {(span["performer_id"], span["start_ms"], span["end_ms"]) for span in spans}
    assert (None, middle, last["end_ms"]) in there
    assert any(who == house.anna.id and end == middle for who, _, end in there)


def test_the_queue_comes_in_pages_with_the_nearest_release_first(house: House) -> None:
    for number in range(3):
        film = medium(30_000, (f"guest {number}", "face", 0, 9_000))
        declared = {**declaration(), "release_at": f"203{3 - number}-01-01"}
        submit(house.stage, house.studio, new_cut(house.studio), film, declared)
    whole = house.queue()
    assert [item["release_at"][:4] for item in whole] == ["2031", "2032", "2033"]
    assert list(house.studio.pages("/v1/review-queue", limit=1)) == whole


def test_an_answer_gives_way_to_the_one_before_it(house: House) -> None:
    house.hand_in(("carl", "face", 0, 20_000))
    (item,) = house.queue()
    address = f"/v1/figures/{item['figure_id']}"
    house.studio.post(f"{address}/answer", {"answer": "extra", "reference": "release 1"})
    house.studio.post(f"{address}/answer", {"answer": "not_a_person"})
    newest = house.studio.get(f"/v1/cuts/{house.cut_id}/acts")[0]
    house.undo(newest["id"])
    assert house.studio.get(address)["reference"] == "release 1"
