"""Rejected lines as a CSV that can be mended and handed in again.

Of a CSV the lines keep their own headings; what is wrong stands in columns that no import reads.
"""

import csv
import io
from collections.abc import Mapping

from royalties.models import Reject
from royalties.usage import Header, split

ADDED = ("ebenbild_line", "ebenbild_column", "ebenbild_cause")


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


def _line(cells: tuple[str, ...], delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue()
