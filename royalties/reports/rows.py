"""The cells of one line as a usage row, or as a reject that names the column at fault."""

import re
from collections.abc import Mapping

from registry.models.works import ANYWHERE
from registry.territories import ALPHA_2
from royalties.models import Reject, UsageLine, UsageRow
from royalties.reports.cells import cells_of, reported
from royalties.reports.identifiers import OF_CUTS, OF_PEOPLE

REFERENCE_CHARS_MAX = 200
VIEWS_DIGITS_MAX = 12
PERIOD = re.compile(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])")
_NAMING = frozenset({*OF_CUTS, *OF_PEOPLE})
_CUT_ID = re.compile(r"cut_[a-z2-7]{26}")
_VIEWS = re.compile(rf"[0-9]{{1,{VIEWS_DIGITS_MAX}}}")
_LINE_ID = re.compile(r"usg_[a-z2-7]{26}")


def row_of(cells: Mapping[str, str], line_no: int, text: str = "") -> UsageRow | Reject:
    """Read the cells of a line, by column; what is not there is empty.

    A line without a cut names it by identifiers, which are looked up later. `text` is the line as
    it came.
    """
    fields = {**cells, "territory": cells.get("territory", "").upper()}
    said = reported(fields)
    names = _names(fields)
    if isinstance(said, str) or isinstance(names, str):
        return _bad(line_no, said if isinstance(said, str) else str(names), text)
    bad = _first_bad(fields, named=any(scheme in OF_CUTS for scheme, _ in names))
    if bad is not None:
        return _bad(line_no, bad, text)
    views = fields.get("views", "")
    if not views and not said.told().keys() - {"free"}:
        return _bad(line_no, "views", text)
    return UsageRow(
        line_no=line_no,
        cut_id=fields.get("cut_id", ""),
        territory=fields["territory"],
        period=fields["period"],
        views=int(views) if views else None,
        reference=fields.get("reference", ""),
        reported=said,
        supersedes=fields.get("supersedes") or None,
        names=names,
        text=text,
    )


def to_correct(line: UsageLine) -> dict[str, str]:
    """The cells of a line that stands in the place of this one until a figure is changed."""
    views = {} if line.views is None else {"views": str(line.views)}
    place = {"cut_id": line.cut_id, "territory": line.territory, "period": line.period}
    said = {**place, **views, **cells_of(line.reported)}
    named = {"reference": line.reference} if line.reference else {}
    return {**said, **named, **dict(line.names), "supersedes": line.id}


def _bad(line_no: int, column: str, text: str) -> Reject:
    return Reject(line_no, f"bad-{column.replace('_', '-')}", column, text)


def _names(fields: Mapping[str, str]) -> tuple[tuple[str, str], ...] | str:
    """The identifiers of the cut, then of people, in their one form; or the column that is none."""
    if _NAMING.isdisjoint(fields):
        return ()
    found = []
    for column, read in (*OF_CUTS.items(), *OF_PEOPLE.items()):
        if text := fields.get(column, ""):
            try:
                found.append((column, read(text)))
            except ValueError:
                return column
    return tuple(found)


def _first_bad(fields: Mapping[str, str], *, named: bool) -> str | None:
    checks = (
        ("cut_id", _CUT_ID, not named),
        ("period", PERIOD, True),
        ("views", _VIEWS, False),
        ("supersedes", _LINE_ID, False),
    )
    for column, pattern, needed in checks:
        text = fields.get(column, "")
        if pattern.fullmatch(text) is None and (text or needed):
            return column
    if fields["territory"] not in ALPHA_2 and fields["territory"] != ANYWHERE:
        return "territory"
    return "reference" if len(fields.get("reference", "")) > REFERENCE_CHARS_MAX else None
