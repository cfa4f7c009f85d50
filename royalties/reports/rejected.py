"""Rejected lines as a CSV that can be mended and handed in again.

Of a CSV the lines keep their own headings; what is wrong stands in columns that no import reads.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from royalties.models import Reject
from royalties.usage import ADDED, DELIMITERS, Header, split


def first_line(header: Header | None) -> str:
    """The headings of the file."""
    if header is None:
        return _line((*ADDED, "line"))
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
