"""Notices reach whom they are for and nobody else, with an event to deliver them by."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import notices, outbox
from core.errors import BadInput, NotFound
from core.notices import Notice
from core.principal import Principal
from tests.fixtures import TestWorld

AT = datetime(2026, 11, 21, tzinfo=UTC)


def tell(
    world: TestWorld, who: Principal, person: str | None = None, kind: str = "job.done"
) -> Notice:
    with world.db.write() as session:
        return notices.notify(
            session,
            tenant_id=who.tenant_id,
            person=person,
            kind=kind,
            subject_id="sub_1",
            facts={"what": "a film"},
            now=AT,
        )


def seen(world: TestWorld, who: Principal) -> list[str]:
    with world.db.read() as session:
        return [notice.id for notice in notices.inbox(session, who)]


def test_people_see_their_own_and_their_organisations_newest_first(world: TestWorld) -> None:
    anna, ben = (replace(world.first, person=name) for name in ("acc_anna", "acc_ben"))
    for_all, for_anna = tell(world, world.first), tell(world, world.first, "acc_anna")
    assert seen(world, anna) == [for_anna.id, for_all.id]
    assert seen(world, ben) == [for_all.id]
    assert seen(world, world.first) == [for_anna.id, for_all.id]
    assert seen(world, world.second) == []


def test_reading_counts_once_and_is_nobody_elses(world: TestWorld) -> None:
    told = tell(world, world.first)
    with pytest.raises(NotFound), world.db.write() as session:
        notices.mark_read(session, world.second, told.id, AT)
    with world.db.write() as session:
        assert notices.unread(session, world.first) == 1
        notices.mark_read(session, world.first, told.id, AT)
        again = notices.mark_read(session, world.first, told.id, AT.replace(year=2027))
    assert again.read_at == AT
    with world.db.read() as session:
        assert notices.unread(session, world.first) == 0


def test_a_notice_comes_with_its_event(world: TestWorld) -> None:
    told = tell(world, world.first)
    with world.db.read() as session:
        (event,) = outbox.pending(session)
    assert (event.kind, event.tenant_id) == ("notice.job.done", world.first.tenant_id)
    assert event.payload["notice_id"] == told.id


@pytest.mark.parametrize("kind", ["", "Job", "job done", "job..done", "j" * 61])
def test_a_malformed_kind_is_refused(world: TestWorld, kind: str) -> None:
    with pytest.raises(BadInput):
        tell(world, world.first, kind=kind)
