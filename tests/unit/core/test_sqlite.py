import pytest

from core import sqlite


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_safe_from_the_fixed_versions_on(version: tuple[int, ...], safe: bool) -> None:
    assert sqlite.wal_is_safe(version) is safe


class OldDriver:
    sqlite_version_info = (3, 40, 1)


def test_an_old_sqlite_is_kept_off_wal() -> None:
    assert sqlite.journal_mode(OldDriver) == "DELETE"


def test_the_driver_in_use_is_sound() -> None:
    assert sqlite.wal_is_safe(sqlite.driver().sqlite_version_info)


def test_plain_values_are_stored_as_they_are() -> None:
    wanted = (None, b"\x00\xff", True, False, 7, 1.5, "text")
    marks = ", ".join("?" * len(wanted))
    connection = sqlite.driver().connect(":memory:")
    found = connection.execute(f"SELECT {marks}", wanted).fetchone()
    told = connection.execute(f"SELECT typeof({'), typeof('.join('?' * len(wanted))})", wanted)
    assert found == wanted
    assert told.fetchone() == ("null", "blob", "integer", "integer", "integer", "real", "text")
    connection.close()
