"""What the status page concludes from what is known, line by line."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.condition import Facts, State, signs, worst
from api.web import texts

NOW = datetime(2030, 1, 10, 12, tzinfo=UTC)
WELL = Facts(
    worker_at=NOW - timedelta(seconds=9),
    lease_until=None,
    open_jobs=0,
    oldest_at=None,
    log_size=7,
    log_at=NOW - timedelta(days=3),
    witnesses=2,
    cosigned=1,
    backup_at=NOW - timedelta(hours=20),
    single_operator=False,
    disk_free_bytes=5 * 1024**3,
)
SILENT = NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("changed", "name", "code", "state", "whole"),
    [
        ({}, "worker", "worker.waits", State.GOOD, State.GOOD),
        ({"worker_at": SILENT}, "worker", "worker.silent", State.ASK, State.ASK),
        ({"worker_at": SILENT, "open_jobs": 1}, "worker", "worker.silent", State.BAD, State.BAD),
        (
            {"worker_at": NOW + timedelta(hours=5), "open_jobs": 1},
            "worker",
            "worker.silent",
            State.BAD,
            State.BAD,
        ),
        ({"worker_at": None, "open_jobs": 1}, "worker", "worker.never", State.BAD, State.BAD),
        (
            {"worker_at": SILENT, "open_jobs": 1, "lease_until": NOW + timedelta(seconds=1)},
            "worker",
            "worker.busy",
            State.GOOD,
            State.GOOD,
        ),
        ({"open_jobs": 3, "oldest_at": SILENT}, "queue", "queue.slow", State.ASK, State.ASK),
        ({"open_jobs": 3, "oldest_at": NOW}, "queue", "queue.open", State.GOOD, State.GOOD),
        ({"witnesses": 0}, "log", "log.alone", State.GOOD, State.GOOD),
        ({"log_at": None}, "log", "log.empty", State.GOOD, State.GOOD),
        ({"backup_at": None}, "backup", "backup.never", State.ASK, State.ASK),
        ({"backup_at": NOW - timedelta(days=3)}, "backup", "backup.old", State.ASK, State.ASK),
        ({}, "disk", "disk.room", State.GOOD, State.GOOD),
        ({"disk_free_bytes": 1024**3}, "disk", "disk.low", State.ASK, State.ASK),
        ({"disk_free_bytes": 255 * 1024**2}, "disk", "disk.full", State.BAD, State.BAD),
        ({"log_at": NOW + timedelta(minutes=4)}, "clock", "clock.right", State.GOOD, State.GOOD),
        ({"log_at": NOW + timedelta(minutes=6)}, "clock", "clock.behind", State.BAD, State.BAD),
        ({"log_at": None}, "clock", "clock.right", State.GOOD, State.GOOD),
        ({"single_operator": True}, "mode", "mode.single", State.ASK, State.GOOD),
    ],
)
def test_each_fact_has_its_sign(
    changed: dict[str, Any], name: str, code: str, state: State, whole: State
) -> None:
    found = signs(replace(WELL, **changed), NOW)
    (sign,) = [each for each in found if each.name == name]
    assert (sign.code, sign.state, worst(found)) == (code, state, whole)
    for lang in texts.LANGUAGES:
        said = texts.text(lang, f"status.{code}", at="then", **sign.figures)
        assert said != f"status.{code}"
        assert "?" not in said
