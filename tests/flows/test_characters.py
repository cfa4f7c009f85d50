"""Invented figures of a studio's own: searched in its cuts alone, nobody's, and disputed."""

from dataclasses import dataclass
from typing import Any

import pytest

from api.client import Client, Refused
from api.opening import open_registry
from api.roles import Role
from core.principal import SearchCapability
from registry.store import invented
from tests.simulators.people import seat
from tests.simulators.small_engine import medium
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

STATED = {"made_by": "Ada K.", "tool": "Voice Forge", "model": "vf-2", "copies_nobody": True}
EVERYBODY = SearchCapability("test", "all")
FILM = medium(20_000, ("oracle", "voice", 0, 15_000))


@dataclass
class Studio:
    """A studio with its client, and what it reads."""

    stage: Stage
    id: str
    client: Client

    @classmethod
    def make(cls, stage: Stage) -> "Studio":
        studio_id, client = stage.tenant("studio")
        return cls(stage, studio_id, client)

    def figure(self, name: str = "oracle", modality: str = "voice") -> dict[str, Any]:
        """A figure enrolled from a file in which it alone is; as its studio reads it then."""
        made = self.client.post("/v1/characters", {"name": f"The {name}", **STATED})
        return self.hand_in(made["id"], name, modality)

    def hand_in(self, figure_id: str, name: str, modality: str = "voice") -> dict[str, Any]:
        content = medium(10_000, (name, modality, 0, 10_000))
        body = {
            "upload_id": self.client.upload(self.stage.file(f"{name}.bin", content)),
            "modality": modality,
        }
        self.client.wait(self.client.post(f"/v1/characters/{figure_id}/files", body)["id"])
        return self.read(figure_id)

    def read(self, figure_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(f"/v1/characters/{figure_id}")
        return found

    def scan(self, film: bytes = FILM, **declared: Any) -> dict[str, Any]:
        return submit(self.stage, self.client, new_cut(self.client), film, declaration(**declared))

    def decided(self, submission: dict[str, Any]) -> dict[str, Any]:
        run_jobs(self.stage.settings)
        found: dict[str, Any] = self.client.get(f"/v1/submissions/{submission['id']}/clearance")
        return found


def codes(found: dict[str, Any]) -> set[str]:
    return {reason["code"] for span in found["spans"] for reason in span["reasons"]}


def warned(found: dict[str, Any]) -> set[str]:
    return {reason["code"] for reason in found["warnings"]}


@pytest.fixture
def studio(stage: Stage) -> Studio:
    return Studio.make(stage)


def test_a_figure_clears_its_studios_cuts_and_nobody_is_asked_or_paid(studio: Studio) -> None:
    figure = studio.figure()
    assert (figure["state"], figure["parts"]) == ("ACTIVE", ["voice"])
    made = studio.scan()
    found = studio.decided(made)
    assert (found["verdict"], codes(found)) == ("CLEARED", {"figure-invented"})
    (told,) = found["spans"][0]["reasons"]
    assert told["detail"]["owner"] == studio.id
    assert told["detail"]["statement"] == figure["statement_sha256"]
    assert studio.client.get("/v1/figures") == []
    assert found["spans"][0]["performer_id"] is None


def test_use_of_a_figure_earns_nobody_anything(studio: Studio) -> None:
    studio.figure()
    made = studio.scan()
    assert studio.decided(made)["verdict"] == "CLEARED"
    usage = f"cut_id,territory,period,views\n{made['cut_id']},DE,{THIS_MONTH},1000\n".encode()
    upload = studio.client.upload(studio.stage.file("u", usage))
    assert studio.client.post("/v1/usage-imports", {"upload_id": upload})["accepted"] == 1
    booked = studio.client.post("/v1/accruals")
    assert (booked["new"], booked["unchanged"]) == (0, 0)


def test_what_a_withdrawn_figure_was_made_of_is_gone(studio: Studio) -> None:
    figure = studio.figure()
    with open_registry(studio.stage.settings) as world:
        sealed = world.vault.live_key_id(figure["id"])
    assert sealed is not None
    studio.client.post(f"/v1/characters/{figure['id']}/withdrawal")
    run_jobs(studio.stage.settings)
    with open_registry(studio.stage.settings) as world, world.db.read() as session:
        assert world.vault.live_key_id(figure["id"]) is None
        assert invented.sealed_after(session, EVERYBODY, "", limit=1) == ()
    assert studio.read(figure["id"])["statement"] is None
    assert studio.read(figure["id"])["statement_sha256"] == figure["statement_sha256"]


def test_another_studios_cut_with_the_figure_tells_nobody(stage: Stage, studio: Studio) -> None:
    figure = studio.figure()
    other = Studio.make(stage)
    found = other.decided(other.scan())
    assert (found["verdict"], codes(found)) == ("REVIEW", {"unknown-person"})
    assert list(other.client.pages("/v1/characters")) == []
    with pytest.raises(Refused) as refusal:
        other.read(figure["id"])
    assert refusal.value.status == 404


def test_an_earlier_cut_clears_once_its_figure_is_enrolled(studio: Studio) -> None:
    made = studio.scan()
    assert studio.decided(made)["verdict"] == "REVIEW"
    studio.figure()
    assert studio.decided(made)["verdict"] == "CLEARED"


def test_a_figure_like_somebody_enrolled_waits_for_a_person_and_does_not_say_so(
    stage: Stage, studio: Studio
) -> None:
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    figure = studio.figure("anna")
    assert figure["state"] == "NOTICE"
    assert "anna" not in str(figure["files"])
    (like,) = agency.get("/v1/character-likenesses")["items"]
    assert (like["figure_id"], like["performer_id"]) == (figure["id"], anna.id)
    (waits,) = stage.operator.get("/v1/character-decisions")["items"]
    assert (waits["held"], waits["performers"]) == (True, [anna.id])
    notices = [item["kind"] for item in agency.pages("/v1/notices")]
    assert "figure.alike" in notices
    stage.operator.post(f"/v1/characters/{figure['id']}/decision", {"decision": "refuse"})
    assert studio.read(figure["id"])["state"] == "REFUSED"
    found = studio.decided(studio.scan(medium(20_000, ("anna", "voice", 0, 15_000))))
    assert codes(found) == {"found-not-declared"}


def test_a_figure_that_was_allowed_never_hides_a_performer(stage: Stage, studio: Studio) -> None:
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    figure = studio.figure("anna")
    stage.operator.post(f"/v1/characters/{figure['id']}/decision", {"decision": "allow"})
    assert studio.read(figure["id"])["state"] == "ACTIVE"
    found = studio.decided(studio.scan(medium(20_000, ("anna", "voice", 0, 15_000))))
    assert found["verdict"] == "REVIEW"
    assert "character-collides" in codes(found)
    assert agency.get("/v1/found-uses")["items"]


def test_a_dispute_freezes_a_figure_everywhere_and_ends_it_when_upheld(
    stage: Stage, studio: Studio
) -> None:
    figure = studio.figure()
    made = studio.scan()
    assert studio.decided(made)["verdict"] == "CLEARED"
    agency_id, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("oracle.wav", voice_sample("oracle")))
    assert "character-collides" in codes(studio.decided(made))
    with open_registry(stage.settings) as world:
        browser = stage.http(seat(world.db, agency_id, Role.PERFORMER).token)

    def said() -> list[str]:
        """What of it stands on the performer's page."""
        page = browser.get(f"/me/prints?for={anna.id}").text
        words = ("not disputed", "That is me", "Take it back", "upheld")
        return [word for word in words if word in page]

    assert said() == ["not disputed", "That is me"]
    (like,) = agency.get("/v1/character-likenesses")["items"]
    body = {"performer_id": anna.id}
    address = f"/v1/characters/{figure['id']}/disputes"
    agency.post(address, body)
    assert studio.read(figure["id"])["disputed"]
    assert said() == ["Take it back"]
    with pytest.raises(Refused) as refusal:
        agency.post(address, body)
    assert refusal.value.status == 409
    agency.post(f"{address}/withdrawal", body)
    assert not studio.read(figure["id"])["disputed"]
    agency.post(address, body)
    stage.operator.post(f"/v1/characters/{figure['id']}/decision", {"decision": "uphold"})
    assert studio.read(figure["id"])["state"] == "ENDED"
    assert studio.read(figure["id"])["statement"] is None
    found = studio.decided(made)
    assert (found["verdict"], "character-collides" in codes(found)) == ("REVIEW", False)
    (like,) = agency.get("/v1/character-likenesses")["items"]
    assert (like["outcome"], like["over"]) == ("upheld", True)
    assert said() == ["upheld"]


def test_accepting_a_match_that_collides_disputes_the_figure_in_every_cut(
    stage: Stage, studio: Studio
) -> None:
    figure = studio.figure()
    studio.hand_in(figure["id"], "oracle", "face")
    heard, seen = studio.scan(), studio.scan(medium(20_000, ("oracle", "face", 0, 15_000)))
    assert studio.decided(seen)["verdict"] == "CLEARED"
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("oracle.wav", voice_sample("oracle")))
    assert "character-collides" in codes(studio.decided(heard))
    match_id = agency.get("/v1/found-uses")["items"][0]["match_ids"][0]
    word = agency.post(f"/v1/matches/{match_id}/reviews", {"verdict": "confirmed"})
    assert codes(studio.decided(seen)) == {"figure-disputed"}
    agency.post(f"/v1/acts/{word['id']}/undo", {})
    assert studio.decided(seen)["verdict"] == "CLEARED"
    studio.client.post(f"/v1/characters/{figure['id']}/withdrawal")
    assert codes(studio.decided(seen)) == {"unknown-person"}


def test_an_unknown_lane_is_said_to_be_a_figure_and_stays_it(studio: Studio) -> None:
    figure = studio.figure()
    film = medium(20_000, ("somebody", "voice", 0, 15_000))
    made = studio.scan(film)
    (asked,) = studio.client.get("/v1/figures")
    body = {"answer": "character", "character_id": figure["id"]}
    studio.client.post(f"/v1/figures/{asked['id']}/answer", body)
    assert codes(studio.decided(made)) == {"figure-invented"}
    job = studio.client.post(f"/v1/submissions/{made['id']}/scans")
    studio.client.wait(job["id"])
    assert studio.decided(made)["verdict"] == "CLEARED"
    studio.client.post(f"/v1/characters/{figure['id']}/withdrawal")
    assert codes(studio.decided(made)) == {"unknown-person", "figure-over"}


def test_a_foreign_figure_can_be_named_by_nobody_else(stage: Stage, studio: Studio) -> None:
    figure = studio.figure()
    other = Studio.make(stage)
    other.scan()
    (asked,) = other.client.get("/v1/figures")
    body = {"answer": "character", "character_id": figure["id"]}
    with pytest.raises(Refused) as refusal:
        other.client.post(f"/v1/figures/{asked['id']}/answer", body)
    assert refusal.value.status == 404
    declared = other.decided(other.scan(figures=[{"character_id": figure["id"]}]))
    assert "figure-unknown" in warned(declared)


def test_what_is_declared_and_not_found_is_told(studio: Studio) -> None:
    figure = studio.figure()
    named = [{"character_id": figure["id"]}]
    assert "figure-not-found" not in warned(studio.decided(studio.scan(figures=named)))
    empty = studio.decided(studio.scan(medium(5_000), figures=named))
    assert "figure-not-found" in warned(empty)


def test_a_statement_that_copies_somebody_is_refused(studio: Studio) -> None:
    with pytest.raises(Refused) as refusal:
        studio.client.post("/v1/characters", {"name": "X", **STATED, "copies_nobody": False})
    assert refusal.value.body["code"] == "bad-statement"


def test_a_weak_find_is_asked_about(studio: Studio) -> None:
    studio.figure()
    found = studio.decided(studio.scan(medium(20_000, ("oracle", "voice", 0, 2_000))))
    assert (found["verdict"], codes(found)) == ("REVIEW", {"unknown-person", "figure-likely"})
    assert len(studio.client.get("/v1/figures")) == 1
