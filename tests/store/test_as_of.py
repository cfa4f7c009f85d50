"""Two times of a licence: the day it is asked about, and what was known; and races between both."""

from datetime import timedelta

import pytest

from core import notices, outbox
from licensing.asof import Standing
from licensing.models import Licence
from licensing.service import terminations
from licensing.service.asof import EXPIRING, licences_as_of, tell_expiring
from tests.fixtures import TestWorld
from tests.store.licensing_steps import Deal, a_deal
from tests.store.races import races
from tests.store.registry_steps import T0, later

ROUNDS = 40


def standing(deal: Deal, licence: Licence, days: int, **known: object) -> Standing | None:
    with deal.world.db.read() as session:
        found = licences_as_of(
            session,
            deal.studio,
            on=later(days=days).date(),
            **known,  # type: ignore[arg-type]
        )
    return next((item.standing for item in found if item.licence.id == licence.id), None)


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def test_a_revocation_ends_no_day_before_it_and_none_for_who_did_not_know(deal: Deal) -> None:
    licence = deal.licence()
    revoked = deal.revoke(licence)  # recorded one day later
    assert licence.seq is not None and revoked.revoked_seq is not None
    assert standing(deal, licence, 0) is Standing.IN_FORCE
    assert standing(deal, licence, 1) is Standing.REVOKED
    assert standing(deal, licence, 30) is Standing.REVOKED
    assert standing(deal, licence, 30, known_at=later(hours=1)) is Standing.IN_FORCE
    assert standing(deal, licence, 30, known_seq=revoked.revoked_seq - 1) is Standing.IN_FORCE
    assert standing(deal, licence, 30, known_seq=revoked.revoked_seq) is Standing.REVOKED
    assert standing(deal, licence, 30, known_seq=licence.seq - 1) is None
    assert standing(deal, licence, 30, known_at=T0 - timedelta(hours=1)) is None


def test_a_term_has_a_first_and_a_last_day(deal: Deal) -> None:
    licence = deal.licence(valid_from=later(days=10), valid_until=later(days=20))
    wanted = {
        5: Standing.NOT_YET,
        9: Standing.NOT_YET,
        10: Standing.IN_FORCE,
        19: Standing.IN_FORCE,
        21: Standing.EXPIRED,
    }
    assert {day: standing(deal, licence, day) for day in wanted} == wanted


def test_notice_ends_a_licence_early_and_only_for_who_knew(deal: Deal, world: TestWorld) -> None:
    licence = deal.licence(termination_notice_days=30)
    with world.db.write() as session:
        notice = terminations.terminate(session, deal.studio, licence.id, now=later(days=10))
    assert standing(deal, licence, 39) is Standing.IN_FORCE
    assert standing(deal, licence, 41) is Standing.TERMINATED
    assert standing(deal, licence, 41, known_seq=notice.seq - 1) is Standing.IN_FORCE
    assert standing(deal, licence, 41, known_at=later(days=9)) is Standing.IN_FORCE
    assert standing(deal, licence, 400) is Standing.EXPIRED


def test_strangers_see_nothing(deal: Deal, world: TestWorld) -> None:
    deal.licence()
    stranger = world.principal("studio")
    with world.db.read() as session:
        assert licences_as_of(session, stranger, on=T0.date()) == ()


def test_what_was_answered_once_is_answered_always(deal: Deal) -> None:
    """Whatever happens later: the same question with the same knowledge has the same answer."""
    one = deal.licence()
    before = later(minutes=1)
    answers = [standing(deal, one, day, known_at=before) for day in range(0, 400, 20)]
    deal.revoke(one)
    deal.licence()
    assert [standing(deal, one, day, known_at=before) for day in range(0, 400, 20)] == answers


def told(world: TestWorld) -> list[str]:
    with world.db.read() as session:
        found = outbox.pending(session, limit=1000)
    return [event.subject_id for event in found if event.kind == EXPIRING]


def test_both_sides_are_told_once_that_a_licence_ends_soon(deal: Deal, world: TestWorld) -> None:
    soon = deal.licence(valid_until=later(days=20))
    late = deal.licence(valid_until=later(days=45))
    gone = deal.licence(valid_until=later(days=21))
    deal.revoke(gone)
    for day in (0, 0, 1, 2):
        with world.db.write() as session:
            tell_expiring(session, days=30, now=later(days=day))
    assert told(world) == [soon.id]
    # One that is signed later and ends sooner than what was looked at is not passed over.
    short = deal.sign(deal.draft(now=later(days=3), valid_until=later(days=10)), now=later(days=3))
    for day in (3, 14, 16, 17):
        with world.db.write() as session:
            tell_expiring(session, days=30, now=later(days=day))
    assert sorted(told(world)) == sorted([soon.id, short.id, late.id])
    with world.db.read() as session:
        (event, *_) = (
            item for item in outbox.pending(session, limit=1000) if item.kind == EXPIRING
        )
        inboxes = [
            sorted(n.subject_id for n in notices.inbox(session, side) if n.kind == EXPIRING)
            for side in (deal.agent, deal.studio)
        ]
    assert event.audience == f"tenant:{deal.studio.tenant_id}"
    assert inboxes == [sorted([soon.id, short.id, late.id])] * 2


def test_revoking_and_clearing_at_once_is_settled_by_their_numbers(deal: Deal) -> None:
    """A share of the thousand rounds of `python -m bench.races`."""
    assert len(races(deal, ROUNDS)) == ROUNDS
