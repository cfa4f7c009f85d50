"""A bank's table as CSV: each column of days or amounts is read in the one way that fits all of it.

`1.190` is eleven hundred and ninety euros or one euro nineteen, `03.04.2026` and `03/04/2026` are
not written by the same people: no line says which alone, and a figure that was guessed becomes
money. What fits no way in every line, or two ways with two meanings, is refused with its line.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TypeVar

from core.errors import BadInput
from core.money import parse_rate

_DELIMITERS = ";\t,"
_ENCODINGS = ("utf-8-sig", "windows-1252")
_ABOVE_MAX = 30
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = re.compile("[ T][0-9]{1,2}:[0-9]{2}.*")
_COINS = re.compile("[€£$\\s]")
_UNIT = re.compile(r"(.+?) (?:\(([^()]+)\)|in ([a-z]{3}))")
_DAY = "([0-9]{1,2})"
_YEAR = "([0-9]{4}|[0-9]{2})"
_HOW = (
    "Write a column in one way: days as 2026-11-20 or 20.11.2026, amounts as 1190.00 or 1.190,00."
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a table by its number in the file, its cells by their headings."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The lines below the headings; `code` is that of the errors that refuse the table."""

    lines: tuple[Line, ...]
    code: str

    def days(self, column: str) -> list[date]:
        """The days of a column; raises `BadInput` naming the line that cannot be read."""
        ways = (date.fromisoformat, _dotted, _day_first, _month_first, _by_name)
        return self._column(column, [_without_clock(way) for way in ways])

    def amounts(self, column: str) -> list[int]:
        """The amounts of a column in millionths; raises `BadInput` as `days` does."""
        return self._column(column, (_pointed, _with_comma))

    def signed(self, column: str) -> list[int]:
        """The same of amounts with a sign or a currency's; below zero for what went out."""
        return self._column(column, (_signed(_pointed), _signed(_with_comma)))

    def unread(self, line: Line, column: str) -> BadInput:
        """The refusal of the table because of one cell."""
        cell = line.cells[column][:30]
        return BadInput(
            f"Line {line.number} of the table cannot be read: {column} {cell!r}.",
            next_step=_HOW,
            code=self.code,
        )

    def _column(self, column: str, ways: Sequence[Callable[[str], T]]) -> list[T]:
        """The column as those ways read it that can read all of it, if they agree on each line."""
        for line in self.lines:
            ways = [way for way in ways if _reads(way, line.cells[column])]
            if not ways:
                raise self.unread(line, column)
        found = [{way(line.cells[column]) for way in ways} for line in self.lines]
        for line, meanings in zip(self.lines, found, strict=True):
            if len(meanings) > 1:
                raise self._ambiguous(line, column)
        return [meanings.pop() for meanings in found]

    def _ambiguous(self, line: Line, column: str) -> BadInput:
        cell = line.cells[column][:30]
        return BadInput(
            f"Line {line.number} of the table can be read in two ways: {column} {cell!r}.",
            next_step="Write days as 2026-11-20 and amounts as 1190.00: no other line says which.",
            code=self.code,
        )


def read_table(data: bytes, wanted: Sequence[Sequence[str]], code: str) -> Table:
    """A table in UTF-8 or Latin-1, parted by semicolons, tabs or commas.

    Headings are read in small letters; columns that nobody wants may be there, and lines above
    them. Of each of the `wanted` one heading will do, a unit after it too, as in `amount (eur)`.
    Raises `BadInput` for what is no table or lacks a wanted column.
    """
    said = _decoded(data, code)
    above, delimiter = _head(said, wanted)
    file = io.StringIO(said)
    for _ in range(above):
        file.readline()
    rows = csv.reader(file, delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        missing = _missing(names, wanted)
        if missing:
            raise lacking(missing, code)
        found = [
            _line(above + rows.line_num, names, row, code)
            for row in rows
            if any(map(str.strip, row))
        ]
    except csv.Error as exc:
        raise _no_table("The table is no CSV.", code) from exc
    return Table(tuple(found), code)


def bare(heading: str) -> tuple[str, str]:
    """A heading without its unit, and the unit: `amount (eur)` is `amount` and `eur`."""
    found = _UNIT.fullmatch(heading)
    return (heading, "") if found is None else (found[1], found[2] or found[3])


def lacking(columns: Iterable[str], code: str) -> BadInput:
    """The refusal of a table that lacks columns."""
    return _no_table(f"The table lacks a column {', '.join(columns)}.", code)


def _head(said: str, wanted: Sequence[Sequence[str]]) -> tuple[int, str]:
    """How many lines stand above the headings, and by what cells are parted."""
    lines = [*islice(io.StringIO(said), _ABOVE_MAX)]
    for above, line in enumerate(lines):
        for sign in _DELIMITERS:
            names = [name.strip(' "\r\n').lower() for name in line.split(sign)]
            if not _missing(names, wanted):
                return above, sign
    return 0, next((sign for sign in _DELIMITERS if sign in "".join(lines[:1])), ",")


def _missing(names: Sequence[str], wanted: Sequence[Sequence[str]]) -> list[str]:
    known = {*names, *(bare(name)[0] for name in names)}
    return sorted(one[0] for one in wanted if known.isdisjoint(one))


def _line(number: int, names: Sequence[str], row: Sequence[str], code: str) -> Line:
    cells = [cell.strip() for cell in row]
    if any(cells[len(names) :]):
        raise BadInput(
            f"Line {number} of the table has more cells than there are headings.",
            next_step="Part cells by semicolons, or put those with a comma of their own in quotes.",
            code=code,
        )
    return Line(number, dict(zip(names, cells + [""] * len(names), strict=False)))


def _decoded(data: bytes, code: str) -> str:
    """The text of a table; text of Latin-1 is hardly ever UTF-8 too."""
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _no_table("The table is neither UTF-8 nor Latin-1.", code)


def _no_table(message: str, code: str) -> BadInput:
    return BadInput(
        message,
        next_step="Hand in a CSV as docs/invoices.md and docs/payouts.md describe it.",
        code=code,
    )


def _reads(way: Callable[[str], object], cell: str) -> bool:
    try:
        way(cell)
    except ValueError:
        return False
    return True


def _dotted(cell: str) -> date:
    day, month, year = _parts(rf"{_DAY}\.{_DAY}\.{_YEAR}", cell)
    return date(year, month, day)


def _day_first(cell: str) -> date:
    day, month, year = _parts(rf"{_DAY}[/-]{_DAY}[/-]{_YEAR}", cell)
    return date(year, month, day)


def _month_first(cell: str) -> date:
    month, day, year = _parts(rf"{_DAY}[/-]{_DAY}[/-]{_YEAR}", cell)
    return date(year, month, day)


def _parts(pattern: str, cell: str) -> tuple[int, int, int]:
    """Three figures, the last one a year."""
    found = re.fullmatch(pattern, cell)
    if found is None:
        raise ValueError("no day")
    first, second, year = (int(part) for part in found.groups())
    return first, second, _year(year)


def _year(said: int) -> int:
    """Banks write 26 for 2026."""
    return said + 2000 if said < 100 else said


def _by_name(cell: str) -> date:
    """`20 Nov 2026`."""
    found = re.fullmatch(rf"{_DAY}[ -]([A-Za-z]{{3}})[a-z]*[ -]{_YEAR}", cell)
    if found is None:
        raise ValueError("no day")
    month = _MONTHS.index(found[2].lower()) + 1
    return date(_year(int(found[3])), month, int(found[1]))


def _without_clock(way: Callable[[str], date]) -> Callable[[str], date]:
    return lambda cell: way(_CLOCK.sub("", cell))


def _signed(way: Callable[[str], int]) -> Callable[[str], int]:
    """Reads `-12.50`, `12.50-`, `+ 12.50` and `12.50 €` too."""

    def read(cell: str) -> int:
        figure = _COINS.sub("", cell.replace("\u2212", "-"))
        amount = way(figure.strip("+-"))
        return -amount if "-" in figure else amount

    return read


def _pointed(cell: str) -> int:
    """`1758.74` or `1,758.74`."""
    return _micro(cell, ",", ".")


def _with_comma(cell: str) -> int:
    """`1758,74` or `1.758,74`."""
    return _micro(cell, ".", ",")


def _micro(cell: str, thousands: str, point: str) -> int:
    apart, mark = re.escape(thousands), re.escape(point)
    shape = rf"(?:[0-9]{{1,12}}|[0-9]{{1,3}}(?:{apart}[0-9]{{3}}){{1,3}})(?:{mark}[0-9]{{1,6}})?"
    if re.fullmatch(shape, cell) is None:
        raise ValueError("no amount")
    return parse_rate(cell.replace(thousands, "").replace(point, "."))
