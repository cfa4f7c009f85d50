from datetime import UTC, datetime, timedelta

from core.dated import Dated, in_force

START = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def dated(value: str, start: datetime, end: datetime | None) -> Dated[str]:
    return Dated(value, start, end, "a law", "sure")


def test_a_value_holds_from_its_first_moment_until_before_its_end() -> None:
    items = [dated("old", START, END)]
    assert in_force(items, START) == "old"
    assert in_force(items, END - MOMENT) == "old"
    assert in_force(items, END) is None
    assert in_force(items, START - MOMENT) is None


def test_an_open_end_holds_for_ever() -> None:
    assert in_force([dated("open", START, None)], datetime.max.replace(tzinfo=UTC)) == "open"


def test_the_one_recorded_last_wins_where_several_hold() -> None:
    items = [dated("first", START, None), dated("corrected", START, END)]
    assert in_force(items, START) == "corrected"
    assert in_force(items, END) == "first"


def test_nothing_recorded_is_nothing_in_force() -> None:
    assert in_force([], START) is None
