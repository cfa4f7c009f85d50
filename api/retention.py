"""The retention schedule: what is kept for how long, as data that a job enforces and a page shows.

What a person asks for goes at once and is not here; these are the days after which things go by
themselves. All of it may run twice and at the same time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from api import importing, uploads
from api.accounts.store import sessions
from core import deliveries, jobs, notices, outbox
from core.answers import drop_answers
from core.init import World
from core.principal import SearchCapability, system
from core.settings import Settings
from licensing.service import staydown
from licensing.store import bulks
from registry.service import erasure, exporting
from registry.service.enrolment import withdraw_enrolment
from registry.store import enrolments, erasures
from royalties.service import fromevents, payeeretention

EXPIRED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the schedule; `key` names its words (retention.*), `apply` returns how many went.

    `apply` gets the moment before which things go, and now.
    """

    key: str
    days: Callable[[Settings], int]
    apply: Callable[[World, datetime, datetime], int]


def enforce(world: World, *, now: datetime) -> Mapping[str, int]:
    """Apply every rule; returns how many things went by rule."""
    return {
        rule.key: rule.apply(world, now - timedelta(days=rule.days(world.settings)), now)
        for rule in SCHEDULE
    }


def schedule(settings: Settings) -> tuple[tuple[str, int], ...]:
    """(key, days) of every rule as it is in force."""
    return tuple((rule.key, rule.days(settings)) for rule in SCHEDULE)


def _fixed(days: int) -> Callable[[Settings], int]:
    return lambda _settings: days


def _uploads(world: World, _before: datetime, _now: datetime) -> int:
    return uploads.sweep(world)


def _unfinished(world: World, _before: datetime, _now: datetime) -> int:
    return uploads.sweep_unfinished(world)


def _parts(world: World, before: datetime, _now: datetime) -> int:
    return world.objects.remove_partial(before)


def _nameless(world: World, before: datetime, _now: datetime) -> int:
    """A file is stored before the row that names it: one that was refused, or killed, has none."""
    with world.db.read() as session:
        named = erasures.objects_named(session) | jobs.stored_files(session)
    gone = 0
    for name in world.objects.names():
        # Asked last: whoever handed the same in meanwhile made it young again.
        if name not in named and world.objects.is_older(name, before):
            world.objects.delete(name)
            gone += 1
    return gone


def _unknown(world: World, _before: datetime, now: datetime) -> int:
    # Every vector carries its own day, set when it was found: the setting of then holds.
    capability = SearchCapability("retention", "housekeeping")
    with world.db.write() as session:
        expired = erasure.purge_expired(session, capability, at=now)
        erasure.settle_keys(session, world.vault, capability, at=now)
    # Keys go after the commit: a rolled-back purge must not leave rows that nobody can read.
    with world.db.read() as session:
        erasure.shred_scans(session, world.vault, capability, expired)
    erasure.shred_days(world.vault, at=now)
    return len(expired)


def _consents(world: World, before: datetime, now: datetime) -> int:
    capability = SearchCapability("retention", "housekeeping")
    with world.db.write() as session:
        over = enrolments.run_out(session, capability, at=before, limit=EXPIRED_AT_ONCE)
        for tenant_id, enrolment_id in over:
            ended = withdraw_enrolment(session, system(tenant_id), enrolment_id, now=now)
            notices.notify(
                session,
                tenant_id=tenant_id,
                person=None,
                kind="consent.ended",
                subject_id=enrolment_id,
                facts={"performer": ended.performer_id},
                now=now,
            )
    return len(over)


def _noticed(world: World, before: datetime, _now: datetime) -> int:
    capability = SearchCapability("retention", "housekeeping")
    with world.db.write() as session:
        return staydown.drop_lapsed(session, capability, before=before)


def _exports(world: World, _before: datetime, now: datetime) -> int:
    return exporting.expire(world.db, world.objects, now=now)


def _rejects(world: World, before: datetime, _now: datetime) -> int:
    return importing.expire(world, before)


def _player_events(world: World, _before: datetime, now: datetime) -> int:
    # A month is counted for the last time in the transaction in which its events go.
    with world.db.write() as session:
        return fromevents.settle(session, terms=world.settings.usage, now=now)


def _written(
    drop: Callable[[Session, datetime], int],
) -> Callable[[World, datetime, datetime], int]:
    def apply(world: World, before: datetime, _now: datetime) -> int:
        with world.db.write() as session:
            return drop(session, before)

    return apply


def _messages(session: Session, before: datetime) -> int:
    ended = deliveries.drop_ended(session, before=before)
    return ended + outbox.drop_delivered(session, before=before)


def _jobs(session: Session, before: datetime) -> int:
    return jobs.drop_ended(session, before=before) + bulks.drop_old(session, before=before)


def _payees(world: World, _before: datetime, now: datetime) -> int:
    # The term runs from the end of a year: which are over is decided by their last payment.
    capability = SearchCapability("retention", "housekeeping")
    names = world.vault.subjects(payeeretention.PREFIX)
    with world.db.read() as session:
        due = payeeretention.over(session, capability, names, now=now)
    for name in due:
        world.vault.erase(name)
    return len(due)


SCHEDULE = (
    Rule("uploads", _fixed(1), _uploads),
    Rule("unfinished", _fixed(7), _unfinished),
    Rule("parts", _fixed(1), _parts),
    Rule("nameless", _fixed(1), _nameless),
    Rule("unknown", lambda settings: settings.retention.unknown_days, _unknown),
    Rule("consents", _fixed(0), _consents),
    Rule("noticed", _fixed(90), _noticed),
    Rule("exports", _fixed(exporting.KEPT_DAYS), _exports),
    Rule("rejects", _fixed(importing.KEPT_DAYS), _rejects),
    Rule("payees", lambda _settings: payeeretention.days_kept(), _payees),
    Rule("player-events", lambda settings: settings.usage.late_days, _player_events),
    Rule("answers", _fixed(7), _written(lambda s, before: drop_answers(s, before=before))),
    Rule("messages", _fixed(30), _written(_messages)),
    Rule("jobs", _fixed(90), _written(_jobs)),
    Rule("sessions", _fixed(30), _written(sessions.sweep)),
    Rule("notices", _fixed(365), _written(lambda s, before: notices.drop_read(s, before=before))),
)
