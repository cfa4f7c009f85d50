"""What programs read of rule packs and contract templates is as the description says."""

import pytest

from api.client import Client
from tests.simulators.stage import Stage

TERMS = {
    "performer_id": f"prf_{'a' * 26}",
    "licensee_id": f"ten_{'a' * 26}",
    "description": "Her voice in the second season of Night Train",
    "valid_from": "2026-12-01T00:00:00Z",
    "works": [f"wrk_{'a' * 26}"],
    "tariff": {"kind": "per_minute", "rate": "90", "currency": "EUR"},
}


@pytest.fixture
def reader(stage: Stage) -> Client:
    return stage.tenant("studio")[1]


def test_every_template_has_the_fields_that_are_told(reader: Client) -> None:
    listed = reader.get("/v1/templates")
    assert len(listed) > 3
    for one in listed:
        whole = reader.get(f"/v1/templates/{one['id']}")
        assert {name: whole[name] for name in one} == one
        assert list(whole["body"])[:2] == ["title", "summary"] and whole["body"]["clauses"]


def test_a_filled_in_template_and_what_changed_have_fields(reader: Client) -> None:
    place = "/v1/templates/broadcaster-ai-use"
    made = reader.post(f"{place}/terms", {"answers": TERMS})
    assert made["terms"]["description"] == TERMS["description"]
    assert made["terms"]["template"]["id"] == "broadcaster-ai-use"
    own = reader.post("/v1/templates", {"body": reader.get(place)["body"]})
    body = own["body"] | {"term": "P1Y", "based_on": {"id": "broadcaster-ai-use", "version": "1"}}
    again = reader.post(f"/v1/templates/{own['id']}/versions", {"body": body})
    assert again["body"]["based_on"] == body["based_on"]
    changed = reader.get(f"/v1/templates/{own['id']}/differences")
    assert (changed["before"]["version"], changed["after"]["version"]) == ("1", "2")
    assert changed["lines"]["en"] and changed["lines"]["de"]


def test_every_rule_pack_has_the_fields_that_are_told(reader: Client) -> None:
    packs = reader.get("/v1/rules")
    assert {one["state"] for one in packs} <= {"begun", "to-come", "expired"}
    for one in packs:
        assert reader.get(f"/v1/rules/{one['id']}")["rules"]


def test_what_the_packs_say_has_fields(reader: Client) -> None:
    terms = reader.post("/v1/templates/broadcaster-ai-use/terms", {"answers": TERMS})["terms"]
    said = reader.post("/v1/rules/checks", {"terms": terms, "territories": ["DE"]})
    assert said["verdict"] in {"valid", "invalid", "needs_human"}
    assert {"why", "clause", "basis"} <= said["findings"][0].keys()
