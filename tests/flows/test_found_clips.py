"""From a clip that was found elsewhere to a notice, a counter-notice and a reminder."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.client import Refused
from api.opening import open_registry
from core import integrity
from core.canonical import parse_strict
from core.principal import SearchCapability, system
from licensing.service import clips, takedowns
from tests.simulators.holdings import TAKEDOWN
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, voice_sample


def enrolled(stage: Stage, agency: Any, name: str) -> Person:
    person = Person.add(agency, name)
    person.enrol(stage.file(f"{name}.wav", voice_sample(name)))
    return person


def found(stage: Stage, person: Person, content: bytes, at: str = "1") -> dict[str, Any]:
    upload = person.agency.upload(stage.file("clip.mp4", content))
    body = {"upload_id": upload, "location": f"https://video.example/{at}"}
    made = person.agency.post(f"/v1/performers/{person.id}/clips", body)
    person.agency.wait(made["job_id"])
    return dict(person.agency.get(f"/v1/clips/{made['id']}"))


def kinds(client: Any) -> list[str]:
    return [item["kind"] for item in client.get("/v1/notices")["items"]]


def test_a_clip_is_searched_for_ones_own_prints_and_for_nobody_else(stage: Stage) -> None:
    tenant_id, agency = stage.tenant("agency")
    anna, ben = enrolled(stage, agency, "anna"), enrolled(stage, agency, "ben")
    film = medium(20_000, ("anna", "voice", 0, 9_000), ("ben", "voice", 9_000, 18_000))
    clip = found(stage, anna, film)
    assert clip["state"] == "FOUND"
    (seen,) = clip["seen"]
    assert (seen["modality"], seen["decision"]) == ("voice", "MATCH")
    assert seen["spans"][0]["end_ms"] <= 9_000
    signed = agency.fetch(f"/v1/clips/{clip['id']}/evidence")
    document = parse_strict(signed)
    with open_registry(stage.settings) as world:
        integrity.verify(document, expected={world.registry_key.verification_method})
        with world.db.read() as session:
            kept = clips.list_clips(session, system(tenant_id), anna.id)
    assert ben.id not in json.dumps(document)
    assert kept[0].object_name is None, "the file goes when it was looked at"
    assert agency.fetch(f"/v1/clips/{clip['id']}/excerpt")
    nobody = found(stage, ben, medium(20_000, ("carl", "voice", 0, 9_000)), "2")
    assert (nobody["state"], nobody["seen"], nobody["log_index"]) == ("NOTHING", [], None)


def test_a_notice_a_counter_notice_and_a_reminder(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    anna = enrolled(stage, agency, "anna")
    agency.post(f"/v1/performers/{anna.id}/policy", {"policy": "block"})
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    clip = found(stage, anna, film)
    assert "clip.review" in kinds(agency) and "clip.notify" not in kinds(agency)
    with pytest.raises(Refused):
        agency.post(f"/v1/clips/{clip['id']}/takedowns", {"platform": "Video Example"})
    made = agency.post(f"/v1/clips/{clip['id']}/takedowns", TAKEDOWN)
    text = agency.fetch(f"/v1/takedowns/{made['id']}/notice", lang="de").decode()
    assert "(G)" in text and "Guter Glaube" in text and "0:00:00-0:00:1" in text
    paper = agency.fetch(f"/v1/takedowns/{made['id']}/notice.pdf", lang="de")
    assert paper.startswith(b"%PDF")
    assert paper == agency.fetch(f"/v1/takedowns/{made['id']}/notice.pdf", lang="de")

    again = found(stage, anna, film, "3")
    assert again["same_as"] == clip["id"]
    assert "clip.notify" in kinds(agency)
    repeated = agency.post(f"/v1/clips/{again['id']}/takedowns", {"platform": "Another"})
    assert repeated["state"] == "SENT"

    path = f"/v1/takedowns/{made['id']}/counter-notice"
    for wrong in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
        with pytest.raises(Refused):
            agency.post(path, {"received_at": wrong})
    now = datetime.now(UTC)
    countered = agency.post(path, {"received_at": now.isoformat()})
    until = datetime.fromisoformat(countered["deadlines"]["restore_not_before"])
    assert timedelta(days=14) - timedelta(seconds=1) < until - now <= timedelta(days=14)
    with pytest.raises(Refused):
        agency.post(path, {"received_at": now.isoformat()})
    capability = SearchCapability("reminders", "test")
    with open_registry(stage.settings) as world, world.db.write() as session:
        due = [
            takedowns.remind(session, capability, at=now + timedelta(days=days))
            for days in (10, 12, 13)
        ]
    assert due == [0, 1, 0]
    assert "takedown.due" in kinds(agency)
    closed = agency.post(f"/v1/takedowns/{made['id']}/closing", {"outcome": "taken down"})
    assert closed["state"] == "CLOSED"


def test_what_is_no_medium_fails_and_what_belongs_to_others_is_hidden(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    _, other = stage.tenant("agency")
    anna = enrolled(stage, agency, "anna")
    clip = found(stage, anna, b"no medium")
    assert clip["state"] == "FAILED"
    for path in (f"/v1/clips/{clip['id']}", f"/v1/performers/{anna.id}/clips"):
        with pytest.raises(Refused):
            other.get(path)
    agency.post(f"/v1/performers/{anna.id}/erasure")
    with pytest.raises(Refused):
        agency.get(f"/v1/clips/{clip['id']}")
