"""Usage as JSON lines: one object a line, its fields named as the columns of a CSV.

Figures may be numbers where they are whole; anything with decimals is text, because a reader may
turn it into a binary float on its way.
"""

import json
from collections.abc import Iterator
from typing import Any

from royalties.models import Reject, UsageRow
from royalties.reports.lines import LineReader, read_lines
from royalties.reports.mapping import COLUMNS, OURS, ColumnMapping, plain
from royalties.reports.rows import row_of


def read_json(stream: LineReader, mapping: ColumnMapping = OURS) -> Iterator[UsageRow | Reject]:
    """Read a file of JSON lines, one answer per line that is not blank."""
    ours = {plain(heading): name for name, heading in mapping.columns.items()}
    for line_no, text in read_lines(stream, encoding=mapping.encoding):
        if isinstance(text, Reject):
            yield text
            continue
        yield read_object(text, line_no, mapping, ours)


def read_object(
    text: str, line_no: int, mapping: ColumnMapping, ours: dict[str, str]
) -> UsageRow | Reject:
    """Read one object; `ours` are our columns by the sender's headings."""
    cells = _cells(text, line_no, ours)
    return cells if isinstance(cells, Reject) else row_of(mapping.read(cells), line_no, text)


def _cells(text: str, line_no: int, ours: dict[str, str]) -> dict[str, str] | Reject:
    """The fields of one object as cells; fields that nothing reads are left out."""
    try:
        found = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    except (ValueError, RecursionError):
        return Reject(line_no, "not-json", text=text)
    if not isinstance(found, dict):
        return Reject(line_no, "not-json", text=text)
    cells = {}
    for heading, value in found.items():
        name = ours.get(plain(heading), heading)
        if name in COLUMNS and value is not None:
            cell = _cell(value)
            if cell is None:
                return Reject(line_no, f"bad-{name.replace('_', '-')}", name, text)
            cells[name] = cell
    return cells


def _cell(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip() if isinstance(value, str | int) else None


def _no_float(_text: str) -> None:
    raise ValueError("decimals are written as text")
