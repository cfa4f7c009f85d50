"""How long failures make one wait."""

from datetime import UTC, datetime, timedelta

from api.accounts.throttle import ACCOUNT, Tries, after_failure, waits

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def failed(times: int, at: datetime = NOW) -> Tries | None:
    tries = None
    for _ in range(times):
        tries = after_failure(tries, ACCOUNT, at)
    return tries


def test_the_first_failures_are_free() -> None:
    assert not waits(failed(ACCOUNT.free - 1), NOW)
    assert waits(failed(ACCOUNT.free), NOW)


def test_each_more_doubles_the_wait_up_to_the_longest() -> None:
    ends = [failed(ACCOUNT.free + more).locked_until for more in range(12)]  # type: ignore[union-attr]
    waited = [end - NOW for end in ends if end is not None]
    assert waited[:3] == [ACCOUNT.first_wait * factor for factor in (1, 2, 4)]
    assert waited == sorted(waited)
    assert waited[-1] == ACCOUNT.longest_wait


def test_the_wait_ends_and_old_failures_are_forgotten() -> None:
    tries = failed(ACCOUNT.free)
    assert not waits(tries, NOW + ACCOUNT.first_wait)
    later = after_failure(tries, ACCOUNT, NOW + ACCOUNT.window + timedelta(seconds=1))
    assert later.failures == 1
