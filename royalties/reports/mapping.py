"""A sender's way of writing a report: which heading is which column, and how its figures read.

Senders agree on nothing, and what one heading means is decided once by a person and kept. What a
mapping does not say is read as our own columns are; a unit that nobody named is never guessed.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from core.errors import BadInput
from royalties.reports.cells import FIGURES
from royalties.reports.identifiers import OF_CUTS, OF_PEOPLE
from royalties.reports.lines import Encoding
from royalties.tariffs.documents import faults_of
from royalties.tariffs.forms import CLOSED, LIST_MAX, Said

PLACE = ("cut_id", "territory", "period")
COLUMNS = (*PLACE, "views", "reference", "supersedes", *FIGURES, *OF_CUTS, *OF_PEOPLE)
FIXABLE = frozenset({"territory", "period", "income_kind", "currency", "free"})
# Figures that are large enough to be parted.
_COUNTED = frozenset({"views", "unique_views", "watched", "income", "payments", "subscribers"})
_BLANKS = str.maketrans("\u00a0\u2009\u202f", "   ")
_TIMED = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")
_MONTHS = (
    (re.compile(r"([0-9]{4})([0-9]{2})"), (1, 2)),
    (re.compile(r"([0-9]{4})-([0-9]{2})-[0-9]{2}"), (1, 2)),
    (re.compile(r"([0-9]{1,2})[/.]([0-9]{4})"), (2, 1)),
)
SENDER = re.compile("[a-z0-9][a-z0-9._-]{0,63}")
Sender = Annotated[str, Field(pattern=f"^{SENDER.pattern}$")]
Cell = Annotated[str, Field(max_length=200)]


class Point(StrEnum):
    """The sign before decimals."""

    POINT = "."
    COMMA = ","


class Thousands(StrEnum):
    """What parts the digits of a large figure in threes; a blank may be any that printers use."""

    NONE = ""
    POINT = "."
    COMMA = ","
    BLANK = " "
    APOSTROPHE = "'"


class TimeUnit(StrEnum):
    """What a bare number of time watched counts; `h:mm:ss` is read beside any of them."""

    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"


_MS = {
    TimeUnit.MILLISECONDS: 1,
    TimeUnit.SECONDS: 1000,
    TimeUnit.MINUTES: 60_000,
    TimeUnit.HOURS: 3_600_000,
}


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a sender writes: our `columns` by its headings, `fixed` cells where it has no column.

    `longer` counts a report over several months in its last month; else such lines are rejected.
    `encoding` is that of lines that are no UTF-8.
    """

    __pydantic_config__ = CLOSED

    sender: Sender
    columns: Annotated[Mapping[str, Said], Field(max_length=LIST_MAX)] = field(default_factory=dict)
    fixed: Annotated[Mapping[str, Cell], Field(max_length=LIST_MAX)] = field(default_factory=dict)
    decimal: Point = Point.POINT
    watched: TimeUnit = TimeUnit.SECONDS
    longer: bool = False
    thousands: Thousands = Thousands.NONE
    encoding: Encoding = Encoding.UTF_8

    def __post_init__(self) -> None:
        unknown = sorted((set(self.columns) - set(COLUMNS)) | (set(self.fixed) - FIXABLE))
        if unknown:
            raise ValueError(f"no column is named {', '.join(unknown)}")
        headings = [plain(heading) for heading in self.columns.values()]
        if len(set(headings)) < len(headings):
            raise ValueError("two columns have one heading")
        if self.thousands.value == self.decimal.value:
            raise ValueError("one sign cannot part thousands and decimals")

    def read(self, cells: dict[str, str]) -> dict[str, str]:
        """The cells as our own columns write them; what cannot be read stays and is rejected."""
        found = {
            **cells,
            **{name: text for name, text in self.fixed.items() if not cells.get(name)},
        }
        if self.thousands is not Thousands.NONE:
            for name in _COUNTED & found.keys():
                found[name] = _ungrouped(found[name], self.thousands, self.decimal)
        if self.decimal is Point.COMMA:
            for name in ("income", "completion", "days", "watched"):
                found |= {name: _pointed(found[name])} if found.get(name) else {}
        if found.get("watched") and self.watched is not TimeUnit.SECONDS:
            found["watched"] = _seconds(found["watched"], self.watched)
        if found.get("period"):
            found["period"] = _month(found["period"])
        return found


OURS = ColumnMapping("ours")
_ADAPTER: TypeAdapter[ColumnMapping] = TypeAdapter(ColumnMapping)


def mapping_from_dict(data: Mapping[str, Any]) -> ColumnMapping:
    """Read a mapping; raises BadInput (bad-mapping) naming each field at fault."""
    try:
        return _ADAPTER.validate_json(json.dumps(data, allow_nan=False), strict=True)
    except ValidationError as exc:
        said = "; ".join(faults_of(exc))
    except (TypeError, ValueError, RecursionError):
        said = "it is no JSON"
    raise BadInput(
        f"This mapping cannot be read ({said}).",
        next_step=f"The columns are {', '.join(COLUMNS)}.",
        code="bad-mapping",
    )


def mapping_to_dict(mapping: ColumnMapping) -> dict[str, Any]:
    """JSON-ready form; inverse of `mapping_from_dict`."""
    found: dict[str, Any] = _ADAPTER.dump_python(mapping, mode="json")
    return found


def plain(heading: str) -> str:
    """A heading as headings are compared: small letters, single blanks."""
    return " ".join(heading.strip().lower().split())


def _ungrouped(text: str, thousands: Thousands, decimal: Point) -> str:
    """A figure whose digits stand in threes without what parts them; any other stays as it is."""
    plainly = text.translate(_BLANKS) if thousands is Thousands.BLANK else text
    parted, point = re.escape(thousands.value), re.escape(decimal.value)
    grouped = re.fullmatch(rf"[0-9]{{1,3}}(?:{parted}[0-9]{{3}})+(?:{point}[0-9]+)?", plainly)
    return plainly.replace(thousands.value, "") if grouped else text


def _pointed(text: str) -> str:
    """With a point before decimals; a point that is there already would be read as one."""
    return text.replace(",", ".") if "." not in text else f"{text}?"


def _seconds(text: str, unit: TimeUnit) -> str:
    if _TIMED.fullmatch(text) is None:
        return text if ":" in text else f"{text}?"
    ms = Fraction(text) * _MS[unit]
    return f"{round(ms) // 1000}.{round(ms) % 1000:03d}"


def _month(text: str) -> str:
    """`202611`, `2026-11-03` and `11/2026` as `2026-11`."""
    for pattern, (year, month) in _MONTHS:
        found = pattern.fullmatch(text)
        if found is not None:
            return f"{found.group(year)}-{int(found.group(month)):02d}"
    return text
