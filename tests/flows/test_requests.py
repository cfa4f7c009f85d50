"""From a missing licence to a cleared title by asking, and what a stranger can learn by asking."""

from typing import Any

import pytest

from api.cli.signing import signature
from api.client import Refused
from core.ids import new_id
from tests.simulators.small_engine import medium
from tests.simulators.stage import (
    Person,
    Stage,
    declaration,
    new_cut,
    run_jobs,
    submit,
    voice_sample,
)

PRICE = {"kind": "per_minute", "rate": "0.25", "currency": "EUR"}


def terms(performer_id: str, licensee_id: str, **changes: Any) -> dict[str, Any]:
    return {
        "performer_id": performer_id,
        "licensee_id": licensee_id,
        "kinds": ["synthesise_voice"],
        "modalities": ["voice"],
        "territories": ["DE"],
        "languages": "*",
        "media": "*",
        "works": "*",
        "valid_from": "2030-01-01T00:00:00Z",
        "valid_until": "2031-01-01T00:00:00Z",
        "tariff": PRICE,
        **changes,
    }


def accept(client: Any, request: dict[str, Any]) -> dict[str, Any]:
    offer = client.get(f"/v1/requests/{request['id']}")["offer"]
    body = {"version": offer["version"], "digest": offer["digest"]}
    return dict(client.post(f"/v1/requests/{request['id']}/acceptance", body))


def sign(anna: Person, request: dict[str, Any]) -> dict[str, Any]:
    draft = anna.agency.post(f"/v1/requests/{request['id']}/licence-draft")
    signed = signature(anna.key, draft)
    return dict(anna.agency.post(f"/v1/licences/{draft['id']}/signature", signed))


def test_a_missing_licence_becomes_a_request_and_its_grant_clears_the_title(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    _, studio = stage.tenant("studio")
    anna = Person.add(agency, "anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    submission = submit(stage, studio, new_cut(studio), film, declared)
    refused = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    assert refused["verdict"] == "REFUSED"
    scan_id = refused["scan_id"]

    (asked,) = studio.post(f"/v1/clearances/{refused['id']}/requests", {"tariff": PRICE})
    assert (asked["state"], asked["offer"]["terms"]["territories"]) == ("ASKED", ["DE"])
    with pytest.raises(Refused):
        studio.post(f"/v1/clearances/{refused['id']}/requests", {"tariff": PRICE})
    (notice,) = [n for n in agency.get("/v1/notices")["items"] if n["kind"] == "request.asked"]
    assert notice["subject_id"] == asked["id"]

    dearer = {**asked["offer"]["terms"], "tariff": {**PRICE, "rate": "0.5"}}
    countered = agency.post(f"/v1/requests/{asked['id']}/offers", {"terms": dearer})
    assert countered["state"] == "COUNTERED"
    for party in (agency, studio):
        tried = party.get(f"/v1/requests/{asked['id']}/preview", period="2030-10")
        assert (tried["currency"], tried["here"]["lines"]) == ("EUR", 0)
    with pytest.raises(Refused):
        stage.tenant("studio")[1].get(f"/v1/requests/{asked['id']}/preview")
    with pytest.raises(Refused):
        accept(agency, asked)
    old = {"version": 1, "digest": asked["offer"]["digest"]}
    with pytest.raises(Refused):
        studio.post(f"/v1/requests/{asked['id']}/acceptance", old)
    assert accept(studio, asked)["state"] == "AGREED"
    drafted = agency.post(f"/v1/requests/{asked['id']}/licence-draft")
    wider = {**dearer, "territories": ["AT", "DE"]}
    again = agency.post(f"/v1/requests/{asked['id']}/offers", {"terms": wider})
    assert again["state"] == "COUNTERED"
    for state in ("COUNTERED", "AGREED"):
        with pytest.raises(Refused):
            agency.post(f"/v1/licences/{drafted['id']}/signature", signature(anna.key, drafted))
        if state == "COUNTERED":
            assert accept(studio, asked)["state"] == "AGREED"
    licence = sign(anna, asked)
    assert licence["terms"] == wider
    done = studio.get(f"/v1/requests/{asked['id']}")
    assert (done["state"], done["licence_id"]) == ("GRANTED", licence["id"])
    run_jobs(stage.settings)
    cleared = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    assert (cleared["verdict"], cleared["scan_id"]) == ("CLEARED", scan_id)


def test_nobody_learns_by_asking_who_is_there(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    anna, gone = Person.add(agency, "anna"), Person.add(agency, "gone")
    agency.post(f"/v1/performers/{gone.id}/erasure")
    answers = []
    for performer_id in (anna.id, new_id("prf"), gone.id):
        (asked,) = studio.post("/v1/requests", {"terms": terms(performer_id, studio_id)})
        with pytest.raises(Refused) as twice:
            studio.post("/v1/requests", {"terms": terms(performer_id, studio_id)})
        asked["offer"]["terms"].pop("performer_id")
        own = {"id", "seq", "performer_id", "expires_at", "asked_at", "changed_at"}
        shown = {name: value for name, value in asked.items() if name not in own}
        for name in ("digest", "made_at", "expires_at"):
            shown["offer"].pop(name)
        answers.append((shown, str(twice.value)))
    assert answers[0] == answers[1] == answers[2]
    assert len(agency.get("/v1/requests")["items"]) == 1


def test_what_was_withdrawn_is_not_granted_and_strangers_see_nothing(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    _, other = stage.tenant("studio")
    anna = Person.add(agency, "anna")
    (asked,) = studio.post("/v1/requests", {"terms": terms(anna.id, studio_id)})
    path = f"/v1/requests/{asked['id']}"
    with pytest.raises(Refused):
        other.get(path)
    assert other.get("/v1/requests")["items"] == []
    with pytest.raises(Refused):
        accept(studio, asked)
    narrow = stage.operator.post(f"/v1/tenants/{studio_id}/keys", {"scopes": ["licences"]})
    with pytest.raises(Refused):
        accept(stage.client(narrow["api_key"]), asked)
    accept(agency, asked)
    draft = agency.post(f"{path}/licence-draft")
    assert studio.post(f"{path}/end")["state"] == "WITHDRAWN"
    with pytest.raises(Refused):
        agency.post(f"/v1/licences/{draft['id']}/signature", signature(anna.key, draft))
    assert studio.get("/v1/licences")["items"] == []


def test_one_call_asks_many_and_lists_by_state(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    people = [Person.add(agency, name) for name in ("anna", "ben", "carla")]
    body = {
        "terms": terms(people[0].id, studio_id),
        "performer_ids": [person.id for person in people],
    }
    made = studio.post("/v1/requests", body)
    agency.post(f"/v1/requests/{made[1]['id']}/end")
    waiting = agency.get("/v1/requests", state=["ASKED"])["items"]
    assert {item["performer_id"] for item in waiting} == {people[0].id, people[2].id}
    assert [item["state"] for item in studio.get("/v1/requests")["items"]] == [
        "ASKED",
        "REFUSED",
        "ASKED",
    ]
