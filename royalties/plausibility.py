"""What makes a reported count implausible, so that a person looks before it earns anything.

The rules are dated data. None of them says that a figure is wrong: each says what is unlikely, with
the figures that it saw, in words that a person can check. Round or large numbers are no reason.
A jump is measured against the cut's own months in the same territory by median and median absolute
deviation, which one odd month cannot move.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any

from core.dated import Dated, dated, in_force
from core.errors import Broken
from fingerprint.models import Reason
from royalties.closing import months_before
from royalties.models import NOTHING, Ratio, UsageRow

DATA_FILE = "plausibility.json"
# Makes the median absolute deviation of normal figures their standard deviation.
_NORMAL = Fraction(14826, 10000)


@dataclass(frozen=True, slots=True)
class Jump:
    """When a month is far above the cut's own `months` before it, of which `months_min` exist.

    Both must be exceeded: `times` the median, and the median by so many `deviations`.
    """

    months: int
    months_min: int
    views_min: int
    times: int
    deviations: int


@dataclass(frozen=True, slots=True)
class Rules:
    """A dated set; fewer than `views_min` views are left alone but for counts that contradict.

    `watched_above_lengths` is how many lengths of the cut a view may last on average.
    """

    id: str
    views_min: int
    unique_above_views: bool
    watched_above_lengths: Ratio
    watched_ms_a_view_min: int
    device_plays_a_day_max: int
    jump: Jump


@cache
def rules_for(period: str) -> Rules:
    """The set in force on the first day of the month `YYYY-MM`; raises Broken for none."""
    found = in_force(_sets(), datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC))
    if found is None:
        raise Broken(f"No set of plausibility rules is in force in {period}.")
    return found


def contradictions(row: UsageRow, length_ms: int | None) -> tuple[Reason, ...]:
    """What in this line cannot go together; `length_ms` is the cut's, None where unknown."""
    if row.reported is NOTHING or row.views is None:
        return ()
    rules = rules_for(row.period)
    views, unique, watched = row.views, row.reported.unique_views, row.reported.watched_ms
    found = []
    if rules.unique_above_views and unique is not None and unique > views:
        found.append(Reason("unique-above-views", {"unique_views": unique, "views": views}))
    if watched is not None:
        found += _watched(rules, views, watched, length_ms)
    return tuple(found)


def jumped(total: int, before: Sequence[int], period: str) -> Reason | None:
    """Whether the views of a month are far above those of the months `before` it, in any order."""
    rule = rules_for(period).jump
    if total < rule.views_min or len(before) < rule.months_min:
        return None
    # Most months end here, before anything costly.
    if 2 * total <= rule.times * _twice_median(before):
        return None
    usual = Fraction(_twice_median(before), 2)
    spread = Fraction(median([abs(one - usual) for one in before]))
    if total <= usual + rule.deviations * _NORMAL * spread:
        return None
    detail = {"views": total, "usual": round(usual), "months": len(before)}
    return Reason("far-above-earlier-months", detail)


def busy_device(plays: int, period: str) -> Reason | None:
    """Whether one device began more views of a cut on one day than people do."""
    if plays <= rules_for(period).device_plays_a_day_max:
        return None
    return Reason("one-device-plays-much", {"plays": plays})


@cache
def months_back(period: str) -> str:
    """The first month that a jump in `period` is measured by."""
    return months_before(period, rules_for(period).jump.months)


def _watched(rules: Rules, views: int, watched_ms: int, length_ms: int | None) -> list[Reason]:
    lengths = rules.watched_above_lengths.exact
    if length_ms and watched_ms > lengths * views * length_ms:
        detail = {"watched_ms": watched_ms, "views": views, "length_ms": length_ms}
        return [Reason("watched-longer-than-views-allow", detail)]
    if views >= rules.views_min and watched_ms < views * rules.watched_ms_a_view_min:
        return [Reason("hardly-watched", {"watched_ms": watched_ms, "views": views})]
    return []


def _twice_median(numbers: Sequence[int]) -> int:
    found = sorted(numbers)
    return found[(len(found) - 1) // 2] + found[len(found) // 2]


@cache
def _sets() -> tuple[Dated[Rules], ...]:
    entries = json.loads(files("royalties").joinpath("data", DATA_FILE).read_bytes())["sets"]
    return tuple(_dated(entry) for entry in entries)


def _dated(entry: dict[str, Any]) -> Dated[Rules]:
    return dated(
        Rules(
            id=entry["id"],
            views_min=int(entry["views_min"]),
            unique_above_views=bool(entry["unique_above_views"]),
            watched_above_lengths=Ratio(*entry["watched_above_lengths"]),
            watched_ms_a_view_min=int(entry["watched_ms_a_view_min"]),
            device_plays_a_day_max=int(entry["device_plays_a_day_max"]),
            jump=Jump(**{name: int(value) for name, value in entry["jump"].items()}),
        ),
        entry,
    )
