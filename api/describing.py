"""What the description of the API says of routes beside their signatures.

How they fail (RFC 9457, https://www.rfc-editor.org/rfc/rfc9457), and of which media type an answer
is that is no JSON. OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1.html.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, Field
from starlette.types import Receive, Scope, Send

from api.errors import MEDIA_TYPE
from api.toolarge import told_as_problem

Responses = dict[int | str, dict[str, Any]]
_JSON = ("application/json", "application/vc")
REF = "#/components/schemas/{model}"
_WAIT = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}


class FieldFault(BaseModel):
    """One field that is to be mended: where it is, what people call it, and what is wrong."""

    field: str
    label: str
    message: str


class Problem(BaseModel):
    """Why a request failed, and what to do next; `code` is for programs and never translated."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    next_step: str
    faults: list[FieldFault] = Field(
        default=[], description="Only where single fields are at fault."
    )


def fails(meanings: Mapping[int, str]) -> Responses:
    """Failures by their status, each with what it means."""
    content = {MEDIA_TYPE: {"schema": {"$ref": REF.format(model="Problem")}}}
    made: Responses = {}
    for status, meaning in meanings.items():
        waits = {"headers": _WAIT} if status in (429, 503) else {}
        made[status] = {"description": meaning, **waits, "content": content}
    return made


# What strangers meet too, and what only whoever has a key does.
OPEN_PROBLEMS = fails(
    {
        401: "No key, password or signature that is in force",
        404: "Absent, or not yours to see",
        409: "The state has moved on",
        413: "The body is too large",
        422: "The input cannot be used; `next_step` says how to mend it",
        429: "Too often; try again later",
        500: "The server failed; nothing was stored",
        503: "Not ready; try again",
    }
)
PROBLEMS = OPEN_PROBLEMS | fails(
    {401: "No API key that is in force", 403: "The key lacks the scope"}
)


def gives(*media_types: str, status: int = 200) -> Responses:
    """The successful answer of a route that gives a document and no JSON of its own."""
    bare = (one.partition(";")[0] for one in media_types)
    return {status: {"content": {one: _form(one) for one in bare}}}


def _form(media_type: str) -> dict[str, Any]:
    if media_type in _JSON or media_type.endswith("+json"):
        return {}
    text = {"type": "string"}
    return {"schema": text if media_type.startswith("text/") else {**text, "format": "binary"}}


class Described(FastAPI):
    """An application whose failures all have one form, which its description tells."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await super().__call__(scope, receive, told_as_problem(scope, receive, send))

    def openapi(self) -> dict[str, Any]:
        """The description, made once."""
        if self.openapi_schema is None:
            schemas = super().openapi()["components"]["schemas"]
            problem = Problem.model_json_schema(ref_template=REF)
            forms = {**problem.pop("$defs"), "Problem": problem}
            assert schemas.keys().isdisjoint(forms), "two forms of one name"
            schemas.update(forms)
        made: dict[str, Any] = super().openapi()
        return made
