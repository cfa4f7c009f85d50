"""What is supposed of a month is laid on lines that do not say it, and comes to what was said."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from royalties.models import UsageLine
from royalties.supposed import with_supposed
from royalties.tariffs.facts import Facts
from royalties.tariffs.figures import Beside, Figures
from royalties.tariffs.models import IncomeKind

AT = datetime(2026, 11, 22, tzinfo=UTC)
VIEWS = st.lists(st.none() | st.integers(0, 10**9), min_size=1, max_size=12)
TOTAL = st.integers(0, 10**15)


def month(views: list[int | None]) -> list[UsageLine]:
    return [
        UsageLine(f"usl_{n}", "ten", "imp", n, f"cut_{n}", "DE", "2026-10", seen, "", "", AT)
        for n, seen in enumerate(views)
    ]


@given(VIEWS, TOTAL, TOTAL)
def test_totals_are_divided_to_the_last_unit(
    views: list[int | None], watched: int, earned: int
) -> None:
    lines = month(views)
    whole = Figures(watched_ms=watched, income={IncomeKind.VIEWS: earned}, currency="EUR")
    found = with_supposed(Beside(whole=whole), lines, {one.id: Facts() for one in lines})
    assert sum(one.watched_ms or 0 for one in found.values()) == watched
    assert sum((one.income or {})[IncomeKind.VIEWS] for one in found.values()) == earned


def test_what_a_line_or_its_own_row_says_stands() -> None:
    lines = month([100, 300, 300])
    rows = (Figures(cut_id="cut_1", payments=7, completion=Fraction(1, 4)),)
    beside = Beside(Figures(payments=40), Figures(completion=Fraction(1, 2)), rows)
    facts = {one.id: Facts() for one in lines}
    facts["usl_0"] = replace(facts["usl_0"], payments=9)
    found = with_supposed(beside, lines, facts)
    assert [found[one.id].payments for one in lines] == [None, 7, 40]
    halves = [found[one.id].completion for one in lines]
    assert halves == [Fraction(1, 2), Fraction(1, 4), Fraction(1, 2)]


def test_without_a_supposition_only_rows_are_left() -> None:
    lines = month([1, 2])
    row = Figures(cut_id="cut_0", payments=3)
    facts = {one.id: Facts() for one in lines}
    assert with_supposed(Beside(rows=(row,)), lines, facts) == {"usl_0": row}
