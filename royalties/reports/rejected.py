"""Rejected lines as a CSV that can be mended and handed in again.

Of a CSV the lines keep their own headings; what is wrong stands in columns that no import reads.
Of any other report a line is one JSON object, and the file is read by what stands in that column.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from royalties.models import Reject, UsageRow
from royalties.reports.jsonlines import read_object
from royalties.reports.lines import LineReader, read_line, read_lines
from royalties.reports.mapping import OURS, ColumnMapping, plain
from royalties.usage import ADDED, DELIMITERS, Header, split

_LINE = "line"


def first_line(header: Header | None) -> str:
    """The headings of the file."""
    if header is None:
        return _line((*ADDED, _LINE))
    return _line((*header.headings, *ADDED), header.delimiter)


def line_of(one: Reject, header: Header | None, words: Mapping[str, str]) -> str:
    """One rejected line and what is wrong with it, in `words` by cause."""
    wrong = (str(one.line_no), one.column, words.get(one.cause, one.cause))
    if header is None:
        return _line((*wrong, one.text))
    cells = split(one.text, header.delimiter) if one.text else None
    if cells is None or len(cells) != header.width:
        # It does not fall into cells, so that it stands whole in the first.
        cells = [one.text, *([""] * (header.width - 1))]
    return _line((*cells, *wrong), header.delimiter)


def is_mended(begun: bytes) -> bool:
    """Whether a file that begins so holds rejected lines of what was no CSV."""
    return _delimiter(begun.partition(b"\n")[0]) is not None


def read_mended(stream: LineReader, mapping: ColumnMapping = OURS) -> Iterator[UsageRow | Reject]:
    """Read such a file again, one answer per line of it."""
    delimiter = _delimiter(read_line(stream)) or DELIMITERS[0]
    ours = {plain(heading): name for name, heading in mapping.columns.items()}
    for line_no, text in read_lines(stream, 1, mapping.encoding):
        if isinstance(text, Reject):
            yield text
            continue
        cells = split(text, delimiter)
        if cells is None or len(cells) != len(ADDED) + 1:
            cause = "broken-quotes" if cells is None else "wrong-number-of-fields"
            yield Reject(line_no, cause, text=text)
        else:
            yield read_object(cells[-1], line_no, mapping, ours)


def _delimiter(first: bytes) -> str | None:
    """What parts the headings of such a file; None for any other."""
    text = first.removeprefix(codecs.BOM_UTF8).decode("utf-8", "replace").strip()
    for delimiter in DELIMITERS:
        names = [name.strip() for name in split(text, delimiter) or ()]
        if names == [*ADDED, _LINE]:
            return delimiter
    return None


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A rejected line as its file tells it: `cause` in words, `text` as it came."""

    line_no: int
    column: str
    cause: str
    text: str


def read_rejected(lines: Iterable[str]) -> Iterator[RejectedLine]:
    """The lines of such a file, one at a time; nothing for a file of another kind."""
    rest = iter(lines)
    head = next(rest, "")
    for delimiter in DELIMITERS:
        names = next(csv.reader([head], delimiter=delimiter), [])
        own = len(names) - len(ADDED)
        if ADDED not in (tuple(names[own:]), tuple(names[: len(ADDED)])):
            continue
        start = own if tuple(names[own:]) == ADDED else 0
        for cells in csv.reader(rest, delimiter=delimiter):
            number, column, cause = cells[start : start + len(ADDED)]
            said = [*cells[:start], *cells[start + len(ADDED) :]]
            # Cells left empty at the end are those of a line that did not fall into any.
            yield RejectedLine(int(number), column, cause, delimiter.join(said).rstrip(delimiter))
        return


def _line(cells: tuple[str, ...], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
