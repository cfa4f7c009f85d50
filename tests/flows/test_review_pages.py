"""The review desk over real decisions: what lies on it, for whom, and what a word does to it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import httpx2
import pytest

from api.client import Client
from api.opening import open_registry
from api.roles import Role
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

DOUBTFUL, SURE = ("anna", "voice", 0, 2_000), ("anna", "voice", 0, 15_000)


@dataclass(frozen=True)
class Office:
    """A studio with reviewers, and a performer who may be in its cuts."""

    stage: Stage
    studio_id: str
    studio: Client
    anna: Person
    visits: ExitStack

    def hand_in(self, *people: tuple[str, str, int, int], release_at: str = "2031-01-01") -> None:
        use = {"performer_id": self.anna.id, "kind": "synthesise_voice"}
        declared = declaration(use, release_at=release_at)
        submit(self.stage, self.studio, new_cut(self.studio), medium(30_000, *people), declared)

    def reviewers(self, role: Role = Role.STUDIO, tenant_id: str = "") -> "tuple[Reviewer, ...]":
        """Two visits of one person."""
        with open_registry(self.stage.settings) as world:
            who = seat(world.db, tenant_id or self.studio_id, role)
        visits = (self.stage.http(token) for token in (who.token, who.leaving))
        return tuple(Reviewer(self.visits.enter_context(http)) for http in visits)


@dataclass(frozen=True)
class Reviewer:
    http: httpx2.Client

    def sees(self, path: str = "/review?lang=en") -> str:
        answer = self.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def says(self, verdict: str, match_id: str = "") -> httpx2.Response:
        about = match_id or part(self.sees(), "match")
        return self.http.post(f"/v1/matches/{about}/reviews", json={"verdict": verdict})

    def acts(self, match_id: str) -> list[str]:
        return [each["what"] for each in self.http.get(f"/v1/matches/{match_id}/acts").json()]


def part(page: str, name: str) -> str:
    found = re.search(rf'data-{name}="([^"]*)"', page)
    assert found is not None
    return found.group(1)


@pytest.fixture
def office(stage: Stage) -> Iterator[Office]:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    anna.license(studio_id)
    with ExitStack() as visits:
        yield Office(stage, studio_id, studio, anna, visits)


def test_one_find_at_a_time_lies_on_the_desk_the_nearest_release_first(office: Office) -> None:
    mara, _ = office.reviewers()
    assert "Nothing waits for you" in mara.sees()
    office.hand_in(DOUBTFUL, release_at="2032-05-01")
    office.hand_in(("anna", "voice", 0, 2_100))
    first = mara.sees()
    assert "Is this the voice of Anna?" in first
    assert "1 of 2" in first
    assert "2031-01-01" in first
    assert "strangers would score as high" in first
    second = mara.sees(f"/review?at={part(first, 'following')}&of=2")
    assert "2 of 2" in second
    assert "2032-05-01" in second
    assert "Ist das die Stimme von Anna?" in mara.sees("/review?lang=de")


def test_a_word_takes_the_find_off_the_desk_and_its_undo_brings_it_back(office: Office) -> None:
    mara, _ = office.reviewers()
    office.hand_in(DOUBTFUL)
    at = part(mara.sees(), "id")
    word = mara.says("confirmed").json()
    assert "Nothing waits for you" in mara.sees(f"/review?at={at}&of=1")
    mara.http.post(f"/v1/acts/{word['id']}/undo", json={})
    assert part(mara.sees(), "match") == word["match_id"]


def test_who_cannot_say_leaves_it_to_others_and_nothing_is_decided(office: Office) -> None:
    (mara, _), (tom, _) = office.reviewers(), office.reviewers()
    office.hand_in(DOUBTFUL)
    assert mara.says("cannot_say").status_code == 201
    left = mara.sees()
    assert "Nothing waits for you" in left
    assert "waits for somebody else" in left
    assert tom.says("confirmed").status_code == 201
    assert "waits for somebody else" not in mara.sees()


def test_a_second_opinion_is_another_persons_and_given_without_the_first(office: Office) -> None:
    (mara, mara_later), (tom, _) = office.reviewers(), office.reviewers()
    office.hand_in(DOUBTFUL)
    match_id = mara.says("confirmed").json()["match_id"]
    assert mara.says("second_opinion", match_id).status_code == 201
    assert "Nothing waits for you" in mara.sees()
    assert "second opinion" in tom.sees()
    assert tom.acts(match_id) == ["second_opinion", "withheld"]
    assert mara.acts(match_id) == ["second_opinion", "confirmed"]
    assert mara_later.says("confirmed", match_id).status_code == 403
    assert tom.says("rejected").status_code == 201
    assert tom.acts(match_id)[-1] == "confirmed"


def test_what_a_machine_is_sure_of_and_what_others_hold_never_lies_there(office: Office) -> None:
    mara, _ = office.reviewers()
    office.hand_in(SURE)
    office.hand_in(DOUBTFUL)
    other_id, _ = office.stage.tenant("studio", "Another")
    stranger, _ = office.reviewers(tenant_id=other_id)
    auditor, _ = office.reviewers(Role.AUDITOR)
    mine = mara.sees()
    assert "1 of 1" in mine
    there = stranger.sees(f"/review?at={part(mine, 'id')}")
    assert "Nothing waits for you" in there
    assert part(mine, "match") not in there
    assert auditor.http.get("/review").status_code == 403


def test_somebody_unknown_is_led_to_the_question(office: Office) -> None:
    mara, _ = office.reviewers()
    office.hand_in(("the barkeeper", "face", 0, 7_000))
    page = mara.sees()
    assert "Whose face is this?" in page
    assert re.search(r'href="/cuts/cut_\w+#who"', page)


def test_what_became_of_decisions_is_counted_without_names(office: Office) -> None:
    (mara, _), (tom, _) = office.reviewers(), office.reviewers()
    office.hand_in(DOUBTFUL)
    assert "Nothing was decided" in mara.sees("/review/decisions?lang=en")
    match_id = mara.says("confirmed").json()["match_id"]
    tom.says("second_opinion", match_id)
    mara.says("rejected", match_id)
    shown = mara.sees("/review/decisions?lang=en")
    assert "Decided in the last year: 2. Overturned since: 1." in shown
    assert match_id not in shown
    head, row = mara.sees("/review/decisions.csv").splitlines()
    assert dict(zip(head.split(","), row.split(","), strict=True)) | {"month": ""} == {
        "month": "",
        "part": "voice",
        "band": "10000",
        "decided": "2",
        "confirmed": "1",
        "second": "1",
        "other_side": "0",
        "taken_back": "0",
    }
    other_id, _ = office.stage.tenant("studio", "Another")
    stranger, _ = office.reviewers(tenant_id=other_id)
    assert "Nothing was decided" in stranger.sees("/review/decisions?lang=en")
