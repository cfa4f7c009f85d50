import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import from_text, living_behind, to_text, utc_now
from core.errors import BadInput

PACKAGES = ("core", "fingerprint", "registry", "licensing", "royalties", "api", "witness")
MOVES = re.compile(r"\b(living_behind|set_behind)\b|core\.clock\._")


@given(st.datetimes(timezones=st.just(UTC)))
def test_text_keeps_every_instant(at: datetime) -> None:
    assert from_text(to_text(at)) == at


def test_the_present_has_whole_milliseconds_and_a_zone() -> None:
    now = utc_now()
    assert now.utcoffset() == timedelta(0)
    assert now.microsecond % 1000 == 0


def sources() -> list[tuple[str, str]]:
    """Every file of the product: its path, its text."""
    root = Path(__file__).parents[3]
    files = [path for package in PACKAGES for path in (root / package).rglob("*.py")]
    return [(str(path.relative_to(root)), path.read_text("utf-8")) for path in files]


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


def test_a_made_up_past_is_left_when_its_block_is_and_nobody_lives_in_the_future() -> None:
    with living_behind() as clock:
        clock.set_behind(timedelta(days=92))
        assert timedelta(days=91) < datetime.now(UTC) - utc_now() < timedelta(days=93)
        with pytest.raises(ValueError, match="future"):
            clock.set_behind(timedelta(days=-1))
    assert datetime.now(UTC) - utc_now() < timedelta(minutes=1)


def test_only_the_demo_can_set_the_clock_of_its_process() -> None:
    found = {name for name, text in sources() if MOVES.search(text)}
    assert found == {"core/clock.py", "api/demo/story.py", "api/demo/season.py"}


def test_nothing_that_serves_reaches_the_demo() -> None:
    """Imports within functions count; the command `demo` alone has one."""
    found = {name for name, text in sources() if re.search(r"(from|import) api\.demo\b", text)}
    assert {name for name in found if not name.startswith("api/demo/")} == {"api/cli/demo.py"}
