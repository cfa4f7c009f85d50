"""Tariffs: the tables of the documentation, and properties of the arithmetic."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.currencies import unit_micro
from core.money import MICRO, parse_rate, rate_text, to_units
from licensing.models import TariffKind, TariffTerm
from royalties.models import Ratio
from royalties.tariffs.rates import amount
from tests.unit.royalties.worlds import SIMPLE

DOCUMENT = Path(__file__).parents[3] / "docs" / "tariffs.md"


def table(heading: str) -> list[list[str]]:
    """The body of the first table below a heading of docs/tariffs.md whose cells are figures."""
    section = DOCUMENT.read_text("utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in section.splitlines()
        if row.startswith("|")
    ]
    return rows[2:]


def worked(kind: TariffKind) -> list[tuple[TariffKind, list[str]]]:
    return [(kind, row) for row in table(f"`{kind.value}`")]


@pytest.mark.parametrize(
    ("kind", "row"), [*worked(TariffKind.PER_MINUTE), *worked(TariffKind.PER_VIEW)]
)
def test_worked_tables_of_the_documentation(kind: TariffKind, row: list[str]) -> None:
    rate, currency, use_ms, factor, views, stated, stated_text = row
    priced = amount(
        TariffTerm(kind, parse_rate(rate), currency),
        use_ms=int(use_ms),
        views=int(views),
        territory_factor=Ratio(*map(int, factor.split("/"))),
    )
    assert priced.amount_micro == int(stated)
    assert rate_text(priced.amount_micro) == stated_text


def test_every_kind_has_a_worked_table() -> None:
    assert all(len(worked(kind)) >= 3 for kind in SIMPLE)


@pytest.mark.parametrize("row", table("From millionths to cents"))
def test_cents_table_of_the_documentation(row: list[str]) -> None:
    assert to_units(int(row[0]), unit_micro(row[1])) == (int(row[2]), int(row[3]))


rates = st.integers(0, 10**12)
durations = st.integers(0, 10**9)
counts = st.integers(0, 10**12)
ratios = st.builds(Ratio, st.integers(0, 1000), st.integers(1, 1000))


@settings(deadline=None)
@given(st.sampled_from(SIMPLE), rates, durations, counts, ratios)
def test_amount_is_the_exact_figure_without_the_part_below_a_millionth(
    kind: TariffKind, rate: int, use_ms: int, views: int, factor: Ratio
) -> None:
    priced = amount(
        TariffTerm(kind, rate, "EUR"), use_ms=use_ms, views=views, territory_factor=factor
    )
    exact = Fraction(rate, MICRO) * (
        Fraction(use_ms, 60_000) * Fraction(factor.numerator, factor.denominator)
        if kind is TariffKind.PER_MINUTE
        else views
    )
    assert 0 <= exact - Fraction(priced.amount_micro, MICRO) < Fraction(1, MICRO)


@settings(deadline=None)
@given(st.sampled_from(SIMPLE), rates, durations, counts, ratios)
def test_working_leads_back_to_the_amount(
    kind: TariffKind, rate: int, use_ms: int, views: int, factor: Ratio
) -> None:
    priced = amount(
        TariffTerm(kind, rate, "EUR"), use_ms=use_ms, views=views, territory_factor=factor
    )
    working = dict(priced.working)
    product = 1
    for name, value in working.items():
        if name not in ("tariff", "divisor", "remainder"):
            product *= int(value)
    assert priced.amount_micro * int(working["divisor"]) + int(working["remainder"]) == product


@settings(deadline=None)
@given(rates, durations, ratios, st.integers(0, 10**6))
def test_longer_use_never_costs_less(rate: int, use_ms: int, factor: Ratio, more: int) -> None:
    term = TariffTerm(TariffKind.PER_MINUTE, rate, "EUR")
    shorter = amount(term, use_ms=use_ms, views=0, territory_factor=factor)
    longer = amount(term, use_ms=use_ms + more, views=0, territory_factor=factor)
    assert longer.amount_micro >= shorter.amount_micro


@pytest.mark.parametrize(("numerator", "denominator"), [(1, 0), (-1, 2), (1, -2)])
def test_a_factor_is_never_negative_or_undefined(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="ratio"):
        Ratio(numerator, denominator)
