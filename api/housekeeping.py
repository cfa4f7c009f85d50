"""What is due by the clock: strangers' vectors expire, unused uploads go, notice periods
end, late prints are sought.

Run by every worker when it starts and each hour; all of it may run twice and at the same time.
"""

from datetime import timedelta

from api import uploads
from api.store import drop_answers
from core.clock import utc_now
from core.init import World
from core.principal import SearchCapability
from registry.service import erasure, latematch, proofing

EVERY_S = 3600.0
PARTIAL_KEPT = timedelta(days=1)
ANSWERS_KEPT = timedelta(days=7)


def tidy(world: World) -> None:
    """Do what is due now."""
    now = utc_now()
    uploads.sweep(world)
    world.objects.remove_partial(now - PARTIAL_KEPT)
    capability = SearchCapability("retention", "housekeeping")
    with world.db.write() as session:
        expired = erasure.purge_expired(session, capability, at=now)
    # Keys go after the commit: a rolled-back purge must not leave rows that nobody can read.
    with world.db.read() as session:
        erasure.shred_scans(session, world.vault, capability, expired)
    erasure.shred_days(world.vault, at=now)
    with world.db.write() as session:
        drop_answers(session, before=now - ANSWERS_KEPT)
        notice = SearchCapability("notice-ended", "housekeeping")
        proofing.activate_due(session, notice, at=now)
        late = SearchCapability("late-matching", "housekeeping")
        latematch.enqueue_rematches(session, late, at=now)
