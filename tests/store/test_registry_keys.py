"""Keys of performers: proven, chained, countersigned, and never signed for by the server."""

from dataclasses import replace
from datetime import datetime

import pytest

from core import approvals
from core import keys as core_keys
from core.canonical import canonical, parse_strict
from core.errors import BadProof, Conflict, EbenbildError, NotAllowed, NotFound
from core.keys import PrivateKey
from core.principal import Principal
from registry.keyhistory import Authority, check_history
from registry.models.people import KeyBinding, KeyDraft
from registry.service import keys
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, a_performer, bind_key, later


def draft(
    world: TestWorld, principal: Principal, performer_id: str, did: str, now: datetime
) -> KeyDraft:
    with world.db.write() as session:
        return keys.draft_key(
            session,
            principal,
            performer_id,
            did,
            registry_did=world.registry_key.did,
            base_url=world.settings.base_url,
            now=now,
        )


def register(
    world: TestWorld,
    principal: Principal,
    asked: KeyDraft,
    new: PrivateKey,
    old: PrivateKey | None,
    now: datetime,
) -> KeyBinding:
    authorisation = None
    if old is not None and asked.authorisation is not None:
        authorisation = core_keys.sign(old, asked.authorisation.signing_input)
    with world.db.write() as session:
        return keys.register_key(
            session,
            world.registry_key,
            principal,
            asked.id,
            possession=core_keys.sign(new, asked.possession.signing_input),
            authorisation=authorisation,
            now=now,
        )


def in_force(world: TestWorld, performer_id: str, at: datetime) -> tuple[str, ...]:
    with world.db.read() as session:
        return keys.keys_at(session, performer_id, at)


def rotated(world: TestWorld) -> tuple[str, PrivateKey, PrivateKey]:
    performer = a_performer(world, world.second)
    old = bind_key(world, world.second, performer.id)
    new = core_keys.generate()
    asked = draft(world, world.second, performer.id, new.did, later(days=10))
    register(world, world.second, asked, new, old, later(days=10))
    return performer.id, old, new


def test_a_key_holds_from_its_start_until_the_next_begins(world: TestWorld) -> None:
    performer_id, old, new = rotated(world)
    assert in_force(world, performer_id, later(days=-1)) == ()
    assert in_force(world, performer_id, T0) == (old.did,)
    assert in_force(world, performer_id, later(days=10, milliseconds=-1)) == (old.did,)
    assert in_force(world, performer_id, later(days=10)) == (new.did,)


def test_the_kept_statements_verify_without_the_database(world: TestWorld) -> None:
    performer_id, old, new = rotated(world)
    with world.db.read() as session:
        history = keys.key_history(session, performer_id)
    read = check_history([item.statement for item in history], registry=world.registry_key.did)
    assert [item.did for item in read] == [old.did, new.did]
    assert [item.authority for item in read] == [Authority.FIRST, Authority.PREVIOUS_KEY]
    assert history[0].valid_until == history[1].valid_from
    assert history[0].seq < history[1].seq


def test_a_history_that_was_edited_does_not_verify(world: TestWorld) -> None:
    performer_id, _, _ = rotated(world)
    with world.db.read() as session:
        statements = [item.statement for item in keys.key_history(session, performer_id)]
    changed = parse_strict(statements[0])
    changed["validFrom"] = "2020-01-01T00:00:00Z"
    registry = world.registry_key.did
    for forged in (
        [canonical(changed), statements[1]],
        [statements[1]],
        statements[::-1],
        [statements[0], statements[0]],
    ):
        with pytest.raises(EbenbildError):
            check_history(forged, registry=registry)
    with pytest.raises(BadProof):
        check_history(statements, registry=core_keys.generate().did)


def test_a_rotation_needs_the_present_keys_signature(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    bind_key(world, world.second, performer.id)
    thief = core_keys.generate()
    asked = draft(world, world.second, performer.id, thief.did, later(days=1))
    for present in (None, thief):
        with pytest.raises(BadProof):
            register(world, world.second, asked, thief, present, later(days=1))


def test_nobody_binds_a_key_that_he_does_not_hold(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    asked = draft(world, world.second, performer.id, core_keys.generate().did, T0)
    with pytest.raises(BadProof):
        register(world, world.second, asked, core_keys.generate(), None, T0)
    assert in_force(world, performer.id, T0) == ()


def test_an_operator_replaces_a_lost_key_and_the_statement_says_so(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    bind_key(world, world.second, performer.id)
    new = core_keys.generate()
    asked = draft(world, world.operator, performer.id, new.did, later(days=1))
    assert asked.authorisation is None
    register(world, world.operator, asked, new, None, later(days=1))
    with world.db.read() as session:
        statements = [item.statement for item in keys.key_history(session, performer.id)]
    read = check_history(statements, registry=world.registry_key.did)
    assert read[-1].authority is Authority.OPERATOR


def test_where_there_is_a_staff_two_people_replace_a_lost_key(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    bind_key(world, world.second, performer.id)
    world.db.single_operator = False
    new = core_keys.generate()
    staff = replace(world.operator, person="per_one", roles=frozenset({"admin"}))
    asked = draft(world, staff, performer.id, new.did, later(days=1))
    with pytest.raises(Conflict) as refused:
        register(world, staff, asked, new, None, later(days=1))
    assert refused.value.code == "approval-needed"
    with world.db.write() as session:
        (waiting,) = approvals.open_approvals(session, staff)
        other = replace(staff, person="per_two")
        approvals.decide(session, other, waiting.id, approve=True, note="", now=later(days=1))
    again = draft(world, staff, performer.id, new.did, later(days=1))
    other_key = core_keys.generate()
    elsewhere = draft(world, staff, performer.id, other_key.did, later(days=1))
    with pytest.raises(Conflict):  # what was approved is one key and no other
        register(world, staff, elsewhere, other_key, None, later(days=1))
    register(world, staff, again, new, None, later(days=1))
    assert in_force(world, performer.id, later(days=2)) == (new.did,)


def test_a_key_that_was_given_up_stays_given_up(world: TestWorld) -> None:
    performer_id, old, _ = rotated(world)
    with pytest.raises(Conflict):
        draft(world, world.second, performer_id, old.did, later(days=20))


def test_a_key_speaks_for_one_performer_only(world: TestWorld) -> None:
    first = a_performer(world, world.second)
    second = a_performer(world, world.second, "Bea")
    key = bind_key(world, world.second, first.id)
    asked = draft(world, world.second, second.id, key.did, T0)
    with pytest.raises(Conflict):
        register(world, world.second, asked, key, None, T0)


def test_two_drafts_cannot_both_be_bound(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    old = bind_key(world, world.second, performer.id)
    one, two = core_keys.generate(), core_keys.generate()
    first = draft(world, world.second, performer.id, one.did, later(days=1))
    second = draft(world, world.second, performer.id, two.did, later(days=1))
    register(world, world.second, first, one, old, later(days=1))
    with pytest.raises(Conflict):
        register(world, world.second, second, two, old, later(days=1))


def test_another_tenant_cannot_touch_a_performers_keys(world: TestWorld) -> None:
    performer = a_performer(world, world.second)
    stranger = world.principal("agency")
    with pytest.raises(NotFound):
        draft(world, stranger, performer.id, core_keys.generate().did, T0)
    plain_operator = world.principal("operator", "performers")
    with pytest.raises(NotAllowed):
        draft(world, plain_operator, performer.id, core_keys.generate().did, T0)
