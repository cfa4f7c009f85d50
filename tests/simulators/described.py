"""Holds an answer against the description of the API: status, media type, and every field.

The part of JSON Schema 2020-12 that our description uses; a keyword that is not known here fails.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

Schema = Mapping[str, Any]
_TOLD = {"title", "description", "default", "examples", "format", "contentMediaType"}
# What the checks below look at; the bounds are those of input, which answers keep too.
_READ = {"type", "properties", "required", "additionalProperties", "items", "prefixItems"}
_READ |= {"anyOf", "oneOf", "enum", "const", "$ref", "discriminator", "propertyNames"}
_READ |= {"minItems", "maxItems", "minimum", "maximum", "minLength", "maxLength", "pattern"}
_READ |= {"exclusiveMinimum", "exclusiveMaximum", "uniqueItems", "maxProperties"}
_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "array": (list,),
    "object": (dict,),
}


@dataclass(frozen=True, slots=True)
class Description:
    """The description of an application, looked up by request."""

    document: Schema
    templates: tuple[tuple[re.Pattern[str], str], ...]

    @classmethod
    def of(cls, document: Schema) -> "Description":
        # A word of a path goes before a name in its place.
        paths = sorted(document["paths"], key=lambda path: path.replace("{", "\x7f"))
        compiled = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), path) for path in paths]
        return cls(document, tuple(compiled))

    def faults(self, answer: httpx2.Response) -> list[str]:
        """Where an answer is not as described; empty for what is not described at all."""
        request = answer.request
        described = self._operation(request.method, request.url.path)
        if described is None:
            return []
        return [
            f"{request.method} {request.url.path} {answer.status_code}: {fault}"
            for fault in (
                *self._unlike(described["responses"], answer),
                *self._sent(described.get("requestBody", {}), answer),
            )
        ]

    def _operation(self, method: str, path: str) -> Schema | None:
        for pattern, template in self.templates:
            found = self.document["paths"][template].get(method.lower())
            if found is not None and pattern.match(path):
                operation: Schema = found
                return operation
        return None

    def _unlike(self, responses: Schema, answer: httpx2.Response) -> Iterator[str]:
        told = responses.get(str(answer.status_code))
        if told is None:
            yield "a status that is not described"
            return
        kind = answer.headers.get("content-type", "").partition(";")[0]
        content = told.get("content", {})
        if kind not in content and (kind or content) and answer.request.method != "HEAD":
            yield f"{kind or 'nothing'} where {sorted(content) or 'nothing'} is described"
            return
        schema = content.get(kind, {}).get("schema", {})
        if (
            answer.request.method != "HEAD"
            and schema
            and (kind == "application/json" or kind.endswith("+json"))
        ):
            yield from self.wrong(schema, json.loads(answer.read()), "")

    def _sent(self, told: Schema, answer: httpx2.Response) -> Iterator[str]:
        """Where a request was taken that the description knows nothing of."""
        kind = answer.request.headers.get("content-type", "")
        schema = told.get("content", {}).get("application/json", {}).get("schema")
        if schema and kind == "application/json" and answer.is_success:
            yield from self.wrong(schema, json.loads(answer.request.read()), "sent")

    def wrong(self, schema: Schema, value: Any, place: str) -> Iterator[str]:
        """Where `value` is not as `schema` says."""
        assert schema.keys() <= _TOLD | _READ, schema.keys() - _TOLD - _READ
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            yield from self.wrong(self.document["components"]["schemas"][name], value, place)
            return
        forms = schema.get("anyOf", schema.get("oneOf"))
        if forms:
            tried = [list(self.wrong(form, value, place)) for form in forms]
            if all(tried):
                yield min(tried, key=len)[0]
            return
        yield from self._plainly_wrong(schema, value, place)

    def _plainly_wrong(self, schema: Schema, value: Any, place: str) -> Iterator[str]:
        type_ = schema.get("type")
        is_flag = isinstance(value, bool)
        if type_ and (not isinstance(value, _TYPES[type_]) or is_flag != (type_ == "boolean")):
            yield f"{place or '/'} is {type(value).__name__} and not {type_}"
        elif value not in schema.get("enum", [value]) or value != schema.get("const", value):
            yield f"{place} is {value!r}"
        elif isinstance(value, dict):
            yield from self._object(schema, value, place)
        elif isinstance(value, list):
            first = schema.get("prefixItems", [])
            for number, item in enumerate(value):
                form = first[number] if number < len(first) else schema.get("items", {})
                yield from self.wrong(form, item, f"{place}/{number}")
        elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
            yield f"{place} is no {schema['pattern']}"

    def _object(self, schema: Schema, value: dict[str, Any], place: str) -> Iterator[str]:
        known = schema.get("properties", {})
        yield from (
            f"{place}/{name} lacks" for name in schema.get("required", []) if name not in value
        )
        others = schema.get("additionalProperties", not known)
        for name, item in value.items():
            if name in known:
                yield from self.wrong(known[name], item, f"{place}/{name}")
            elif others is False:
                yield f"{place}/{name} is not described"
            elif others is not True:
                yield from self.wrong(others, item, f"{place}/{name}")
