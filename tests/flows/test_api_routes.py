"""What holds for every route: a key is needed, foreign ids are absent, the description is valid."""

import re
from contextvars import copy_context
from typing import Any

from api.cli.headings import heading
from api.cli.options import LANG
from api.fieldfaults import label
from api.routetable import ROWS
from tests.simulators.small_engine import medium
from tests.simulators.stage import Person, Stage, declaration, new_cut, submit, voice_sample

PUBLIC = {(row.method, row.path) for row in ROWS if row.public}
# Words that German has too.
ALIKE = {"bytes", "link"}
METHODS = {"get", "post", "put", "patch", "delete"}


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
    for key in ("", "ebk_" + "a" * 26 + "_" + "b" * 43):
        http = stage.http(key)
        for method, path, _ in found:
            if (method, path) in PUBLIC:
                continue
            answer = http.request(method, re.sub(r"\{\w+\}", "x", path), json={})
            assert answer.status_code == 401, (method, path)
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.json()["code"] == "no-key"


def test_lists_show_nothing_of_others(stage: Stage) -> None:
    studio_id, studio = stage.tenant("studio")
    _, agency = stage.tenant("agency")
    anna = Person.add(agency, "Anna")
    anna.enrol(stage.file("anna.wav", voice_sample("anna")))
    anna.license(studio_id)
    declared = declaration({"performer_id": anna.id, "kind": "synthesise_voice"})
    submit(stage, studio, new_cut(studio), medium(20_000), declared)
    stranger_id, _ = stage.tenant("agency")
    scopes = ["performers", "licences", "submissions", "usage", "reports", "webhooks", "members"]
    issued = stage.operator.post(f"/v1/tenants/{stranger_id}/keys", {"scopes": scopes})
    http = stage.http(issued["api_key"])
    for name, owner in (
        *((name, agency) for name in ("performers", "licences", "jobs")),
        *((name, studio) for name in ("works", "cuts", "submissions", "clearances")),
    ):
        assert owner.get(f"/v1/{name}")["items"], name
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
        assert bool(operation.get("security")) == ((method, path) not in PUBLIC), path
        if (method, path) not in PUBLIC:
            assert {"401", "404", "422"} <= operation["responses"].keys(), path
    assert len(ids) == len(set(ids))


def sent(document: Any, node: Any, seen: frozenset[str] = frozenset()) -> set[str]:
    """The names of all fields that a form of the description has, however deep."""
    if isinstance(node, list):
        return set().union(*(sent(document, item, seen) for item in node))
    if not isinstance(node, dict):
        return set()
    found = set(node.get("properties", {}))
    name = node.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        found |= sent(document, document["components"]["schemas"][name], seen | {name})
    return found.union(*(sent(document, item, seen) for item in node.values()))


def test_whatever_can_be_sent_has_a_name_in_words(stage: Stage) -> None:
    document = stage.http().get("/openapi.json").json()
    names: set[str] = set()
    for _, _, operation in operations(stage):
        names |= {one["name"] for one in operation.get("parameters", [])}
        names |= sent(document, operation.get("requestBody", {}))
    assert len(names) > 200
    assert sorted(one for one in names if not label("de", [one])) == []


def shown(document: Any, node: Any) -> set[str]:
    """The names that a form of the description has at its top, or a list's in each of its items."""
    if "$ref" in node:
        return shown(document, document["components"]["schemas"][node["$ref"].rpartition("/")[2]])
    forms = [*node.get("anyOf", []), *([node["items"]] if "items" in node else [])]
    names = dict(node.get("properties", {}))
    if "items" in names:
        forms.append(names.pop("items"))
    return set(names).union(*(shown(document, form) for form in forms))


def test_whatever_a_document_holds_has_a_german_name(stage: Stage) -> None:
    document = stage.http().get("/openapi.json").json()
    names: set[str] = set()
    for _, _, operation in operations(stage):
        answers = [item for code, item in operation["responses"].items() if code[0] == "2"]
        for content in (one for item in answers for one in item.get("content", {}).values()):
            names |= shown(document, content.get("schema", {}))
    assert len(names) > 200
    context = copy_context()
    context.run(LANG.set, "de")
    assert (
        sorted(one for one in names if context.run(heading, one) == one and one not in ALIKE) == []
    )


def test_the_first_page_links_to_the_next(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    made = {studio.post("/v1/works", {"title": f"W{n}", "level": "film"})["id"] for n in range(5)}
    first = studio._http.get("/v1/works", params={"limit": 2})
    assert len(first.json()["items"]) == 2
    assert 'rel="next"' in first.headers["link"]
    assert {work["id"] for work in studio.pages("/v1/works", limit=2)} == made
    assert studio._http.get("/v1/works", params={"limit": 0}).status_code == 422
