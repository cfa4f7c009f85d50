"""A month that has not begun anywhere on Earth has shown nothing."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from royalties.begun import begun, newest_month
from royalties.models import Reject, UsageRow

LAST_MORNING = datetime(2026, 11, 30, 9, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (LAST_MORNING, "2026-11"),
        (LAST_MORNING + timedelta(seconds=1), "2026-12"),
        (datetime(2026, 12, 31, 23, tzinfo=UTC), "2027-01"),
        (datetime(2026, 12, 1, 3, tzinfo=timezone(timedelta(hours=14))), "2026-12"),
    ],
)
def test_a_month_begins_where_the_date_changes_first(at: datetime, month: str) -> None:
    assert newest_month(at) == month


def test_only_lines_of_months_to_come_are_rejected_each_with_its_text() -> None:
    months = ("2026-10", "2026-11", "2026-12", "2099-01")
    rows = [UsageRow(n, "", "DE", month, 1, text=month) for n, month in enumerate(months, 2)]
    rejects = [Reject(1, "broken-quotes")]
    assert list(begun(rows, LAST_MORNING, rejects)) == rows[:2]
    assert rejects[1:] == [Reject(n, "period-in-future", "period") for n in (4, 5)]
    assert [one.text for one in rejects[1:]] == ["2026-12", "2099-01"]
