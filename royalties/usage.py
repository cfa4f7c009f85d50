"""Reads a usage report line by line: every line is a row, or a reject with its line and cause.

Reports come from many platforms, are large, and are never quite clean: one bad line must not cost
the rest, and nothing may be guessed. So each physical line is parsed by itself (a broken quote
spoils one line, not the file), memory stays bounded by the longest line allowed, and columns may
stand in any order. CSV as in RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), UTF-8, with comma,
semicolon or tab; a quoted line break is not supported.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.errors import BadInput
from registry.models.works import ANYWHERE
from registry.territories import ALPHA_2
from royalties.models import Reject, UsageRow
from royalties.reports.cells import FIGURES, reported

REQUIRED = ("cut_id", "territory", "period", "views")
OPTIONAL = ("reference", "supersedes", *FIGURES)
DELIMITERS = (",", ";", "\t")
LINE_BYTES_MAX = 65_536
REFERENCE_CHARS_MAX = 200

_CUT_ID = re.compile(r"cut_[a-z2-7]{26}")
PERIOD = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
_VIEWS = re.compile(r"[0-9]{1,12}")
_LINE_ID = re.compile(r"usg_[a-z2-7]{26}")
# A report that counts no views has to say something else that a tariff counts.
_COUNTED = frozenset(FIGURES) - {"income_kind", "currency", "free"}


class LineReader(Protocol):
    """Anything that reads bytes by lines: a file, or one that counts along."""

    def readline(self, size: int = -1, /) -> bytes:
        """Read up to a line end, or `size` bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand; `ignored` are columns that nothing reads."""

    delimiter: str
    width: int
    columns: Mapping[str, int]
    ignored: tuple[str, ...]


def read_header(stream: LineReader) -> Header:
    """Read the first line of a report.

    Raises `BadInput` when it is not a header with all required columns, each named once.
    """
    text = _decode(_read_line(stream).removeprefix(b"\xef\xbb\xbf"))
    if text is None:
        raise _bad_header("is too long or not UTF-8")
    delimiter = max(DELIMITERS, key=text.count)
    names = [name.strip().lower() for name in _split(text, delimiter) or []]
    wanted = REQUIRED if _COUNTED.isdisjoint(names) else REQUIRED[:-1]
    missing = [name for name in wanted if name not in names]
    if missing:
        raise _bad_header(f"lacks {', '.join(missing)}")
    known = [name for name in names if name in REQUIRED + OPTIONAL]
    if len(known) != len(set(known)):
        raise _bad_header("names a column twice")
    columns = {name: names.index(name) for name in known}
    ignored = tuple(name for name in names if name not in columns)
    return Header(delimiter, len(names), columns, ignored)


def read_rows(stream: LineReader, header: Header) -> Iterator[UsageRow | Reject]:
    """Read the rest of a report, one answer per line that is not blank; line 1 is the header."""
    line_no = 1
    while raw := _read_line(stream):
        line_no += 1
        text = _decode(raw)
        if text is None:
            too_long = len(raw) > LINE_BYTES_MAX
            yield Reject(line_no, "line-too-long" if too_long else "not-utf-8")
        elif text.strip():
            yield _parse(text, line_no, header)


def _parse(text: str, line_no: int, header: Header) -> UsageRow | Reject:
    cells = _split(text, header.delimiter)
    if cells is None:
        return Reject(line_no, "broken-quotes")
    if len(cells) != header.width:
        return Reject(line_no, "wrong-number-of-fields")
    fields = {name: cells[at].strip() for name, at in header.columns.items()}
    return _row(fields, line_no)


def _row(fields: dict[str, str], line_no: int) -> UsageRow | Reject:
    fields["territory"] = fields["territory"].upper()
    said = reported(fields)
    bad = said if isinstance(said, str) else _first_bad(fields)
    if isinstance(said, str) or bad is not None:
        column = bad or ""
        return Reject(line_no, f"bad-{column.replace('_', '-')}", column)
    views = fields.get("views", "")
    if not views and not said.told().keys() - {"free"}:
        return Reject(line_no, "bad-views", "views")
    return UsageRow(
        line_no=line_no,
        cut_id=fields["cut_id"],
        territory=fields["territory"],
        period=fields["period"],
        views=int(views) if views else None,
        reference=fields.get("reference", ""),
        reported=said,
        supersedes=fields.get("supersedes") or None,
    )


def _first_bad(fields: Mapping[str, str]) -> str | None:
    checks = (
        ("cut_id", _CUT_ID),
        ("period", PERIOD),
        ("views", _VIEWS),
        ("supersedes", _LINE_ID),
    )
    for column, pattern in checks:
        text = fields.get(column, "")
        if pattern.fullmatch(text) is None and (text or column in REQUIRED[:-1]):
            return column
    if fields["territory"] not in ALPHA_2 and fields["territory"] != ANYWHERE:
        return "territory"
    return "reference" if len(fields.get("reference", "")) > REFERENCE_CHARS_MAX else None


def _read_line(stream: LineReader) -> bytes:
    """One physical line; of a line over the bound only its start is kept, the rest is skipped."""
    line = stream.readline(LINE_BYTES_MAX + 1)
    tail = line
    while len(tail) > LINE_BYTES_MAX and not tail.endswith(b"\n"):
        tail = stream.readline(LINE_BYTES_MAX + 1)
    return line


def _decode(line: bytes) -> str | None:
    if len(line) > LINE_BYTES_MAX:
        return None
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        return None


def _split(text: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def _bad_header(what: str) -> BadInput:
    return BadInput(
        f"The first line of the usage report {what}.",
        code="bad-usage-header",
        next_step=f"Save it as UTF-8 CSV whose first line names {', '.join(REQUIRED)}.",
    )
