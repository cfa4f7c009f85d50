"""The outbox: events live and die with the transaction they tell of, in order."""

from datetime import UTC, datetime

import pytest

from core.errors import NotFound
from core.outbox import delivered, pending, put
from tests.fixtures import TestWorld

AT = datetime(2026, 11, 21, tzinfo=UTC)


def emit(world: TestWorld, *kinds: str) -> list[int]:
    with world.db.write() as session:
        return [
            put(session, tenant_id="ten_a", kind=kind, subject_id="s", payload={"k": kind})
            for kind in kinds
        ]


def test_events_wait_in_order_until_they_are_delivered(world: TestWorld) -> None:
    first, second, third = emit(world, "a", "b", "c")
    with world.db.write() as session:
        delivered(session, second, AT)
        delivered(session, second, AT.replace(year=2027))
    with world.db.read() as session:
        waiting = pending(session)
        assert [(event.seq, event.kind, event.payload) for event in waiting] == [
            (first, "a", {"k": "a"}),
            (third, "c", {"k": "c"}),
        ]
        assert [event.seq for event in pending(session, after_seq=first)] == [third]
        assert [event.seq for event in pending(session, limit=1)] == [first]


def test_an_event_of_a_failed_transaction_never_was(world: TestWorld) -> None:
    with pytest.raises(KeyError), world.db.write() as session:
        put(session, tenant_id="ten_a", kind="a", subject_id="s", payload={})
        raise KeyError
    with world.db.read() as session:
        assert pending(session) == []


def test_an_unknown_event_cannot_be_delivered(world: TestWorld) -> None:
    with pytest.raises(NotFound), world.db.write() as session:
        delivered(session, 1, AT)
