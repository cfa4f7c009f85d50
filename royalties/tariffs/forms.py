"""How single values of a tariff are written in a document: exact, and in one normal form.

Amounts are plain decimals as text ("0.0125"), shares and weights fractions as text ("3/10"; "0.3"
is read too), times RFC 3339, places ISO 3166-1. Numbers of JSON are used for whole counts alone,
since a reader may turn any other into a binary float.
"""

import re
from collections.abc import Callable
from datetime import datetime
from fractions import Fraction
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from core.clock import from_text, to_text
from core.errors import EbenbildError
from core.money import parse_rate, rate_text
from registry.territories import ALPHA_2

CLOSED = ConfigDict(extra="forbid")
COUNT_MAX = 10**15
FACTOR_MAX = 1_000_000
LIST_MAX = 100
TEXT_MAX = 1000

_FRACTION = re.compile(r"\d{1,9}(?:/\d{1,9}|\.\d{1,9})?", flags=re.ASCII)
_CODE = "a code of ISO 3166-1, such as DE"
T = TypeVar("T")


def read_fraction(text: str) -> Fraction:
    """Read `3/10`, `0.3` or `2`; raises ValueError for anything else, above all for a float."""
    if not isinstance(text, str) or _FRACTION.fullmatch(text) is None:
        raise ValueError('write a fraction as text, such as "3/10" or "0.3"')
    try:
        return Fraction(text)
    except ZeroDivisionError as exc:
        raise ValueError("a fraction has no zero below the line") from exc


def _quiet(read: Callable[[str], T], said: str) -> Callable[[object], T]:
    """A reader of ours as one that a schema understands: it takes text and raises ValueError."""

    def reading(value: object) -> T:
        if not isinstance(value, str):
            raise ValueError(said)
        try:
            return read(value)
        except EbenbildError as exc:
            raise ValueError(said) from exc

    return reading


def _share(value: object) -> Fraction:
    found = read_fraction(value)  # type: ignore[arg-type]
    if found > 1:
        raise ValueError("a share is at most the whole")
    return found


def _factor(value: object) -> Fraction:
    found = read_fraction(value)  # type: ignore[arg-type]
    if found > FACTOR_MAX:
        raise ValueError(f"a factor is at most {FACTOR_MAX}")
    return found


def _place(value: object) -> str:
    if value not in ALPHA_2:
        raise ValueError(f"write {_CODE}")
    return str(value)


def _as_text(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


_FRACTION_TEXT = _as_text(rf"^{_FRACTION.pattern}$")
Amount = Annotated[
    int,
    BeforeValidator(_quiet(parse_rate, 'write an amount as text, such as "0.0125"')),
    PlainSerializer(rate_text),
    _as_text(r"^\d{1,12}(\.\d{1,6})?$"),
]
Share = Annotated[Fraction, BeforeValidator(_share), PlainSerializer(str), _FRACTION_TEXT]
Factor = Annotated[Fraction, BeforeValidator(_factor), PlainSerializer(str), _FRACTION_TEXT]
Time = Annotated[
    datetime,
    BeforeValidator(_quiet(from_text, "write a time as 2026-11-21T10:00:00Z")),
    PlainSerializer(to_text),
]
Place = Annotated[str, BeforeValidator(_place)]
Count = Annotated[int, Field(ge=0, le=COUNT_MAX)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Said = Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
