"""The description of the API tells what a program has to know that is made from it."""

import re
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from api.scopes import SCOPES
from tests.simulators.described import Description
from tests.simulators.stage import Stage

Answers = dict[str, dict[str, Any]]


@pytest.fixture
def document(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = stage.http().get("/openapi.json").json()
    return found


def answers(document: dict[str, Any]) -> Iterator[tuple[str, str, Answers]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation["responses"]


def test_each_part_has_a_name_that_openapi_allows(document: dict[str, Any]) -> None:
    names = [name for parts in document["components"].values() for name in parts]
    assert [name for name in names if not re.fullmatch(r"[a-zA-Z0-9._-]+", name)] == []
    schemes = document["components"]["securitySchemes"].keys()
    assert {name for _, _, operation in operations(document) for name in operation} == schemes


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, set[str]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, {name for one in operation.get("security", []) for name in one}


def test_each_failure_is_a_problem_with_its_fields(document: dict[str, Any]) -> None:
    problem = {"$ref": "#/components/schemas/Problem"}
    for method, path, told in answers(document):
        failures = {
            status: one
            for status, one in told.items()
            if status >= "4" and list(one["content"]) != ["text/html"]
        }
        assert {"422", "429", "500", "503"} <= failures.keys(), (method, path)
        for status, one in failures.items():
            assert one["content"] == {"application/problem+json": {"schema": problem}}, (
                method,
                path,
                status,
            )


def test_each_success_says_in_which_form_it_comes(document: dict[str, Any]) -> None:
    silent = [
        (method, path)
        for method, path, told in answers(document)
        for status, one in told.items()
        if status[0] == "2" and status != "204"
        if not one.get("content")
        or (
            "application/json" in one["content"]
            and one["content"]["application/json"] == {"schema": {}}
        )
    ]
    assert silent == []


def test_what_may_be_left_out_is_not_due(stage: Stage, document: dict[str, Any]) -> None:
    tenant_id, _ = stage.tenant("society")
    scopes = sorted(SCOPES - {"admin", "metrics"})
    issued = stage.operator.post(f"/v1/tenants/{tenant_id}/keys", {"scopes": scopes})
    http = stage.http(issued["api_key"])
    bare = [
        path
        for path, methods in document["paths"].items()
        if "{" not in path and path.startswith("/v1/") and "get" in methods
        if not any(one["required"] for one in methods["get"].get("parameters", []))
    ]
    assert len(bare) > 60
    assert [path for path in bare if http.get(path).status_code == 422] == []


@pytest.mark.parametrize(
    ("path", "due"),
    [
        ("/v1/audit-packs", {"seed"}),
        ("/v1/collectors", {"month", "territory"}),
        ("/v1/invoice-drafts", {"month"}),
        ("/v1/usage-lines", {"cut_id"}),
    ],
)
def test_what_is_due_is_told_and_named_where_it_lacks(
    stage: Stage, document: dict[str, Any], path: str, due: set[str]
) -> None:
    told = document["paths"][path]["get"]["parameters"]
    assert {one["name"] for one in told if one["required"]} == due
    answer = stage.operator._http.get(path)
    assert answer.status_code == 422
    assert {one["field"] for one in answer.json()["faults"]} == {f"query.{name}" for name in due}


def test_a_body_that_is_no_text_is_told_how_to_be_mended(stage: Stage) -> None:
    _, studio = stage.tenant("studio")
    headers = {"Content-Type": "application/json"}
    answer = studio._http.post("/v1/works", content=b"\xff\xfe{", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad-input")
    assert answer.json()["next_step"]


DESCRIBED = {
    "paths": {
        "/things/{id}": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "properties": {
                                        "id": {"type": "string"},
                                        "at": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
                                        "state": {"enum": ["new", "old"]},
                                    },
                                    "required": ["id", "at"],
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (200, {"id": "a", "at": None}, None),
        (200, {"id": "a", "at": 1, "state": "old"}, None),
        (200, {"id": 1, "at": 1}, "/id is int and not string"),
        (200, {"id": "a", "at": True}, "/at is bool and not integer"),
        (200, {"id": "a"}, "/at lacks"),
        (200, {"id": "a", "at": 1, "state": "gone"}, "/state is 'gone'"),
        (200, {"id": "a", "at": 1, "more": 1}, "/more is not described"),
        (201, {"id": "a", "at": 1}, "a status that is not described"),
    ],
)
def test_what_differs_from_the_description_is_named(
    status: int, body: dict[str, Any], fault: str | None
) -> None:
    request = httpx2.Request("GET", "http://local/things/x")
    found = Description.of(DESCRIBED).faults(httpx2.Response(status, json=body, request=request))
    assert found == ([] if fault is None else [f"GET /things/x {status}: {fault}"])


# What an accountant's and a player's program reads; every answer of the tests is held to it.
READ = (
    ("get", "/v1/invoices"),
    ("get", "/v1/invoices/{invoice_id}"),
    ("get", "/v1/invoices/{invoice_id}/claims"),
    ("post", "/v1/invoices"),
    ("get", "/v1/overdue-invoices"),
    ("get", "/v1/invoice-drafts"),
    ("get", "/v1/billing-parties"),
    ("post", "/v1/usage-imports"),
    ("get", "/v1/usage-imports"),
    ("post", "/v1/player-batches"),
    ("get", "/v1/usage-differences"),
)


@pytest.mark.parametrize(("method", "path"), READ)
def test_money_and_usage_have_fields(document: dict[str, Any], method: str, path: str) -> None:
    told = document["paths"][path][method]["responses"]
    (form,) = (
        one["content"]["application/json"]["schema"]
        for code, one in told.items()
        if code in ("200", "201")
    )
    assert fields_of(document, form)


def fields_of(document: dict[str, Any], form: Any) -> set[str]:
    """The fields of an object, or of each item of a list, that the description names."""
    if "$ref" in form:
        return fields_of(
            document, document["components"]["schemas"][form["$ref"].rpartition("/")[2]]
        )
    if form.get("type") == "array":
        return fields_of(document, form["items"])
    names = dict(form.get("properties", {}))
    return fields_of(document, names["items"]["items"]) if "next_cursor" in names else set(names)
