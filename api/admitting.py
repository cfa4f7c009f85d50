"""How often something may be asked in an hour, for doors that strangers knock at."""

import math
from datetime import timedelta

from api.accounts import tries
from api.accounts.throttle import Limit
from core.clock import utc_now
from core.errors import TooMany
from core.init import World


def admit(world: World, kind: str, value: str, *, hourly_max: int, said: str) -> None:
    """Count a request under a name; raises `TooMany` with the words `said` where it has to wait."""
    limit = Limit(hourly_max, timedelta(hours=1), timedelta(minutes=1), timedelta(hours=1))
    name, now = tries.name_of(kind, value), utc_now()
    with world.db.write() as session:
        until = tries.waits_until(session, name, now)
        if until is not None:
            wait_s = math.ceil((until - now).total_seconds())
            refusal = TooMany(said, next_step=f"Ask again in {math.ceil(wait_s / 60)} min.")
            refusal.wait_s = wait_s
            raise refusal
        tries.count(session, name, limit, now)
