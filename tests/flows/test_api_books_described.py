"""The description of the API names every field of what is told of the books, however deep."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulators.stage import Stage

# Every address that begins so.
BOOKS = (
    "/unclaimed",
    "/v1/collect",
    "/v1/billing-parties",
    "/v1/complaints",
    "/v1/credit-notes",
    "/v1/invoice",
    "/v1/overdue-invoices",
    "/v1/held-payments",
    "/v1/ledger/",
    "/v1/payout",
    "/v1/receipt",
    "/v1/rules",
    "/v1/run",
    "/v1/sister-",
    "/v1/tax-exemptions",
    "/v1/templates",
    "/v1/trial-balance",
    "/v1/unclaimed-lists",
    "/v1/usage-",
    "/v1/year-reports",
)


def left_open(
    schemas: dict[str, Any], form: Any, place: str, seen: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Where something may be anything: an object that names no fields, or nothing at all."""
    name = form.get("$ref", "").rpartition("/")[2]
    if name:
        within = {} if name in seen else {name: schemas[name]}
    else:
        within = {f"{place}{step}": one for step, one in inside(form)}
    for where, one in within.items():
        yield from left_open(schemas, one, where, seen | {name})
    typed = {"$ref", "const", "enum"} & form.keys()
    if not (within or typed) and form.get("type") in (None, "object", "array"):
        yield place


def inside(form: Any) -> Iterator[tuple[str, Any]]:
    """The forms that a form is made of, each with what leads to it."""
    many = (*form.get("anyOf", []), *form.get("oneOf", []))
    yield from ((f"|{number}", one) for number, one in enumerate(many))
    yield from ((f"/{name}", one) for name, one in form.get("properties", {}).items())
    yield from ((f"/{number}", one) for number, one in enumerate(form.get("prefixItems", [])))
    for word in ("items", "additionalProperties"):
        if isinstance(form.get(word), dict):
            yield "/-", form[word]


def test_each_answer_about_the_books_has_fields(stage: Stage) -> None:
    document = stage.http().get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    paths = {path: told for path, told in document["paths"].items() if path.startswith(BOOKS)}
    assert len(paths) >= len(BOOKS)
    assert [
        f"{method} {path}: {place}"
        for path, methods in paths.items()
        for method, operation in methods.items()
        for status, told in operation["responses"].items()
        if status[0] == "2"
        # A signed document that is handed out as a file has none.
        for form in [told.get("content", {}).get("application/json", {}).get("schema")]
        if form is not None
        for place in left_open(schemas, form, "")
    ] == []


@pytest.mark.parametrize(
    ("form", "places"),
    [
        ({"type": "object", "additionalProperties": True}, ["top"]),
        ({}, ["top"]),
        ({"type": "array"}, ["top"]),
        ({"type": "array", "items": {"$ref": "#/x/Any"}}, ["Any"]),
        ({"type": "object", "properties": {"a": {"type": "string"}, "b": {}}}, ["top/b"]),
        ({"type": "object", "additionalProperties": {"type": "string"}}, []),
        ({"anyOf": [{"type": "null"}, {"type": "object"}]}, ["top|1"]),
        ({"$ref": "#/x/Self"}, []),
    ],
)
def test_what_may_be_anything_is_found(form: dict[str, Any], places: list[str]) -> None:
    schemas = {
        "Any": {"type": "object"},
        "Self": {"type": "object", "properties": {"child": {"$ref": "#/x/Self"}}},
    }
    assert list(left_open(schemas, form, "top")) == places
