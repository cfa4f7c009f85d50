"""The audit log: chained, committed to the public log, and silent about what was forgotten."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from core import audit, log
from core.errors import Broken, NotFound
from tests.fixtures import TestWorld

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def fill(world: TestWorld, count: int = 3) -> list[audit.Entry]:
    with world.db.write() as session:
        return [
            audit.record(
                session,
                world.first,
                action="thing.decided",
                subject_id=f"thg_{number}",
                details={"number": number},
                now=NOW,
            )
            for number in range(count)
        ]


def test_each_entry_holds_the_hash_of_the_one_before(world: TestWorld) -> None:
    made = fill(world)
    assert [entry.seq for entry in made] == [1, 2, 3]
    assert [entry.previous for entry in made] == [audit.GENESIS, made[0].hash, made[1].hash]
    with world.db.read() as session:
        assert audit.faults(session) == ()
        assert log.root(session)[0] == 3
        assert audit.entries(session, world.first, limit=2) == made[:0:-1]


def test_entries_are_shown_to_their_tenant_alone(world: TestWorld) -> None:
    (entry,) = fill(world, 1)
    with world.db.read() as session:
        assert audit.entries(session, world.second) == []
        assert audit.entries(session, world.first, audit.Sought(subject_id="thg_0")) == [entry]
        assert audit.entries(session, world.first, audit.Sought(subject_id="thg_1")) == []
    with world.db.write() as session, pytest.raises(NotFound):
        audit.forget(session, world.second, entry.id, reason="erasure", now=NOW)


def test_a_forgotten_entry_leaves_the_chain_whole(world: TestWorld) -> None:
    made = fill(world)
    with world.db.write() as session:
        audit.forget(session, world.first, made[1].id, reason="erasure", now=NOW)
    with world.db.read() as session:
        assert audit.faults(session) == ()
        newest, _, forgotten, _ = audit.entries(session, world.first)
    assert (newest.action, newest.subject_id) == ("audit.forgotten", made[1].id)
    assert forgotten.details is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET person = 'per_x' WHERE seq = 2",
        "UPDATE audit_entry SET action = 'x' WHERE seq = 2",
        "UPDATE audit_entry SET single_operator = 1 - single_operator WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
    ],
)
def test_the_database_refuses_edits(world: TestWorld, statement: str) -> None:
    fill(world)
    with pytest.raises(Broken), world.db.write() as session:
        session.connection().execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET person = 'per_x' WHERE seq = 2",
        "UPDATE audit_entry SET details = '{}' WHERE seq = 2",
        "UPDATE audit_entry SET details = NULL WHERE seq = 2",
        "UPDATE audit_entry SET log_index = 0 WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 3",
    ],
)
def test_an_insider_who_drops_the_triggers_is_found(world: TestWorld, statement: str) -> None:
    fill(world)
    with world.db.write() as session:
        for trigger in ("audit_entry_no_update", "audit_entry_no_delete"):
            session.connection().execute(text(f'DROP TRIGGER "{trigger}"'))
        session.connection().execute(text(statement))
    with world.db.read() as session:
        assert audit.faults(session) != ()


def test_what_one_person_alone_records_is_stamped(world: TestWorld) -> None:
    (entry,) = fill(world, 1)
    assert world.settings.single_operator
    assert entry.single_operator
    with world.db.read() as session:
        (leaf,) = log.leaves(session)
        assert leaf.single_operator
        assert log.faults(session) == ()
