"""Figures supposed of a whole month, laid on its usage lines where no report says them.

They are for dry runs alone. What is said of each line holds for every line that does not say it
itself; a total is divided over the lines that lack it by their views, evenly where none has any, to
the last unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from royalties.models import UsageLine
from royalties.tariffs.dividing import divide
from royalties.tariffs.facts import Facts
from royalties.tariffs.figures import Beside, Figures

OF_EACH = ("completion", "days")
TOTALS = ("unique_views", "watched_ms", "payments")
NOTHING = Figures()


def with_supposed(
    beside: Beside, lines: Sequence[UsageLine], said: Mapping[str, Facts]
) -> dict[str, Figures]:
    """The figures beside each line, by its id: its own row, and what is supposed of it.

    `said` are the facts that each line states. Raises as `Beside.of_lines` does.
    """
    own = beside.of_lines(lines)
    if (beside.each, beside.whole) == (NOTHING, NOTHING):
        return own
    rows = {line.id: _each(beside.each, own.get(line.id, NOTHING)) for line in lines}
    weights = {line.id: Fraction(line.views or 0) for line in lines}
    for name in TOTALS:
        lacking = [one for one, row in rows.items() if _lacks(said[one], row, name)]
        for line_id, part in _shares(getattr(beside.whole, name), lacking, weights).items():
            rows[line_id] = _with(rows[line_id], {name: part})
    _lay_income(beside.whole, rows, said, weights)
    return rows


def _each(each: Figures, row: Figures) -> Figures:
    """A line's own figures, with what is said of each line where it has none."""
    told = {name: getattr(each, name) for name in OF_EACH if getattr(row, name) is None}
    return _with(row, told)


def _with(row: Figures, told: Mapping[str, Any]) -> Figures:
    return replace(row, **told)


def _lay_income(
    whole: Figures,
    rows: dict[str, Figures],
    said: Mapping[str, Facts],
    weights: Mapping[str, Fraction],
) -> None:
    lacking = [
        one for one, row in rows.items() if said[one].income_micro is None and row.income is None
    ]
    for kind, total in (whole.income or {}).items():
        for line_id, part in _shares(total, lacking, weights).items():
            income = {**(rows[line_id].income or {}), kind: part}
            rows[line_id] = replace(rows[line_id], income=income, currency=whole.currency)


def _lacks(facts: Facts, row: Figures, name: str) -> bool:
    return getattr(facts, name) is None and getattr(row, name) is None


def _shares(
    total: int | None, line_ids: Sequence[str], weights: Mapping[str, Fraction]
) -> dict[str, int]:
    if total is None or not line_ids:
        return {}
    own = {name: weights[name] for name in line_ids}
    return divide(total, own if any(own.values()) else dict.fromkeys(line_ids, Fraction(1)))
