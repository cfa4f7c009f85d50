from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import from_text, to_text, utc_now
from core.errors import BadInput


@given(st.datetimes(timezones=st.just(UTC)))
def test_text_keeps_every_instant(at: datetime) -> None:
    assert from_text(to_text(at)) == at


def test_the_present_has_whole_milliseconds_and_a_zone() -> None:
    now = utc_now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (datetime(2026, 11, 21, 10, tzinfo=UTC), "2026-11-21T10:00:00Z"),
        (datetime(2026, 11, 21, 10, 0, 0, 120_000, tzinfo=UTC), "2026-11-21T10:00:00.120Z"),
        (
            datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=2))),
            "2026-11-21T10:00:00Z",
        ),
    ],
)
def test_text_is_short_and_in_utc(at: datetime, text: str) -> None:
    assert to_text(at) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-21",
        "2026-11-21T10:00:00",
        "2026-13-01T00:00:00Z",
        "2026-11-21 10:00:00Z",
        "2026-11-21T24:30:00Z",
        "0001-01-01T00:00:00+23:59",
        "2026-11-21T10:00:00+0100",
        "२०२६-11-21T10:00:00Z",
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        from_text(text)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        to_text(datetime(2026, 1, 1))
