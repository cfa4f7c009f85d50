"""What stands in for a usage report that never came, by a dated rule.

The mean of the cut's last reported months, by territory and kind of income; a territory that one
of them did not have counts as nought there. A cut that was never reported gets a flat number of
views, in one place that its licence covers. Figures that no mean can be made of (completion,
subscribers, days) stay unknown, as everywhere.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from core.dated import Dated, dated, in_force
from core.errors import Broken
from registry.models.works import ANYWHERE
from royalties.closing import months_before
from royalties.models import NOTHING, Reported, UsageLine, UsageRow

DATA_FILE = "estimates.json"
REFERENCE = "estimate"
_SUMMED = ("unique_views", "watched_ms", "income_micro", "payments")
_Key = tuple[str, str, str, bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """The mean of so many reported months, none older than `look_back_months`, or a flat count."""

    id: str
    mean_months: int
    look_back_months: int
    flat_views: int


@dataclass(frozen=True, slots=True)
class Estimated:
    """The rows that stand in for a report, and what they rest on."""

    rule_id: str
    months: tuple[str, ...]
    inputs: tuple[str, ...]
    rows: tuple[UsageRow, ...]


def rule_for(month: str) -> Rule:
    """The rule in force on the first day of the month `YYYY-MM`; raises Broken for none."""
    found = in_force(_rules(), datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC))
    if found is None:
        raise Broken(f"No rule for estimates is in force in {month}.")
    return found


def months_of(rule: Rule, month: str, reported: Iterable[str]) -> tuple[str, ...]:
    """The months that the mean is made of: the last reported ones before `month`, in order."""
    first = months_before(month, rule.look_back_months)
    return tuple(sorted(one for one in reported if first <= one < month)[-rule.mean_months :])


def estimate(
    cut_id: str, month: str, lines: Sequence[UsageLine], territories: Sequence[str]
) -> Estimated:
    """Stand in for the report of a month; `lines` are those of the months of the mean.

    `territories` are those that licences of the cut cover.
    """
    rule = rule_for(month)
    months = tuple(sorted({line.period for line in lines}))
    if not lines:
        place = ANYWHERE if ANYWHERE in territories else min(territories)
        row = UsageRow(1, cut_id, place, month, rule.flat_views, _reference(rule))
        return Estimated(rule.id, (), (), (row,))
    groups: dict[_Key, list[UsageLine]] = {}
    for line in lines:
        groups.setdefault(_key(line), []).append(line)
    rows = tuple(
        UsageRow(
            line_no=number,
            cut_id=cut_id,
            territory=key[0],
            period=month,
            views=_mean([line.views for line in group], len(months)),
            reference=_reference(rule),
            reported=_reported(group, len(months)),
        )
        for number, (key, group) in enumerate(sorted(groups.items()), 1)
    )
    return Estimated(rule.id, months, tuple(sorted(line.id for line in lines)), rows)


def _key(line: UsageLine) -> _Key:
    said = line.reported
    return line.territory, said.income_kind or "", said.currency or "", bool(said.free)


def _reported(group: Sequence[UsageLine], months: int) -> Reported:
    said: dict[str, Any] = {
        name: _mean([getattr(line.reported, name) for line in group], months) for name in _SUMMED
    }
    first = group[0].reported
    said |= {"income_kind": first.income_kind, "currency": first.currency, "free": first.free}
    made = Reported(**said)
    return made if made.told() else NOTHING


def _mean(figures: Sequence[int | None], months: int) -> int | None:
    """The part of each month in whole numbers, rounded down; None where a line does not tell."""
    if None in figures:
        return None
    return sum(one for one in figures if one is not None) // months


def _reference(rule: Rule) -> str:
    return f"{REFERENCE} {rule.id}"


@cache
def _rules() -> tuple[Dated[Rule], ...]:
    data: Mapping[str, Any] = json.loads(
        files("royalties").joinpath("data", DATA_FILE).read_bytes()
    )
    return tuple(
        dated(
            Rule(
                id=str(one["id"]),
                mean_months=int(one["mean_months"]),
                look_back_months=int(one["look_back_months"]),
                flat_views=int(one["flat_views"]),
            ),
            one,
        )
        for one in data["sets"]
    )
