"""Every batch of leaves is signed as it is written, and an outsider can re-derive all of it."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text as sql

from core import checkpoints, keys, log, logkeys, logleaf, logwitnesses, merkle, receipts
from core.checkpoint import cosign, open_checkpoint, parse_checkpoint
from core.errors import BadInput, BadProof, Conflict, NotAllowed, NotFound
from core.signednote import COSIGNATURE, Note, NoteKey, parse_note
from core.tilepath import Tile
from core.tiles import tile_bytes
from core.tlogpolicy import reached
from core.tlogproof import parse_proof, verify_proof
from tests.fixtures import TestWorld

AT = datetime(2026, 11, 21, 10, tzinfo=UTC)


def append(world: TestWorld, count: int) -> None:
    with world.db.write() as session:
        for number in range(count):
            payload = {"n": number}
            log.append(session, kind="thing.made", subject_id="thg_1", payload=payload, at=AT)


def head(world: TestWorld) -> Note:
    with world.db.read() as session:
        return checkpoints.newest(session)


def log_key_of(world: TestWorld) -> NoteKey:
    with world.db.read() as session:
        return logkeys.log_keys(session)[0].key


def witness(world: TestWorld, name: str, url: str = "") -> keys.PrivateKey:
    private = keys.generate()
    vkey = NoteKey(name, private.public, COSIGNATURE).vkey
    with world.db.write() as session:
        logwitnesses.add_witness(session, world.operator, vkey, url, loopback=False, now=AT)
    return private


def test_each_batch_leaves_one_signed_checkpoint(world: TestWorld) -> None:
    for count in (1, 3, 2):
        append(world, count)
    with world.db.read() as session:
        for size in (1, 4, 6):
            found = open_checkpoint(checkpoints.at_size(session, size), [log_key_of(world)])
            assert (found.size, found.root.hex()) == log.root(session, size)
            assert found.origin == "registry.invalid/log"
        for size in (2, 3, 5, 7):
            with pytest.raises(NotFound):
                checkpoints.at_size(session, size)
        assert checkpoints.faults(session) == ()


def test_what_is_rolled_back_is_never_signed(world: TestWorld) -> None:
    append(world, 2)
    with pytest.raises(RuntimeError), world.db.write() as session:
        log.append(session, kind="thing.made", subject_id="thg_9", payload={}, at=AT)
        raise RuntimeError("the machine stops")
    assert parse_checkpoint(head(world).text).size == 2
    append(world, 1)
    assert parse_checkpoint(head(world).text).size == 3


def test_an_empty_log_has_no_checkpoint(world: TestWorld) -> None:
    with world.db.read() as session, pytest.raises(NotFound):
        checkpoints.newest(session)


def test_an_edit_is_found_against_what_was_signed(world: TestWorld) -> None:
    append(world, 6)
    with world.db.write() as session:
        for trigger in ("log_leaf_no_update", "log_node_no_update"):
            session.connection().execute(sql(f"DROP TRIGGER {trigger}"))
        session.connection().execute(sql("UPDATE log_node SET hash = zeroblob(32) WHERE level = 2"))
    with world.db.read() as session:
        assert checkpoints.faults(session)


def test_tiles_and_bundles_are_the_defined_bytes(world: TestWorld) -> None:
    append(world, 300)
    with world.db.read() as session:
        hashes = [bytes.fromhex(leaf.leaf_hash) for leaf in log.leaves(session)]
        assert tile_bytes(session, Tile(0, 0, 256)) == b"".join(hashes[:256])
        assert tile_bytes(session, Tile(0, 1, 44)) == b"".join(hashes[256:])
        assert tile_bytes(session, Tile(1, 0, 1)) == merkle.root(hashes[:256])
        data = tile_bytes(session, Tile(-1, 1, 44))
        found = []
        while data:
            length = int.from_bytes(data[:2], "big")
            found.append(hashlib.sha256(b"\x00" + data[2 : 2 + length]).digest())
            data = data[2 + length :]
        assert found == hashes[256:]
        for tile in (Tile(0, 1, 45), Tile(1, 0, 2), Tile(2, 0, 1), Tile(-1, 1, 256)):
            with pytest.raises(NotFound):
                tile_bytes(session, tile)


def test_a_receipt_holds_offline_and_only_a_party_s_opens(world: TestWorld) -> None:
    append(world, 5)
    with world.db.read() as session:
        offered = logwitnesses.policy(session, 0)
        leaf = log.leaf(session, 3)
        for opened in (False, True):
            proof = parse_proof(receipts.receipt(session, leaf, offered, opened=opened))
            said = logleaf.opening(proof)
            found = verify_proof(proof, leaf=merkle.leaf_hash(said.leaf), logs=offered.logs)
            assert found.size == 5
            assert bool(said.salt) == opened
            if opened:
                assert logleaf.commit_to(said.salt, {"n": 3}) == leaf.commitment


def test_a_change_of_key_is_signed_by_both_and_ends_with_the_new(world: TestWorld) -> None:
    append(world, 1)
    old = log_key_of(world)
    url = world.settings.base_url
    with world.db.write() as session:
        new = logkeys.add_key(session, world.vault, world.operator, url, now=AT).key
    for key in (old, new):
        assert open_checkpoint(head(world), [key]).size == 2
    with world.db.write() as session, pytest.raises(Conflict):
        logkeys.add_key(session, world.vault, world.operator, url, now=AT)
    with world.db.write() as session:
        logkeys.retire_key(session, world.operator, old.vkey, now=AT)
    assert open_checkpoint(head(world), [new]).size == 3
    with pytest.raises(BadProof):
        open_checkpoint(head(world), [old])
    for vkey, error in ((new.vkey, Conflict), (old.vkey, NotFound)):
        with pytest.raises(error), world.db.write() as session:
            logkeys.retire_key(session, world.operator, vkey, now=AT)
    with world.db.read() as session:
        row = session.connection().execute(
            sql("SELECT sealed FROM log_key WHERE vkey = :vkey"), {"vkey": old.vkey}
        )
        assert row.scalar_one() is None


def test_only_the_operator_changes_keys_and_witnesses(world: TestWorld) -> None:
    studio = world.principal("studio", "submissions")
    vkey = NoteKey("w.example", keys.generate().public, COSIGNATURE).vkey
    with world.db.write() as session:
        for attempt in (
            lambda: logkeys.add_key(session, world.vault, studio, "https://a.example", now=AT),
            lambda: logkeys.retire_key(session, studio, vkey, now=AT),
            lambda: logwitnesses.remove_witness(session, studio, "w.example", now=AT),
            lambda: logwitnesses.add_witness(session, studio, vkey, "", loopback=False, now=AT),
        ):
            with pytest.raises(NotAllowed):
                attempt()


def test_cosignatures_of_known_witnesses_are_kept_and_reach_the_quorum(world: TestWorld) -> None:
    append(world, 4)
    one, two = witness(world, "one.example"), witness(world, "two.example")
    note = head(world)
    lines = [cosign(note.text, "one.example", one, AT), cosign(note.text, "x.example", two, AT)]
    with world.db.write() as session:
        offered = logwitnesses.policy(session, 0)
        assert logwitnesses.accept(session, Note(note.text, tuple(lines)), now=AT) == 1
        assert logwitnesses.accept(session, Note(note.text, tuple(lines)), now=AT) == 0
    with pytest.raises(BadProof):
        reached(offered, head(world))
    second = (cosign(note.text, "two.example", two, AT),)
    with world.db.write() as session:
        assert logwitnesses.accept(session, Note(note.text, second), now=AT) == 1
    assert len(reached(offered, head(world))) == 2
    append(world, 1)
    with world.db.read() as session:
        # The newest checkpoint is not cosigned yet: a receipt rests on the one that is.
        proof = parse_proof(receipts.receipt(session, log.leaf(session, 0), offered, opened=False))
        assert len(reached(offered, proof.checkpoint)) == 2


def test_what_is_no_cosignature_of_this_log_is_refused(world: TestWorld) -> None:
    append(world, 4)
    private = witness(world, "one.example")
    note = head(world)
    lie = note.text.replace("\n", "\n", 1).replace(note.text.split("\n")[2], "A" * 43 + "=")
    late = AT + timedelta(hours=1)
    forged = (
        Note(note.text, (cosign(note.text, "one.example", keys.generate(), AT),)),
        Note(note.text, (cosign(note.text, "two.example", private, AT),)),
        Note(lie, (cosign(lie, "one.example", private, AT),)),
        Note(note.text, (cosign(note.text, "one.example", private, late),)),
    )
    for bad in forged:
        with pytest.raises(BadProof), world.db.write() as session:
            logwitnesses.accept(session, bad, now=AT)
    assert parse_note(head(world).full).signatures == note.signatures


def test_witnesses_are_listed_once_and_removed_for_good(world: TestWorld) -> None:
    witness(world, "one.example", "https://one.example/submit")
    with pytest.raises(Conflict):
        witness(world, "one.example")
    with pytest.raises(BadInput):
        witness(world, "two.example", "http://127.0.0.1/submit")
    with world.db.write() as session:
        assert [item.url for item in logwitnesses.list_witnesses(session)] == [
            "https://one.example/submit"
        ]
        logwitnesses.remove_witness(session, world.operator, "one.example", now=AT)
        assert logwitnesses.list_witnesses(session) == []
        with pytest.raises(NotFound):
            logwitnesses.remove_witness(session, world.operator, "one.example", now=AT)
