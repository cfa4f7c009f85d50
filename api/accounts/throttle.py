"""How often somebody may try: a rule over counts and times, for accounts and addresses alike.

An account that does not exist is counted like one that does, so that the lock tells nothing.
NIST SP 800-63B-4, 3.2.2.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in a window are free; then each more doubles the wait up to a bound."""

    free: int
    window: timedelta
    first_wait: timedelta
    longest_wait: timedelta


@dataclass(frozen=True, slots=True)
class Tries:
    """Failures since a time, and until when there is a wait."""

    failures: int
    since: datetime
    locked_until: datetime | None


ACCOUNT = Limit(5, timedelta(hours=24), timedelta(minutes=1), timedelta(hours=1))
ADDRESS = Limit(50, timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=15))
# Mails that anybody can have sent to somebody else.
RESET = Limit(3, timedelta(hours=24), timedelta(minutes=10), timedelta(hours=1))


def waits(tries: Tries | None, now: datetime) -> bool:
    """Say whether nothing may be tried yet."""
    return tries is not None and tries.locked_until is not None and now < tries.locked_until


def after_failure(tries: Tries | None, limit: Limit, now: datetime) -> Tries:
    """Return the state after one more failure."""
    if tries is None or now - tries.since > limit.window:
        tries = Tries(0, now, None)
    failures = tries.failures + 1
    over = failures - limit.free
    if over < 0:
        return Tries(failures, tries.since, None)
    wait = min(limit.longest_wait, limit.first_wait * 2 ** min(over, 16))
    return Tries(failures, tries.since, now + wait)
