"""What is deducted from money received: rates by category, as dated data with their source.

The rates in force on the first day of the month in which something was earned are the ones that
count, so that a later rate never changes what was earned before it. Which category a claim is of is
data too: the first rule that fits.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from core.dated import Dated, dated, in_force
from core.errors import Broken
from royalties.models import Ratio
from royalties.models_received import ReceivedClaim
from royalties.models_runs import Rates

FOLDER = "deductions"
CATEGORIES = "categories.json"
ANYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Rule:
    """Claims of these kinds of use, abroad or not, from a sister or not; empty or None fits all."""

    category: str
    kinds: frozenset[str]
    abroad: bool | None
    from_sister: bool | None = None

    def fits(self, use_kind: str, *, abroad: bool, from_sister: bool = False) -> bool:
        """Whether claims of a kind of use are of this rule's category."""
        here = self.abroad in (None, abroad) and self.from_sister in (None, from_sister)
        return here and (not self.kinds or use_kind in self.kinds)


@dataclass(frozen=True, slots=True)
class Categories:
    """The rules in their order, and the territories that are not abroad."""

    home: frozenset[str]
    rules: tuple[Rule, ...]

    def of(self, use_kind: str, territory: str, *, from_sister: bool = False) -> str:
        """The category of claims of a kind of use in a territory; the last rule fits them all."""
        abroad = territory not in self.home and territory not in (ANYWHERE, "")
        return next(
            rule.category
            for rule in self.rules
            if rule.fits(use_kind, abroad=abroad, from_sister=from_sister)
        )


def rates_of(claim: ReceivedClaim) -> Rates:
    """The rates that count for a claim."""
    return _rates_of(claim.use_kind, claim.territory, claim.earned_period, claim.from_sister)


@lru_cache(maxsize=10_000)
def _rates_of(use_kind: str, territory: str, period: str, from_sister: bool) -> Rates:
    return rates_in(categories().of(use_kind, territory, from_sister=from_sister), period)


def year_before(period: str) -> str:
    """The same month of the year before."""
    return f"{int(period[:4]) - 1:04d}{period[4:]}"


@cache
def rates_in(category: str, period: str) -> Rates:
    """The rates of a category in a month; raises `Broken` where the data has none."""
    first_day = datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC)
    found = in_force(rate_sets().get(category, ()), first_day)
    if found is None:
        raise Broken(f"No deductions of the category {category} are in force in {period}.")
    return found


@cache
def rate_sets() -> dict[str, tuple[Dated[Rates], ...]]:
    """Every set of rates on file by its category, in the order in which they were recorded."""
    folder = files("royalties").joinpath("data", FOLDER)
    found = {}
    for entry in folder.iterdir():
        if entry.name != CATEGORIES:
            data = json.loads(entry.read_bytes())
            category = str(data["category"])
            if entry.name != f"{category}.json":
                raise Broken(f"The deductions {entry.name} say that they are others.")
            found[category] = tuple(_dated(category, one) for one in data["rates"])
    return found


@cache
def categories() -> Categories:
    """Which claims are of which category."""
    path = files("royalties").joinpath("data", FOLDER, CATEGORIES)
    data = json.loads(path.read_bytes())
    rules = tuple(
        Rule(
            str(one["category"]),
            frozenset(one.get("kinds", ())),
            one.get("abroad"),
            one.get("from_sister"),
        )
        for one in data["rules"]
    )
    if not rules or rules[-1] != Rule(rules[-1].category, frozenset(), None):
        raise Broken("The last rule of the categories of deductions has to fit every claim.")
    return Categories(frozenset(data["home"]), rules)


def _dated(category: str, entry: dict[str, Any]) -> Dated[Rates]:
    return dated(
        Rates(
            id=str(entry["id"]),
            category=category,
            cost=Ratio(*entry["cost"]),
            social=Ratio(*entry["social"]),
            reserve=Ratio(*entry["reserve"]),
        ),
        entry,
    )
