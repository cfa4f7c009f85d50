"""The worked table of docs/runs.md, computed again from the rates on file."""

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

from royalties.deductions import categories, rate_sets, rates_in
from royalties.distribution import Desk, handed_on
from royalties.models_runs import RunKind
from tests.unit.royalties.run_worlds import claim

PAGE = (Path(__file__).parents[3] / "docs" / "runs.md").read_text("utf-8")
ROW = re.compile(r"^\| `([a-z_]+)` \| (\d{4}-\d\d) \|((?: \d+ \|){4})$", re.MULTILINE)


def test_every_category_stands_on_the_page() -> None:
    assert {row[0] for row in ROW.findall(PAGE)} == set(rate_sets())
    assert {rule.category for rule in categories().rules} <= set(rate_sets())


@pytest.mark.parametrize("row", ROW.findall(PAGE))
def test_a_hundred_euros_are_divided_as_the_page_says(row: tuple[str, str, str]) -> None:
    category, month, figures = row
    rates = rates_in(category, month)
    (line,) = handed_on(
        claim("a", month=month),
        Desk(RunKind.FIRST, lambda _: rates),
        received=100_000_000,
        drawn=0,
        reason="received",
    )
    parts = line.parts
    found = [parts.cost_micro, parts.social_micro, parts.reserve_micro, parts.net_micro]
    assert found == [int(one) for one in figures.split("|")[:-1]]


def test_every_rate_names_its_source_and_follows_the_one_before() -> None:
    folder = files("royalties").joinpath("data", "deductions")
    for entry in folder.iterdir():
        for one in json.loads(entry.read_bytes()).get("rates", ()):
            assert one["source"] and one["certainty"] in ("confirmed", "unconfirmed")
    for sets in rate_sets().values():
        ends = [one.valid_until for one in sets]
        assert ends == [one.valid_from for one in sets[1:]] + [None]
