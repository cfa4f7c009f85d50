"""What stands in for a report that never came, and which step is due when."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from royalties.estimating import estimate, months_of, rule_for
from royalties.models import NOTHING, Reported, UsageLine
from royalties.models_usage import Reporting
from royalties.tariffs.models import IncomeKind
from royalties.unreported import days_since, level_of, months_within, state_of

MONTH = "2026-11"
RULE = rule_for(MONTH)


def line(period: str, views: int | None, place: str = "DE", said: Reported = NOTHING) -> UsageLine:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    name = f"usg_{period}{place}{views}{said.income_micro}"
    return UsageLine(name, "ten", "imp", 1, "cut_a", place, period, views, "", "", at, said)


def test_the_mean_of_the_last_three_reported_months_by_territory() -> None:
    lines = [line("2026-07", 100), line("2026-09", 50), line("2026-09", 51), line("2026-10", 0)]
    made = estimate("cut_a", MONTH, [*lines, line("2026-10", 10, "AT")], ("*",))
    assert [(row.territory, row.views) for row in made.rows] == [("AT", 3), ("DE", 67)]
    assert made.months == ("2026-07", "2026-09", "2026-10")
    assert made.inputs == tuple(sorted(one.id for one in [*lines, line("2026-10", 10, "AT")]))
    assert {row.reference for row in made.rows} == {"estimate estimate-1"}
    assert {row.period for row in made.rows} == {MONTH}


def test_incomes_of_different_kinds_stay_apart_and_what_a_line_does_not_tell_is_unknown() -> None:
    ads = Reported(income_micro=9, income_kind=IncomeKind.ADVERTS, currency="EUR")
    views = Reported(income_micro=7, income_kind=IncomeKind.VIEWS, currency="EUR", unique_views=2)
    silent = Reported(income_micro=1, income_kind=IncomeKind.VIEWS, currency="EUR")
    lines = [line("2026-10", 1, said=ads), line("2026-10", None, said=views)]
    lines.append(line("2026-09", 5, said=silent))
    made = estimate("cut_a", MONTH, lines, ("DE",))
    assert [(row.reported.income_kind, row.reported.income_micro) for row in made.rows] == [
        (IncomeKind.ADVERTS, 4),
        (IncomeKind.VIEWS, 4),
    ]
    assert [(row.views, row.reported.unique_views) for row in made.rows] == [
        (0, None),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("territories", "place"), [(("*",), "*"), (("AT", "DE"), "AT"), (("*", "DE"), "*")]
)
def test_a_title_never_reported_gets_a_flat_count_where_it_is_licensed(
    territories: tuple[str, ...], place: str
) -> None:
    made = estimate("cut_a", MONTH, [], territories)
    assert [(row.territory, row.views) for row in made.rows] == [(place, RULE.flat_views)]
    assert (made.months, made.inputs) == ((), ())


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=3))
def test_an_estimate_is_never_above_the_largest_month(views: list[int]) -> None:
    lines = [line(f"2026-{7 + n:02d}", one) for n, one in enumerate(views)]
    (row,) = estimate("cut_a", MONTH, lines, ("*",)).rows
    assert row.views is not None
    assert min(views) - 1 <= row.views <= max(views)


def test_only_recent_months_before_it_count() -> None:
    known = ["2025-10", "2025-11", "2026-02", "2026-03", "2026-04", "2026-11", "2026-12"]
    assert months_of(RULE, MONTH, known) == ("2026-02", "2026-03", "2026-04")
    assert months_of(RULE, "2026-03", known) == ("2025-10", "2025-11", "2026-02")
    assert months_of(RULE, MONTH, ["2025-10"]) == ()


def test_terms_run_from_the_first_day_after_the_month_in_utc() -> None:
    last = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)
    assert days_since(MONTH, last) == 0
    assert days_since(MONTH, datetime(2026, 12, 1, tzinfo=UTC)) == 1
    assert days_since(MONTH, datetime(2026, 12, 15, tzinfo=UTC)) == 15
    assert [level_of(days, (15, 30)) for days in (14, 15, 29, 30, 99)] == [0, 1, 1, 2, 2]
    found = list(months_within(datetime(2027, 1, 29, tzinfo=UTC), 60))
    assert found == ["2026-12", "2026-11"]
    assert list(months_within(datetime(2027, 1, 30, tzinfo=UTC), 60)) == ["2026-12"]


def test_how_far_a_missing_report_is() -> None:
    def state(days: int, level: int, estimated: bool) -> Reporting:
        return state_of(days, level, estimated=estimated, never_days=180)

    assert state(1, 0, False) is Reporting.AWAITED
    assert state(40, 2, False) is Reporting.REMINDED
    assert state(61, 2, True) is Reporting.ESTIMATED
    assert state(180, 2, True) is state(180, 0, False) is Reporting.NEVER
