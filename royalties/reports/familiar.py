"""Cells that a report repeats are checked once: a line made of such cells needs no second look.

A report names the same cuts, territories and months on line after line. A line that is not made of
cells that were good before is left to `row_of`, which alone has the rules.
"""

from collections.abc import Mapping, Sequence

from royalties.models import NOTHING, UsageRow
from royalties.reports.rows import REFERENCE_CHARS_MAX, VIEWS_DIGITS_MAX

_PLACE = ("cut_id", "territory", "period")
_READ = frozenset({*_PLACE, "views", "reference"})
_REMEMBERED_MAX = 50_000
# As `UsageRow` does it, without a step in between.
_row = tuple.__new__


class Familiar:
    """How the cells of good lines were read; `columns` says where each column stands.

    Only for reports that read nothing but views of cuts, and have a column for each part.
    """

    def __init__(self, columns: Mapping[str, int]) -> None:
        self._cut, self._territory, self._period = (columns[name] for name in _PLACE)
        self._views, self._reference = columns["views"], columns.get("reference")
        self._cuts: dict[str, str] = {}
        self._territories: dict[str, str] = {}
        self._periods: dict[str, str] = {}

    @staticmethod
    def fits(columns: Mapping[str, int]) -> bool:
        """Whether lines of these columns are made of what can be known again."""
        return columns.keys() <= _READ and columns.keys() >= {*_PLACE, "views"}

    def row(self, cells: Sequence[str], line_no: int, text: str) -> UsageRow | None:
        """The line as `row_of` would read it, or None where it has to."""
        views = cells[self._views].strip()
        if not (views.isdigit() and views.isascii() and len(views) <= VIEWS_DIGITS_MAX):
            return None
        reference = "" if self._reference is None else cells[self._reference].strip()
        if len(reference) > REFERENCE_CHARS_MAX:
            return None
        try:
            cut_id = self._cuts[cells[self._cut]]
            territory = self._territories[cells[self._territory]]
            period = self._periods[cells[self._period]]
        except KeyError:
            return None
        said = cut_id, territory, period, int(views), reference
        return _row(UsageRow, (line_no, *said, NOTHING, None, (), text))

    def learn(self, cells: Sequence[str], row: UsageRow) -> None:
        """Remember how the cells of a line were read."""
        for known, at, value in (
            (self._cuts, self._cut, row.cut_id),
            (self._territories, self._territory, row.territory),
            (self._periods, self._period, row.period),
        ):
            if len(known) >= _REMEMBERED_MAX:
                known.clear()
            known[cells[at]] = value
