"""Answers kept for repetition: found under their own key, and forgotten in time."""

from datetime import timedelta

from api.housekeeping import tidy
from api.retention import schedule
from core.answers import Answer, find_answer, keep_answer
from core.clock import utc_now
from tests.fixtures import TestWorld

GIVEN = Answer("hash", 201, "{}")


def test_an_answer_is_found_by_its_tenant_and_key_alone(world: TestWorld) -> None:
    with world.db.write() as session:
        keep_answer(session, "ten_a", "one", GIVEN, at=utc_now())
    with world.db.read() as session:
        assert find_answer(session, "ten_a", "one") == GIVEN
        assert find_answer(session, "ten_b", "one") is None
        assert find_answer(session, "ten_a", "two") is None


def test_old_answers_are_forgotten_and_young_ones_kept(world: TestWorld) -> None:
    now, kept = utc_now(), timedelta(days=dict(schedule(world.world.settings))["answers"])
    with world.db.write() as session:
        keep_answer(session, "ten_a", "old", GIVEN, at=now - kept - timedelta(hours=1))
        keep_answer(session, "ten_a", "young", GIVEN, at=now)
    tidy(world.world)
    with world.db.read() as session:
        assert find_answer(session, "ten_a", "old") is None
        assert find_answer(session, "ten_a", "young") == GIVEN
