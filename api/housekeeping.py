"""What is due by the clock: retention, ends of notice periods, comings of age, late prints,
ends of keys held for agencies, keys that follow lost ones, months that players saw or nobody
reported, payouts that no bank answered, status lists of other registries.

Run by every worker when it starts and each hour; all of it may run twice and at the same time.
"""

from api import freezing
from api.accounts import ofage
from api.portability import refresh
from api.retention import enforce
from core.clock import utc_now
from core.init import World
from core.principal import SearchCapability
from core.rowseals import seal_rows
from licensing.service import rightreminders, takedowns
from licensing.service.asof import tell_expiring
from registry.service import endingkeys, latematch, proofing, replacements
from royalties.service import fromevents, missing, payoutreminders
from royalties.unreported import months_within

EVERY_S = 3600.0


def tidy(world: World) -> None:
    """Do what is due now."""
    now = utc_now()
    enforce(world, now=now)
    with world.db.write() as session:
        notice = SearchCapability("notice-ended", "housekeeping")
        proofing.activate_due(session, notice, at=now)
        freezing.activate_due(session, now)
        ofage.come_of_age(session, now)
        takedowns.remind(session, SearchCapability("reminders", "housekeeping"), at=now)
        late = SearchCapability("late-matching", "housekeeping")
        latematch.enqueue_rematches(session, late, at=now)
        rightreminders.remind(session, SearchCapability("reminders", "housekeeping"), at=now)
        endingkeys.end_due(session, SearchCapability("held-key-end", "housekeeping"), at=now)
        lost = SearchCapability("key-replacement", "housekeeping")
        replacements.bind_due(session, world.registry_key, lost, at=now)
        seal_rows(session, now=now)
        tell_expiring(session, days=world.settings.webhooks.expiring_days, now=now)
    with world.db.write() as session:
        fromevents.tend(session, now=now)
        payoutreminders.tend(session, remind_days=world.settings.payout.remind_days, now=now)
    for month in months_within(now, world.settings.usage.never_days):
        with world.db.write() as session:
            missing.tend(session, month=month, terms=world.settings.usage, now=now)
    with world.db.read() as session:
        endingkeys.shred(session, world.vault, SearchCapability("held-key-end", "housekeeping"))
    refresh(world)
