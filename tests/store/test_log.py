"""The log: its stored tree is the defined tree, and an edit by hand is found."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from sqlalchemy import text as sql

from core import log, logleaf, merkle
from core.clock import to_text
from core.errors import BadInput, Broken, NotFound
from tests.fixtures import TestWorld

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def append(world: TestWorld, *payloads: Mapping[str, object]) -> list[int]:
    with world.db.write() as session:
        return [
            log.append(session, kind="thing.made", subject_id=f"thg_{n}", payload=payload, at=AT)
            for n, payload in enumerate(payloads)
        ]


def test_root_and_proofs_are_those_of_the_plain_list_at_every_size(world: TestWorld) -> None:
    append(world, *({"n": n} for n in range(37)))
    with world.db.read() as session:
        hashes = [bytes.fromhex(leaf.leaf_hash) for leaf in log.leaves(session)]
        assert len(hashes) == 37
        for size in range(38):
            assert log.root(session, size) == (size, merkle.root(hashes[:size]).hex())
        for index in range(37):
            assert log.inclusion(session, index) == merkle.inclusion_proof(hashes, index)
        assert log.inclusion(session, 2, 5) == merkle.inclusion_proof(hashes[:5], 2)
        assert log.faults(session) == ()


def test_a_leaf_is_the_published_json_and_no_more(world: TestWorld) -> None:
    """One person runs the test's registry, and every leaf says so."""
    append(world, {"name": "Ada"})
    with world.db.read() as session:
        (leaf,) = log.leaves(session)
    published = {
        "v": 1,
        "kind": "thing.made",
        "id": "thg_0",
        "commitment": leaf.commitment,
        "at": to_text(AT),
        "single_operator": True,
    }
    text = json.dumps(published, sort_keys=True, separators=(",", ":"))
    assert leaf.leaf_hash == hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def test_a_commitment_cannot_be_guessed_from_its_payload(world: TestWorld) -> None:
    append(world, {"name": "Ada"}, {"name": "Ada"})
    with world.db.read() as session:
        first, second = log.leaves(session)
        assert first.commitment != second.commitment
        assert first.commitment != hashlib.sha256(b'{"name":"Ada"}').hexdigest()
        assert log.opens(session, 0, {"name": "Ada"})
        assert not log.opens(session, 0, {"name": "Bob"})


def test_a_forgotten_salt_closes_a_commitment_for_good_and_keeps_the_root(world: TestWorld) -> None:
    append(world, {"name": "Ada"}, {"name": "Bob"})
    with world.db.write() as session:
        before = log.root(session)
        log.forget(session, 0)
        log.forget(session, 0)
    with world.db.read() as session:
        assert log.root(session) == before
        assert log.opens(session, 1, {"name": "Bob"})
        with pytest.raises(NotFound):
            log.opens(session, 0, {"name": "Ada"})


def test_an_empty_log_has_the_root_of_nothing(world: TestWorld) -> None:
    with world.db.read() as session:
        assert log.root(session) == (0, hashlib.sha256(b"").hexdigest())
        assert log.leaves(session) == []
        assert log.faults(session) == ()


@pytest.mark.parametrize(("index", "size"), [(0, 0), (3, None), (-1, None), (0, 4), (2, 2)])
def test_a_place_beyond_the_log_is_not_found(
    world: TestWorld, index: int, size: int | None
) -> None:
    append(world, {}, {}, {})
    with world.db.read() as session, pytest.raises(NotFound):
        log.inclusion(session, index, size)


@pytest.mark.parametrize("size", [-1, 4])
def test_a_root_beyond_the_log_is_not_found(world: TestWorld, size: int) -> None:
    append(world, {}, {}, {})
    with world.db.read() as session, pytest.raises(NotFound):
        log.root(session, size)


def test_leaves_come_in_pages(world: TestWorld) -> None:
    append(world, {}, {}, {})
    with world.db.read() as session:
        assert [leaf.index for leaf in log.leaves(session, limit=2)] == [0, 1]
        assert [leaf.index for leaf in log.leaves(session, after=1)] == [2]


def test_a_payload_without_canonical_form_leaves_no_leaf(world: TestWorld) -> None:
    with pytest.raises(BadInput):
        append(world, {"score": 0.5})
    with world.db.read() as session:
        assert log.root(session)[0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM log_leaf",
        "DELETE FROM log_node",
        "UPDATE log_leaf SET kind = 'x'",
        "UPDATE log_node SET hash = x'00'",
    ],
)
def test_the_product_cannot_change_the_log(world: TestWorld, statement: str) -> None:
    append(world, {}, {})
    with pytest.raises(Broken), world.db.write() as session:
        session.connection().execute(sql(statement))
    with world.db.read() as session:
        assert log.faults(session) == ()


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE log_leaf SET commitment = '00' WHERE seq = 3",
        "UPDATE log_leaf SET kind = 'other' WHERE seq = 0",
        "UPDATE log_leaf SET subject_id = 'other' WHERE seq = 4",
        "UPDATE log_leaf SET at = '2027-01-01T00:00:00.000000Z' WHERE seq = 1",
        "UPDATE log_leaf SET leaf_hash = x'00' WHERE seq = 2",
        "UPDATE log_node SET hash = zeroblob(32) WHERE level = 2",
        "DELETE FROM log_leaf WHERE seq = 2",
        "UPDATE log_node SET hash = zeroblob(32) WHERE level = 1 AND position = 0",
        "DELETE FROM log_node WHERE level = 2",
    ],
)
def test_an_edit_past_the_triggers_is_found(world: TestWorld, edit: str) -> None:
    append(world, *({"n": n} for n in range(6)))
    with world.db.write() as session:
        connection = session.connection()
        connection.execute(sql("DELETE FROM log_salt"))
        for table in ("log_leaf", "log_node"):
            for change in ("update", "delete"):
                connection.execute(sql(f"DROP TRIGGER {table}_no_{change}"))
        connection.execute(sql(edit))
    with world.db.read() as session:
        assert log.faults(session)


def test_only_a_single_operator_leaves_a_stamp() -> None:
    facts = {"kind": "k", "subject_id": "s", "commitment": "00"}
    plain = json.loads(logleaf.leaf_bytes(**facts, at=AT))
    stamped = json.loads(logleaf.leaf_bytes(**facts, at=AT, single_operator=True))
    assert "single_operator" not in plain
    assert stamped == {**plain, "single_operator": True}
