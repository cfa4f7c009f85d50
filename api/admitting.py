"""How often something may be asked in an hour, for doors that strangers knock at."""

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
        if tries.any_waits(session, (name,), now):
            raise TooMany(said, next_step="Ask again in an hour.")
        tries.count(session, name, limit, now)
