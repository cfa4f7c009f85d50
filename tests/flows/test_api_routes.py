"""What holds for every route: a key is needed, foreign ids are absent, the description is valid."""

import re
from typing import Any

import pytest

from api.client import Client
from api.delivering import spread
from api.opening import open_registry
from core import notices
from core.clock import utc_now
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

PUBLIC = {
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/privacy/retention"),
    ("GET", "/privacy/records"),
    ("GET", "/problems/{code}"),
    ("GET", "/registry"),
    ("GET", "/status/{number}"),
    ("GET", "/status/{number}/suspension"),
    ("GET", "/ns/licence/v1"),
    ("GET", "/ns/enrolment/v1"),
    ("GET", "/ns/keys/v1"),
    ("GET", "/ns/mandate/v1"),
    ("GET", "/ns/likeness"),
    ("POST", "/sign-in/token"),
    ("POST", "/sign-in/reset"),
    ("POST", "/sign-in/reset/password"),
}
METHODS = {"get", "post", "put", "patch", "delete"}
# What makes each body valid, so that a refusal can only be about who asks for what.
BODIES: dict[str, dict[str, Any]] = {
    "/v1/performers/{performer_id}/enrolments": {
        "modalities": ["voice"],
        "purposes": ["matching"],
    },
    "/v1/performers/{performer_id}/keys": {
        "did": "did:key:z6MkkXoNNWdNSnxw2FPFMMr634qXpQdp62RcHHUs4ZXF8ADB"
    },
    "/v1/key-drafts/{draft_id}/signature": {"possession": "AAAA"},
    "/v1/enrolments/{enrolment_id}/signature": {"verification_method": "x", "signature": "AAAA"},
    "/v1/enrolments/{enrolment_id}/samples": {"upload_id": "upl_x", "modality": "voice"},
    "/v1/enrolments/{enrolment_id}/attestations": {"facts": ["identity"]},
    "/v1/enrolments/{enrolment_id}/challenges": {"kind": "phrase"},
    "/v1/challenges/{challenge_id}/answer": {"upload_id": "upl_x"},
    "/v1/licences/{licence_id}/signature": {"verification_method": "x", "signature": "AAAA"},
    "/v1/licences/{licence_id}/revocation": {"reason": ""},
    "/v1/works/{work_id}/cuts": {"label": "a", "format": "feature", "language": "de"},
    "/v1/submissions/{submission_id}/declaration": {"declaration": declaration()},
    "/v1/matches/{match_id}/reviews": {"verdict": "confirmed"},
    "/v1/members/{person_id}/roles": {"roles": ["agent"]},
    "/v1/approvals/{approval_id}/decision": {"approve": True},
}


def operations(stage: Stage) -> list[tuple[str, str, dict[str, Any]]]:
    paths = stage.http().get("/openapi.json").json()["paths"]
    return [
        (method.upper(), path, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
        if method in METHODS
    ]


def test_every_route_but_the_public_ones_needs_a_key(stage: Stage) -> None:
    found = operations(stage)
    assert len(found) > 50
    assert {(method, path) for method, path, _ in found} > PUBLIC
    for key in ("", "ebk_" + "a" * 26 + "_" + "b" * 43):
        http = stage.http(key)
        for method, path, _ in found:
            if (method, path) in PUBLIC:
                continue
            answer = http.request(method, re.sub(r"\{\w+\}", "x", path), json={})
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "no-key"


@pytest.fixture
def owned(stage: Stage) -> dict[str, str]:
    """Ids of one of everything, all of them another organisation's."""
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    job = agency.post(
        f"/v1/enrolments/{(enrolment := anna.consent('voice'))}/samples",
        {
            "upload_id": agency.upload(stage.file("anna.wav", voice_sample("anna"))),
            "modality": "voice",
        },
    )
    agency.wait(job["id"])
    asked = agency.post(f"/v1/enrolments/{enrolment}/challenges", {"kind": "phrase"})
    anna.vouch(enrolment, "voice")
    licence = anna.license(studio_id)
    cut_id = new_cut(studio)
    film = medium(20_000, ("anna", "voice", 0, 15_000))
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submission = submit(stage, studio, cut_id, film, declared)
    findings = studio.get(f"/v1/submissions/{submission['id']}/findings")
    clearance = studio.get(f"/v1/submissions/{submission['id']}/clearance")
    erasure = agency.post(f"/v1/performers/{Person.add(agency, 'Ben').id}/erasure")
    return {
        "performer_id": anna.id,
        "enrolment_id": enrolment,
        "challenge_id": asked["id"],
        "job_id": job["id"],
        "licence_id": licence["id"],
        "work_id": studio.get(f"/v1/cuts/{cut_id}")["work_id"],
        "cut_id": cut_id,
        "submission_id": submission["id"],
        "clearance_id": clearance["id"],
        "match_id": findings["matches"][0]["id"],
        "draft_id": "kbd_" + "a" * 26,
        "person_id": "per_" + "a" * 26,
        "invitation_id": "inv_" + "a" * 26,
        "approval_id": "app_" + "a" * 26,
        "key_id": "key_" + "a" * 26,
        **told(stage, studio, studio_id),
        "period": "2030-10",
        "purpose": "matching",
        "erasure_id": erasure["id"],
        "export_id": agency.post(f"/v1/performers/{anna.id}/exports")["id"],
    }


def told(stage: Stage, studio: Client, studio_id: str) -> dict[str, str]:
    """A notice of the studio's, and its way to an endpoint of the studio's."""
    endpoint = studio.post("/v1/webhooks", {"url": "https://example.org/"})
    address = studio.post("/v1/mail-addresses", {"address": "office@example.org"})
    with open_registry(stage.settings) as world:
        with world.db.write() as session:
            notice = notices.notify(
                session,
                tenant_id=studio_id,
                person=None,
                kind="some.thing",
                subject_id="x",
                facts={},
                now=utc_now(),
            )
        spread(world)
    (delivery,) = studio.get("/v1/deliveries")
    return {
        "endpoint_id": endpoint["id"],
        "address_id": address["id"],
        "notice_id": notice.id,
        "delivery_id": delivery["id"],
    }


def test_foreign_ids_are_as_absent_as_unknown_ones(stage: Stage, owned: dict[str, str]) -> None:
    """A stranger with every scope but admin learns nothing, not even that an id exists."""
    stranger_id, _ = stage.tenant("agency")
    scopes = ["performers", "licences", "submissions", "usage", "reports", "webhooks", "members"]
    issued = stage.operator.post(f"/v1/tenants/{stranger_id}/keys", {"scopes": scopes})
    http = stage.http(issued["api_key"])
    told, tried = [], 0
    for method, path, operation in operations(stage):
        names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"]
        if not names or (method, path) in PUBLIC or "{tenant_id}" in path:
            continue
        assert set(names) <= owned.keys(), f"{path} has no row in this table"
        body = BODIES.get(path, {}) if method == "POST" else None
        foreign = http.request(method, path.format(**owned), json=body)
        words = {name: owned[name] for name in ("period", "purpose")}
        unknown = {name: value[:-5] + "77777" for name, value in owned.items()}
        absent = http.request(method, path.format(**{**unknown, **words}), json=body)
        # Either there is no such thing, or there is nothing in it; both as for an unknown id.
        nothing = foreign.status_code == 404 or foreign.json() == []
        if not nothing or foreign.json() != absent.json():
            told.append((method, path, foreign.status_code, absent.status_code))
        tried += 1
    assert told == []
    assert tried > 25


def test_lists_show_nothing_of_others(stage: Stage, owned: dict[str, str]) -> None:
    stranger_id, _ = stage.tenant("agency")
    scopes = ["performers", "licences", "submissions", "usage", "reports", "webhooks", "members"]
    issued = stage.operator.post(f"/v1/tenants/{stranger_id}/keys", {"scopes": scopes})
    http = stage.http(issued["api_key"])
    lists = ("performers", "licences", "works", "cuts", "submissions", "clearances", "jobs")
    for name in lists:
        assert http.get(f"/v1/{name}").json() == {"items": [], "next_cursor": None}, name


def test_an_admin_route_needs_the_admin_scope(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    http = studio._http
    for method, path, body in (
        ("GET", "/v1/tenants", None),
        ("POST", "/v1/tenants", {"name": "x", "kind": "studio"}),
        ("POST", "/v1/tenants/ten_x/keys", {}),
        ("GET", "/v1/tenants/ten_x/keys", None),
        ("POST", "/v1/tenants/ten_x/keys/key_x/revocation", {}),
        ("POST", "/v1/rematches", {}),
    ):
        answer = http.request(method, path, json=body)
        assert (path, answer.status_code) == (path, 403)


def test_a_revoked_key_is_no_key(stage: Stage) -> None:
    tenant_id, studio = stage.tenant("studio")
    key_id = studio.get("/v1/me")["key_id"]
    stage.operator.post(f"/v1/tenants/{tenant_id}/keys/{key_id}/revocation")
    assert studio._http.get("/v1/me").status_code == 401


def references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [ref for item in value.values() for ref in references(item)]
    if isinstance(value, list):
        return [ref for item in value for ref in references(item)]
    return []


def test_the_description_is_openapi_3_1_and_complete(stage: Stage) -> None:
    """The rules of OpenAPI 3.1 that can be broken: references, ids, parameters, answers."""
    document = stage.http().get("/openapi.json").json()
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert {"title", "version"} <= document["info"].keys()
    for reference in references(document):
        node: Any = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    ids = []
    for method, path, operation in operations(stage):
        ids.append(operation["operationId"])
        named = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert named == set(re.findall(r"\{(\w+)\}", path)), path
        assert operation["responses"], path
        assert operation.get("summary"), path
        assert operation.get("description"), (method, path)
        assert all(answer["description"] for answer in operation["responses"].values())
        assert bool(operation.get("security")) == path.startswith("/v1"), path
        if path.startswith("/v1"):
            assert {"401", "404", "422"} <= operation["responses"].keys(), path
    assert len(ids) == len(set(ids))


def test_the_first_page_links_to_the_next(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    made = {studio.post("/v1/works", {"title": f"W{n}", "level": "film"})["id"] for n in range(5)}
    first = studio._http.get("/v1/works", params={"limit": 2})
    assert len(first.json()["items"]) == 2
    assert 'rel="next"' in first.headers["link"]
    assert {work["id"] for work in studio.pages("/v1/works", limit=2)} == made
    assert studio._http.get("/v1/works", params={"limit": 0}).status_code == 422
