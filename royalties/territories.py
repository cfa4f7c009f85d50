"""The territory factors that ship with the package, as dated data with their source.

The set in force on the first day of the month in which something was shown is the one that counts,
so that a later set never changes what was earned before it.
"""

import json
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from core.dated import Dated, dated, in_force
from core.errors import Broken
from royalties.models import Ratio, TerritoryFactors

DATA_FILE = "territory_factors.json"


@cache
def factor_sets() -> tuple[Dated[TerritoryFactors], ...]:
    """Every set on file, in the order in which they were recorded."""
    entries = json.loads(files("royalties").joinpath("data", DATA_FILE).read_bytes())["sets"]
    return tuple(_dated(entry) for entry in entries)


def factors_for(period: str) -> TerritoryFactors:
    """The set that counts for the month `YYYY-MM`."""
    first_day = datetime(int(period[:4]), int(period[5:]), 1, tzinfo=UTC)
    found = in_force(factor_sets(), first_day)
    if found is None:
        raise Broken(f"No set of territory factors is in force in {period}.")
    return found


def _dated(entry: dict[str, Any]) -> Dated[TerritoryFactors]:
    return dated(
        TerritoryFactors(
            id=entry["id"],
            default=Ratio(*entry["default"]),
            factors={name: Ratio(*pair) for name, pair in entry["factors"].items()},
        ),
        entry,
    )
