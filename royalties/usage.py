"""Reads a usage report line by line: every line is a row, or a reject with its line and cause.

Reports come from many platforms, are large, and are never quite clean: one bad line must not cost
the rest, and nothing may be guessed. So each physical line is parsed by itself (a broken quote
spoils one line, not the file), memory stays bounded by the longest line allowed, and columns may
stand in any order. CSV as in RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), UTF-8, with comma,
semicolon or tab; a quoted line break is not supported.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from core.errors import BadInput
from royalties.models import Reject, UsageRow
from royalties.reports.cells import FIGURES
from royalties.reports.familiar import Familiar
from royalties.reports.identifiers import OF_CUTS
from royalties.reports.lines import Encoding, LineReader, decode, read_line, read_lines
from royalties.reports.mapping import COLUMNS, OURS, ColumnMapping, plain
from royalties.reports.rows import row_of

REQUIRED = ("cut_id", "territory", "period", "views")
OPTIONAL = tuple(name for name in COLUMNS if name not in REQUIRED)
DELIMITERS = (",", ";", "\t")
# What a file of rejected lines says of each, beside the sender's own columns.
ADDED = ("ebenbild_line", "ebenbild_column", "ebenbild_cause")
# A report that counts no views has to say something else that a tariff counts.
_COUNTED = frozenset(FIGURES) - {"income_kind", "currency", "free"}


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns stand; `ignored` are columns that nothing reads."""

    delimiter: str
    width: int
    columns: Mapping[str, int]
    ignored: tuple[str, ...]
    mapping: ColumnMapping = OURS
    headings: tuple[str, ...] = ()


def read_header(stream: LineReader, mapping: ColumnMapping = OURS) -> Header:
    """Read the first line of a report, as its sender's mapping says it is to be read.

    Raises `BadInput` when it is not a header with all required columns, each named once.
    """
    delimiter, found = headings(stream, mapping.encoding)
    names = [plain(name) for name in found]
    wanted = {column: plain(heading) for column, heading in mapping.columns.items()}
    wanted |= {name: name for name in COLUMNS if name not in wanted and name in names}
    absent = [mapping.columns[name] for name in mapping.columns if wanted[name] not in names]
    if absent:
        raise _bad_header(f"lacks {', '.join(absent)}, which the sender's mapping names")
    missing = _missing(wanted.keys() | mapping.fixed.keys())
    if missing:
        raise _bad_header(f"lacks {', '.join(missing)}")
    if any(names.count(heading) > 1 for heading in wanted.values()):
        raise _bad_header("names a column twice")
    columns = {name: names.index(heading) for name, heading in wanted.items()}
    used = set(columns.values())
    ignored = tuple(name for at, name in enumerate(names) if at not in used and name not in ADDED)
    return Header(delimiter, len(names), columns, ignored, mapping, tuple(found))


def headings(stream: LineReader, encoding: Encoding = Encoding.UTF_8) -> tuple[str, list[str]]:
    """The delimiter of a report and its headings as they stand; raises `BadInput` for none."""
    text = decode(read_line(stream).removeprefix(b"\xef\xbb\xbf"), encoding)
    if text is None:
        raise _bad_header("is too long or not UTF-8")
    delimiter = max(DELIMITERS, key=text.count)
    return delimiter, [name.strip() for name in split(text, delimiter) or []]


def read_rows(stream: LineReader, header: Header) -> Iterator[UsageRow | Reject]:
    """Read the rest of a report, one answer per line that is not blank; line 1 is the header."""
    simple = Familiar.fits(header.columns) and not header.mapping.fixed
    familiar = Familiar(header.columns) if simple else None
    delimiter, width = header.delimiter, header.width
    for line_no, text in read_lines(stream, 1, header.mapping.encoding):
        if isinstance(text, Reject):
            yield text
            continue
        cells = split(text, delimiter)
        if cells is None:
            yield Reject(line_no, "broken-quotes", text=text)
        elif len(cells) != width:
            yield Reject(line_no, "wrong-number-of-fields", text=text)
        else:
            known = familiar and familiar.row(cells, line_no, text)
            yield known or _parse(cells, line_no, text, header, familiar)


def _parse(
    cells: list[str], line_no: int, text: str, header: Header, familiar: Familiar | None
) -> UsageRow | Reject:
    fields = {name: cells[at].strip() for name, at in header.columns.items()}
    if header.mapping is not OURS:
        fields = header.mapping.read(fields)
    found = row_of(fields, line_no, text)
    if familiar is not None and isinstance(found, UsageRow) and found.cut_id:
        familiar.learn(cells, found)
    return found


def _missing(names: set[str]) -> list[str]:
    """Which columns are lacking: what names the cut, where, when, and any figure at all."""
    wanted = [name for name in REQUIRED[1:3] if name not in names]
    if names.isdisjoint({"cut_id", *OF_CUTS}):
        wanted.insert(0, "cut_id")
    return wanted if names & {"views", *_COUNTED} else [*wanted, "views"]


def split(text: str, delimiter: str) -> list[str] | None:
    """The cells of a line; None where a quotation mark is not closed."""
    if '"' not in text and "\r" not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), None)
    except csv.Error:
        return None


def _bad_header(what: str) -> BadInput:
    return BadInput(
        f"The first line of the usage report {what}.",
        code="bad-usage-header",
        next_step=(
            f"Save it as UTF-8 CSV whose first line names {', '.join(REQUIRED)}, or keep a mapping "
            "of the sender's headings: ebenbild usage mapping save SENDER FILE."
        ),
    )
