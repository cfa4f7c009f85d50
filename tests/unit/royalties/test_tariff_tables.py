"""Shipped tariffs against the worked tables of the documentation, figure by figure."""

import json
import re
from fractions import Fraction

import pytest

from core.money import rate_text
from royalties.tariffs.figures import as_facts, beside_from_dict
from royalties.tariffs.models import Kind, Tariff
from royalties.tariffs.points import by_points
from royalties.tariffs.pricing import price_all
from royalties.tariffs.shelf import on_shelf, shipped
from tests.unit.royalties.tariff_tables import DOCUMENT, facts, participant, rows


@pytest.mark.parametrize("tariff", shipped(), ids=lambda one: one.id)
def test_worked_table_of_a_shipped_tariff(tariff: Tariff) -> None:
    table = rows(f"### `{tariff.id}`")
    lines = {f"{place:02d}": facts(row, tariff.currency) for place, row in enumerate(table)}
    priced = price_all(tariff, lines, whole=lines["00"])
    for (_, amount), row in zip(sorted(priced.items()), table, strict=True):
        assert amount.amount_micro == int(row["amount in millionths"])
        assert rate_text(amount.amount_micro) == row["amount"]


def test_every_kind_ships_with_a_tariff() -> None:
    assert {tariff.kind for tariff in shipped()} == set(Kind)


def test_the_example_of_figures_is_read() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    beside = beside_from_dict(json.loads(text))
    assert as_facts(beside.rows[0]).completion == Fraction(7, 10)
    assert [row.works for row in beside.of_performers().values()] == [3]


def test_worked_table_of_points() -> None:
    tariff = on_shelf("gvl-points")
    assert tariff is not None
    table = rows("## Points")
    total = int(rows("### `gvl-points`")[0]["amount in millionths"])
    portions = by_points(total, [participant(row) for row in table], tariff.weights)
    for portion, row in zip(portions, table, strict=True):
        assert (portion.key, portion.outcome.value) == (row["who"], row["goes to"])
        assert (str(portion.points), portion.amount_micro) == (
            row["points"],
            int(row["amount in millionths"]),
        )
    assert [portion.parties for portion in portions] == [(), (), ("GVL", "PPL"), ()]
    assert sum(portion.amount_micro for portion in portions) == total
