"""Requests answered for somebody else and in bulk: mandates, minors, partial failure, undo."""

from typing import Any

import pytest

from api.cli.signing import cosignature, signature
from api.client import Client, Refused
from core.keys import generate
from tests.flows.test_requests import terms
from tests.simulators.holdings import BORN_ON
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit


def mandate(person: Person, holder_id: str, *acts: str, **more: Any) -> dict[str, Any]:
    body = {"holder_id": holder_id, "acts": list(acts), "valid_until": "2036-01-01T00:00:00Z"}
    draft = person.agency.post(f"/v1/performers/{person.id}/mandates", {**body, **more})
    return person.agency.post(f"/v1/mandates/{draft['id']}/signature", signature(person.key, draft))


def asked(studio: Client, studio_id: str, *people: Person, **changes: Any) -> list[dict[str, Any]]:
    body = {"terms": terms(people[0].id, studio_id, **changes)}
    ids = [person.id for person in people]
    return list(studio.post("/v1/requests", {**body, "performer_ids": ids}))


def named(request: dict[str, Any]) -> dict[str, Any]:
    offer = request["offer"]
    told = {"version": offer["version"], "digest": offer["digest"]}
    return {"request_id": request["id"], **told}


def answered(client: Client, answer: str, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    body = {"answer": answer, "requests": [named(item) for item in requests]}
    return list(client.post("/v1/request-answers", body))


def test_an_agent_answers_within_the_mandate_and_nobody_else_does(stage: Stage) -> None:
    _, home = stage.tenant("performer")
    agent_id, agent = stage.tenant("agency")
    _, stranger = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    anna = Person.add(home, "anna")
    mandate(anna, agent_id, "license", kinds=["synthesise_voice"])
    (voice,) = asked(studio, studio_id, anna)
    (face,) = asked(studio, studio_id, anna, kinds=["replicate_face"], modalities=["face"])
    told = [notice["kind"] for notice in agent.get("/v1/notices")["items"]]
    assert told.count("request.asked") == 2
    listed = agent.get("/v1/requests", performer_id=anna.id)["items"]
    assert {item["id"] for item in listed} == {voice["id"], face["id"]}
    with pytest.raises(Refused) as hidden:
        stranger.get(f"/v1/requests/{voice['id']}")
    assert hidden.value.status == 404
    assert stranger.get("/v1/requests", performer_id=anna.id)["items"] == []
    done, refused = answered(agent, "accept", voice, face)
    assert done["request"]["state"] == "AGREED"
    assert refused["problem"]["code"] == "no-mandate"
    assert studio.get(f"/v1/requests/{face['id']}")["state"] == "ASKED"
    draft = agent.post(f"/v1/requests/{voice['id']}/licence-draft")
    signed = agent.post(f"/v1/licences/{draft['id']}/signature", signature(anna.key, draft))
    assert signed["state"] == "SIGNED"
    assert studio.get(f"/v1/requests/{voice['id']}")["state"] == "GRANTED"
    under = f"/v1/licences/{draft['id']}"
    cut = {"cut_id": new_cut(studio), "approve": True}
    with pytest.raises(Refused) as hidden:
        stranger.post(f"{under}/approvals", cut)
    assert hidden.value.status == 404
    approved = agent.post(f"{under}/approvals", cut)
    for path in ("cuts", "receipts"):  # to license is not to read
        with pytest.raises(Refused) as hidden:
            agent.get(f"{under}/{path}")
        assert hidden.value.status == 404
    mandate(anna, agent_id, "read")
    assert [item["id"] for item in agent.get(f"{under}/cuts")] == [approved["id"]]
    assert agent.get(f"{under}/receipts") == home.get(f"{under}/receipts")


def test_many_are_answered_in_one_call_and_what_fails_is_listed(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    people = [Person.add(agency, name) for name in ("anna", "ben", "carla")]
    requests = asked(studio, studio_id, *people)
    studio.post(f"/v1/requests/{requests[1]['id']}/end")
    found = answered(agency, "accept", *requests)
    assert [item["request"] and item["request"]["state"] for item in found] == [
        "AGREED",
        None,
        "AGREED",
    ]
    assert found[1]["problem"]["code"] == "not-your-turn"
    states = [studio.get(f"/v1/requests/{item['id']}")["state"] for item in requests]
    assert states == ["AGREED", "WITHDRAWN", "AGREED"]


def test_an_answer_is_taken_back_by_whoever_gave_it_before_the_signature(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    anna = Person.add(agency, "anna")
    (request,) = asked(studio, studio_id, anna)
    path = f"/v1/requests/{request['id']}"
    agency.post(f"{path}/end")
    with pytest.raises(Refused, match="cannot undo"):
        studio.post(f"{path}/undo")
    assert agency.post(f"{path}/undo")["state"] == "ASKED"
    (accepted,) = answered(agency, "accept", request)
    assert "undo" in accepted["request"]["may"]
    draft = agency.post(f"{path}/licence-draft")
    assert agency.post(f"{path}/undo")["state"] == "ASKED"
    agency.post(f"/v1/licences/{draft['id']}/signature", signature(anna.key, draft))
    assert studio.get(path)["state"] == "ASKED"
    studio.post(f"{path}/end")
    assert studio.post(f"{path}/undo")["state"] == "ASKED"


def test_guardians_join_a_minor_to_a_group_and_a_paper_is_not_enough(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    _, union = stage.tenant("union")
    other_id, other = stage.tenant("agency")
    child, mother = Person.add(agency, "ben"), generate()
    agency.post(f"/v1/performers/{child.id}/minority", {"born_on": BORN_ON})
    parent = {"name": "M", "did": mother.did, "relation": "parent"}
    guardian = agency.post(f"/v1/performers/{child.id}/guardians", parent)
    paper = {"paper": "birth_certificate"}
    stage.operator.post(f"/v1/guardians/{guardian['id']}/attestation", paper)
    group = union.post("/v1/groups", {"name": "Young voices"})
    path = f"/v1/performers/{child.id}"
    paper = {"group_id": group["id"], "mandate_ref": "paper 7"}
    with pytest.raises(Refused) as refused:
        agency.post(f"{path}/mandated-memberships", paper)
    assert refused.value.code == "guardians-due"
    with pytest.raises(Refused) as hidden:
        other.post(f"{path}/mandated-memberships", paper)
    assert hidden.value.status == 404
    draft = agency.post(f"{path}/memberships", {"group_id": group["id"]})
    alone = signature(child.key, draft)
    with pytest.raises(Refused) as lacking:
        agency.post(f"/v1/memberships/{draft['id']}/signature", alone)
    assert lacking.value.code == "guardian-signature-missing"
    both = {**alone, "guardians": [_of(mother, draft)]}
    joined = agency.post(f"/v1/memberships/{draft['id']}/signature", both)
    assert joined["joined_at"]
    agency.post(f"/v1/memberships/{joined['id']}/end", {})

    body = {"holder_id": other_id, "acts": ["represent"], "valid_until": "2036-01-01T00:00:00Z"}
    paper_here = agency.post(f"{path}/mandates", body)
    signed = {**signature(child.key, paper_here), "guardians": [_of(mother, paper_here)]}
    made = agency.post(f"/v1/mandates/{paper_here['id']}/signature", signed)
    again = other.post(
        f"{path}/mandated-memberships", {"group_id": group["id"], "mandate_ref": made["id"]}
    )
    assert (again["basis"], bool(again["joined_at"])) == ("mandate", True)
    assert other.post(f"/v1/memberships/{again['id']}/end", {})["left_at"]


def test_what_a_minor_signed_alone_waits_for_the_guardians(stage: Stage) -> None:
    _, agency = stage.tenant("agency")
    studio_id, studio = stage.tenant("studio")
    ben = Person.add(agency, "ben")
    alone = ben.license(studio_id)
    cut = new_cut(studio)
    declared = declaration({"performer_id": ben.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, cut, medium(20_000), declared)
    path = f"/v1/submissions/{submission['id']}/clearance"
    codes = [reason["code"] for reason in studio.get(path)["reasons"]]
    assert "guardians-missing" not in codes

    agency.post(f"/v1/performers/{ben.id}/minority", {"born_on": BORN_ON})
    agency.post(f"/v1/performers/{ben.id}/minority", {"born_on": BORN_ON})
    for side in (agency, studio):
        told = [
            item for item in side.get("/v1/notices")["items"] if item["subject_id"] == alone["id"]
        ]
        assert [item["kind"] for item in told] == ["licence.guardians_missing"]
        assert "{" not in told[0]["text"]
    found = studio.post(
        f"/v1/submissions/{submission['id']}/declaration", {"declaration": declared}
    )
    assert found
    codes = [reason["code"] for reason in studio.get(path)["reasons"]]
    assert "guardians-missing" in codes


def _of(key: Any, draft: dict[str, Any]) -> dict[str, str]:
    (options,) = draft["guardians"]
    return cosignature(key, {**draft, "options": options})
