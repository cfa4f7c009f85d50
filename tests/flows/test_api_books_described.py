"""The description of the API names every field of each answer, however deep."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.simulators.stage import Stage

# Documents of forms of their own, in answers as they were proposed, agreed or signed.
DOCUMENTS = {
    "ApprovalOut/payload",
    "ConsentToSign/document",
    "ErasedOut/receipt",
    "ForeignOut/terms",
    "FrameworkOut/body",
    "LicenceToSign/document",
    "StanceOut/terms|0",
    "ToSign/document",
    "api__routes__people__EntryOut/details|0",
}


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


def test_each_answer_has_fields(stage: Stage) -> None:
    document = stage.http().get("/openapi.json").json()
    forms = [
        told["content"]["application/json"].get("schema")
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, told in operation["responses"].items()
        if status[0] == "2" and "application/json" in told.get("content", {})
    ]
    assert len(forms) > 300
    # A signed document as a whole has no form here; docs/verifying.md tells of it.
    schemas = document["components"]["schemas"]
    told_of = [form for form in forms if form is not None]
    assert {place for form in told_of for place in left_open(schemas, form, "/")} == DOCUMENTS


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
