"""A key held for an agency: made under a mandate, sealed, used by two, ended by either side."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from api import rotating
from core import audit, keys, notices
from core.approvalrows import Approval
from core.canonical import parse_strict
from core.errors import BadTerms, Conflict, EbenbildError, NotAllowed, NotFound
from core.integrity import verify
from core.principal import Principal, SearchCapability
from registry.keyhistory import Authority, expected_signers, read_statement
from registry.models.heldkeys import EndOfHolding, HeldKey, Signed
from registry.models.mandates import Act, Mandate
from registry.models.works import KindOfUse
from registry.service import (
    endingkeys,
    forgetting,
    heldkeys,
    heldkeyuse,
    mandates,
    minors,
    rekeying,
)
from registry.service.heldkeyuse import Wanted
from registry.service.keys import keys_at
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, Enrolled, a_performer, bind_key, later

BASE = "https://registry.example"
MAY = SearchCapability("test", "held-keys")
BOTH = (Act.HOLD_KEY, Act.LICENSE)


@pytest.fixture
def agency(world: TestWorld) -> Principal:
    return world.principal("agency")


@pytest.fixture
def anna(world: TestWorld) -> Enrolled:
    performer = a_performer(world, world.second)
    return Enrolled(world.second, performer, bind_key(world, world.second, performer.id), "")


@pytest.fixture
def staffed(world: TestWorld) -> None:
    """A registry with a staff: two people decide."""
    world.db.single_operator = False


def mandated(
    world: TestWorld,
    who: Enrolled,
    holder: Principal,
    acts: Collection[Act] = BOTH,
    kinds: Collection[KindOfUse] = (),
) -> Mandate:
    with world.db.write() as session:
        draft = mandates.draft_mandate(
            session,
            who.principal,
            who.performer.id,
            holder_id=holder.tenant_id,
            acts=acts,
            kinds=kinds,
            valid_until=later(days=30),
            base_url=BASE,
            now=T0,
        )
    with world.db.write() as session:
        return mandates.sign_mandate(
            session,
            who.principal,
            draft.id,
            keys.sign(who.key, draft.signing_input),
            who.key.verification_method,
            now=T0,
        )


def made(world: TestWorld, holder: Principal, mandate: Mandate, **at: int) -> HeldKey:
    with world.db.write() as session:
        return heldkeys.make_key(
            session,
            world.vault,
            world.registry_key,
            holder,
            mandate.id,
            base_url=BASE,
            now=later(**(at or {"hours": 1})),
        )


def person(agency: Principal, name: str, *roles: str) -> Principal:
    return replace(agency, person=f"per_{name}", roles=frozenset(roles or {"agent"}))


def signed(
    world: TestWorld,
    who: Principal,
    item: HeldKey,
    document: bytes = b"a licence",
    per_day: int = 50,
    **at: int,
) -> bytes | Approval:
    wanted = Wanted(Signed.LICENCE, "lic_1", document, (KindOfUse.DUB,))
    with world.db.write() as session:
        return heldkeyuse.sign_with(
            session,
            world.vault,
            who,
            item,
            wanted,
            per_day=per_day,
            now=later(**(at or {"hours": 2})),
        )


def test_the_registry_binds_it_beside_the_performers_own_and_says_who_holds_it(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    mandate = mandated(world, anna, agency)
    item = made(world, agency, mandate)
    document = parse_strict(item.statement)
    statement = read_statement(document)
    verify(document, expected=expected_signers(statement))
    assert statement.authority is Authority.MANDATE
    assert statement.custody == item.declared
    assert item.declared.holder_name == "A agency"
    assert item.declared.mandate_id == mandate.id
    with world.db.read() as session:
        assert keys_at(session, anna.performer.id, later(days=1)) == (anna.key.did,)
        told = notices.inbox(session, anna.principal)
    assert [item.kind for item in told if item.kind.startswith("heldkey")] == ["heldkey.made"]


def test_nothing_of_the_private_key_lies_in_the_clear(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    with world.db.read() as session:
        sealed = (
            session.connection().execute(text("SELECT sealed FROM held_key_secret")).scalar_one()
        )
    assert world.vault.owned(anna.performer.id) == (item.id,)
    facts = {
        "tenant": item.tenant_id,
        "performer": item.performer_id,
        "holder": item.declared.holder_id,
        "mandate": item.declared.mandate_sha256,
        "did": item.did,
    }
    seed = world.vault.unseal(item.id, sealed, facts)
    assert keys.from_seed(seed).did == item.did
    assert seed not in (world.root / "data" / "ebenbild.db").read_bytes()
    with pytest.raises(EbenbildError):
        world.vault.unseal(item.id, sealed, {**facts, "holder": "ten_other"})


def test_one_person_alone_signs_nothing_however_often(
    world: TestWorld, anna: Enrolled, agency: Principal, staffed: None
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    ben, carla = person(agency, "ben"), person(agency, "carla", "admin")
    first = signed(world, ben, item)
    assert isinstance(first, Approval)
    again = signed(world, ben, item)
    assert isinstance(again, Approval)
    assert again.id == first.id
    other = signed(world, carla, item, b"another licence")
    assert isinstance(other, Approval), "what the second wants is not what the first wanted"
    signature = signed(world, carla, item)
    assert isinstance(signature, bytes)
    keys.verify(keys.public_from_did(item.did), b"a licence", signature)
    assert isinstance(signed(world, ben, item), Approval), "an approval is used up by its effect"


@pytest.mark.parametrize("roles", [("performer",), ("auditor",)])
def test_only_agents_and_administrators_of_the_holder_count(
    world: TestWorld, anna: Enrolled, agency: Principal, staffed: None, roles: tuple[str, ...]
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    for nobody in (person(agency, "ben", *roles), agency, person(world.principal("agency"), "x")):
        with pytest.raises(NotAllowed):
            signed(world, nobody, item)
    stranger = world.principal("agency")
    with world.db.read() as session, pytest.raises(NotFound):
        heldkeys.get_key(session, stranger, item.id)


def test_one_who_is_alone_signs_and_it_says_so(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    assert isinstance(signed(world, agency, item), bytes)
    with world.db.read() as session:
        (use,) = heldkeyuse.uses_of(session, anna.principal, performer_id=anna.performer.id)
        (entry,) = [one for one in audit.entries(session, agency) if one.action == "heldkey.used"]
        told = notices.inbox(session, anna.principal)
    assert use.single_operator
    assert (use.what, use.subject_id, use.approval_id) == (Signed.LICENCE, "lic_1", "")
    assert entry.single_operator
    assert "heldkey.used" in [one.kind for one in told]


def test_it_signs_no_more_than_a_day_allows(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    signed(world, agency, item, per_day=1, hours=2)
    with pytest.raises(Conflict) as refused:
        signed(world, agency, item, per_day=1, hours=25)
    assert refused.value.code == "key-uses-used-up"
    assert isinstance(signed(world, agency, item, per_day=1, hours=26), bytes)


def test_either_side_ends_it_in_one_call_and_it_is_gone(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    for side, why in ((anna.principal, EndOfHolding.PERFORMER), (agency, EndOfHolding.HOLDER)):
        item = made(world, agency, mandated(world, anna, agency))
        stranger = world.principal("agency")
        with world.db.write() as session, pytest.raises(NotFound):
            endingkeys.end_key(session, stranger, item.id, now=later(days=1))
        with world.db.write() as session:
            ended = endingkeys.end_key(session, side, item.id, now=later(days=1))
            assert endingkeys.end_key(session, side, item.id, now=later(days=2)) == ended
        assert ended.why is why
        with world.db.read() as session:
            assert endingkeys.shred(session, world.vault, MAY) == 1
        assert world.vault.live_key_id(item.id) is None
        with pytest.raises(NotAllowed) as refused:
            signed(world, agency, ended, days=1, minutes=1)
        assert refused.value.code == "held-key-ended"
        with pytest.raises(NotFound):
            signed(world, agency, item, hours=3)


def test_the_mandates_end_is_its_end(world: TestWorld, anna: Enrolled, agency: Principal) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    with pytest.raises(NotAllowed) as refused:
        signed(world, agency, item, days=30)
    assert refused.value.code == "mandate-over"
    with world.db.write() as session:
        assert endingkeys.end_due(session, MAY, at=later(days=29)) == 0
        assert endingkeys.end_due(session, MAY, at=later(days=30)) == 1


def test_a_revoked_mandate_destroys_the_key(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    mandate = mandated(world, anna, agency)
    item = made(world, agency, mandate)
    with world.db.write() as session:
        mandates.revoke_mandate(session, anna.principal, mandate.id, now=later(days=1))
    with world.db.read() as session:
        ended = heldkeys.get_key(session, agency, item.id)
    assert ended.why is EndOfHolding.MANDATE
    with pytest.raises(Conflict):
        made(world, agency, mandate, days=2)


def test_a_mandate_bounds_the_kinds_of_use(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    item = made(world, agency, mandated(world, anna, agency, kinds=[KindOfUse.EDIT]))
    with pytest.raises(NotAllowed) as refused:
        signed(world, agency, item)
    assert refused.value.code == "kind-not-named"


def test_no_key_without_the_act_nor_for_another_nor_twice(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    with pytest.raises(Conflict):
        made(world, agency, mandated(world, anna, agency, [Act.LICENSE]))
    mandate = mandated(world, anna, agency)
    with pytest.raises(NotAllowed):
        made(world, anna.principal, mandate)
    with pytest.raises(NotFound):
        made(world, world.principal("agency"), mandate)
    made(world, agency, mandate)
    with pytest.raises(Conflict):
        made(world, agency, mandate)
    with pytest.raises(BadTerms):
        mandated(world, anna, world.principal("union"))


def test_no_key_is_held_for_a_minor(world: TestWorld, anna: Enrolled, agency: Principal) -> None:
    mandate = mandated(world, anna, agency)
    item = made(world, agency, mandate)
    with world.db.write() as session:
        minors.declare_minor(
            session,
            anna.principal,
            anna.performer.id,
            date(2014, 1, 1),
            agrees_from_years=14,
            now=later(hours=1),
        )
    with pytest.raises(Conflict) as refused:
        signed(world, agency, item)
    assert refused.value.code == "held-key-minor"


def test_other_data_keys_leave_it_as_it_is(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    before = world.vault.live_key_id(item.id)
    rekeying.renew(world.vault, anna.performer.id)
    assert rotating.reseal(world.world).rows >= 1
    assert rotating.forget_old(world.world) >= 1
    assert world.vault.live_key_id(item.id) != before
    assert isinstance(signed(world, agency, item), bytes)


def test_an_erasure_takes_the_key_and_leaves_what_licences_rest_on(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    with world.db.write() as session:
        erased, _ = forgetting.erase_performer(
            session, anna.principal, anna.performer.id, now=later(days=1)
        )
    with world.db.read() as session:
        left = forgetting.pending(session, anna.principal, erased.id)
        forgetting.destroy(session, world.vault, world.objects, left)
        kept = heldkeys.get_key(session, agency, item.id)
    assert kept.why is EndOfHolding.ERASURE
    assert kept.statement == item.statement
    assert erased.counts["held_key_secret"] == 1
    assert world.vault.live_key_id(item.id) is None


def test_nobody_changes_the_holder_in_the_database(
    world: TestWorld, anna: Enrolled, agency: Principal
) -> None:
    item = made(world, agency, mandated(world, anna, agency))
    other = world.principal("agency")
    with world.db.write() as session, pytest.raises(Exception, match="append-only"):
        session.connection().execute(text("UPDATE held_key SET holder_id = 'ten_x'"))
    stolen = replace(item, declared=replace(item.declared, holder_id=other.tenant_id))
    with pytest.raises(EbenbildError):
        signed(world, other, stolen)
