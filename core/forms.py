"""What answers are made of: objects with named fields, amounts and times as text.

A function that makes an answer returns a `Form`: mypy holds it to the fields, and pydantic tells
the description of the API and refuses what is not among them. Programs are told to expect further
fields, so the description does not close the objects. JSON Schema 2020-12,
https://json-schema.org/draft/2020-12
"""

from typing import Annotated, Any

from pydantic import (
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    TypeAdapter,
    WithJsonSchema,
    with_config,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from typing_extensions import TypedDict


def _open(schema: dict[str, Any]) -> None:
    del schema["additionalProperties"]


@with_config(ConfigDict(extra="forbid", json_schema_extra=_open))
class Form(TypedDict):
    """An object of an answer; the forms that rest on it name its fields."""


# Texts already, and told as they were kept.
Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Day = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}$", examples=["2026-11"])]
# Whole millionths of the currency unit, which may be beyond 2^53.
Micro = Annotated[str, Field(pattern=r"^-?[0-9]+$", examples=["1190000000"])]
Fraction = Annotated[
    list[int],
    Field(min_length=2, max_length=2, description="Numerator and denominator."),
]


def one_of(*names: str) -> WithJsonSchema:
    """Marks a text that is told of as one of a closed set, and stays a plain text for signing."""
    return WithJsonSchema({"type": "string", "enum": [str(name) for name in names]})


class ToldAs:
    """Marks a document that is told of as what it is made from, and stays as it was written."""

    def __init__(self, made_from: type) -> None:
        self.made_from = made_from

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of what it is made from."""
        return handler(TypeAdapter(self.made_from).core_schema)
