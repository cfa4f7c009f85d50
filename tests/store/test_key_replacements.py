"""A lost signing key: another follows it after a waiting time, unless somebody stops it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from core import keys as core_keys
from core import log, notices
from core.db import Database
from core.errors import BadProof, Conflict, NotAllowed, NotFound
from core.keys import PrivateKey, generate
from core.principal import Principal, SearchCapability
from registry.keyhistory import Authority, check_history
from registry.models.people import KeyDraft
from registry.models.replacements import Replacement, ReplacementState
from registry.replacing import state_of
from registry.service import keys, minors, replacements
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, a_performer, bind_key, later
from tests.store.test_registry_keys import draft as draft_key
from tests.store.test_registry_keys import in_force, register

DUE = SearchCapability("key-replacement", "test")
WAITING = timedelta(days=7)


class Lost:
    """A performer who lost her key, in an organisation of her own, and her new key."""

    def __init__(self, world: TestWorld) -> None:
        self.world, self.db = world, world.db
        self.side = replace(world.second, tenant_kind="performer", person="per_anna")
        self.id = a_performer(world, self.side).id
        self.old, self.new = bind_key(world, self.side, self.id), generate()

    def draft(
        self, new: PrivateKey | None = None, *, second_factor: bool = True, at: datetime = T0
    ) -> KeyDraft:
        with self.db.write() as session:
            return replacements.draft_replacement(
                session,
                self.side,
                self.id,
                (new or self.new).did,
                second_factor=second_factor,
                waiting=WAITING,
                registry_did=self.world.registry_key.did,
                base_url="https://registry.example",
                now=at,
            )

    def sign(
        self, draft: KeyDraft, by: PrivateKey | None = None, *, at: datetime = T0
    ) -> Replacement:
        given = core_keys.sign(by or self.new, draft.possession.signing_input)
        with self.db.write() as session:
            return replacements.sign_replacement(session, self.side, draft.id, given, now=at)

    def asked(self, *, second_factor: bool = True) -> Replacement:
        return self.sign(self.draft(second_factor=second_factor))

    def tidy(self, at: datetime) -> int:
        with self.db.write() as session:
            return replacements.bind_due(session, self.world.registry_key, DUE, at=at)

    def state(self, item: Replacement, at: datetime) -> ReplacementState:
        with self.db.read() as session:
            found = replacements.replacements_of(session, self.side, self.id)
        return state_of(next(one for one in found if one.id == item.id), at)

    def speaks(self, at: datetime) -> tuple[str, ...]:
        return in_force(self.world, self.id, at)

    def vouch(self, principal: Principal, item: Replacement, at: datetime = T0) -> str:
        with self.db.write() as session:
            return replacements.vouch(session, principal, item.id, now=at)[1]

    def stop(self, principal: Principal, item: Replacement, at: datetime) -> None:
        with self.db.write() as session:
            replacements.stop(session, principal, item.id, now=at)


@pytest.fixture
def lost(world: TestWorld) -> Lost:
    return Lost(world)


@pytest.fixture
def shared(world: TestWorld) -> Iterator[Database]:
    """The registry as several people run it."""
    made = Database.open(world.settings.database_path, vault=world.vault)
    yield made
    made.close()


def attester(world: TestWorld) -> Principal:
    scopes = frozenset({"attest"})
    return Principal("ten_union", "ses_u", scopes, "union", "per_u", frozenset({"attester"}))


def test_the_new_key_signs_from_the_stated_moment_and_the_lost_one_until_then(lost: Lost) -> None:
    item = lost.asked()
    assert item.begins_at == T0 + WAITING
    assert lost.tidy(later(days=6)) == 0
    assert lost.speaks(later(days=7, seconds=-1)) == (lost.old.did,)
    # Housekeeping comes round later: in between nobody signs, the lost key least of all.
    assert lost.speaks(later(days=7)) == ()
    third = draft_key(lost.world, lost.side, lost.id, generate().did, later(days=7))
    assert third.authorisation is not None
    assert lost.tidy(later(days=7, minutes=40)) == 1
    assert lost.speaks(later(days=7)) == lost.speaks(later(days=9)) == (lost.new.did,)
    assert lost.speaks(later(days=6)) == (lost.old.did,)
    assert lost.state(item, later(days=8)) is ReplacementState.BOUND
    assert lost.tidy(later(days=8)) == 0


def test_history_and_log_say_that_the_key_was_lost(lost: Lost) -> None:
    lost.asked()
    lost.tidy(later(days=8))
    with lost.world.db.read() as session:
        history = keys.key_history(session, lost.id)
        leaves = [leaf.kind for leaf in log.leaves(session)]
        told = [item.kind for item in notices.inbox(session, lost.side)]
    read = check_history([one.statement for one in history], registry=lost.world.registry_key.did)
    assert [one.authority for one in read] == [Authority.FIRST, Authority.IDENTITY]
    assert read[-1].replaces == lost.old.did
    about_keys = [kind for kind in leaves if kind.startswith(("key.", "ownkey."))]
    assert about_keys == ["key.bound", "ownkey.lost", "key.bound", "ownkey.replaced"]
    assert told[:2] == ["ownkey.replaced", "ownkey.lost"]


def test_who_had_the_account_stolen_stops_it_until_it_begins(lost: Lost) -> None:
    item = lost.asked()
    with pytest.raises(Conflict) as refused:
        lost.draft(generate())
    assert refused.value.code == "replacement-waits"
    lost.stop(lost.side, item, later(days=6))
    assert lost.tidy(later(days=8)) == 0
    assert lost.speaks(later(days=8)) == (lost.old.did,)
    again = lost.sign(lost.draft(other := generate(), at=later(days=9)), other, at=later(days=9))
    with pytest.raises(NotFound):
        lost.stop(lost.world.first, again, later(days=10))
    lost.stop(lost.world.operator, again, later(days=10))
    third = lost.sign(lost.draft(at=later(days=11)), at=later(days=11))
    with pytest.raises(Conflict) as refused:
        lost.stop(lost.side, third, later(days=18))
    assert refused.value.code == "replacement-over"


def test_the_key_that_was_thought_lost_ends_it_by_signing(lost: Lost) -> None:
    item, third = lost.asked(), generate()
    asked = draft_key(lost.world, lost.side, lost.id, third.did, later(days=1))
    register(lost.world, lost.side, asked, third, lost.old, later(days=1))
    assert lost.state(item, later(days=1)) is ReplacementState.STOPPED
    assert lost.tidy(later(days=8)) == 0
    assert lost.speaks(later(days=8)) == (third.did,)


def test_a_draft_of_last_week_shortens_no_waiting_time(lost: Lost) -> None:
    draft = lost.draft()
    with pytest.raises(Conflict) as refused:
        lost.sign(draft, at=later(hours=2))
    assert refused.value.code == "draft-too-old"
    with pytest.raises(BadProof):
        lost.sign(draft, generate())
    stranger = replace(lost.side, person="per_other")
    given = core_keys.sign(lost.new, draft.possession.signing_input)
    with lost.world.db.write() as session, pytest.raises(NotFound):
        replacements.sign_replacement(session, stranger, draft.id, given, now=T0)


def test_without_a_second_factor_nothing_begins_before_somebody_vouched(lost: Lost) -> None:
    item = lost.asked(second_factor=False)
    assert lost.state(item, T0) is ReplacementState.UNVOUCHED
    assert lost.speaks(later(days=8)) == (lost.old.did,)
    assert lost.state(item, later(days=8)) is ReplacementState.LAPSED
    assert lost.tidy(later(days=8)) == 1
    assert lost.state(item, later(days=8)) is ReplacementState.STOPPED


def test_an_attester_vouches_alone_and_nobody_for_himself(lost: Lost) -> None:
    item = lost.asked(second_factor=False)
    own = replace(attester(lost.world), tenant_id=lost.side.tenant_id)
    for nobody in (own, replace(attester(lost.world), person="per_anna")):
        with pytest.raises(NotAllowed):
            lost.vouch(nobody, item)
    a_key = replace(attester(lost.world), person=None, roles=frozenset())
    with pytest.raises(NotAllowed):
        lost.vouch(a_key, item)
    assert lost.vouch(attester(lost.world), item) == ""
    lost.tidy(later(days=7))
    assert lost.speaks(later(days=7)) == (lost.new.did,)


def test_of_the_operators_people_two_have_to_say_it(lost: Lost, shared: Database) -> None:
    item = lost.asked(second_factor=False)
    lost.db = shared
    first, second = (
        replace(lost.world.operator, person=name, roles=frozenset({"admin"}))
        for name in ("per_one", "per_two")
    )
    assert lost.vouch(first, item).startswith("app_")
    assert lost.vouch(first, item, later(days=1)).startswith("app_")
    assert lost.state(item, later(days=1)) is ReplacementState.UNVOUCHED
    assert lost.vouch(second, item, later(days=1)) == ""
    assert lost.state(item, later(days=1)) is ReplacementState.WAITING


def test_who_asks_for_a_child_or_in_an_agency_is_vouched_for(world: TestWorld) -> None:
    at_agency = Lost(world)
    at_agency.side = replace(at_agency.side, tenant_kind="agency")
    assert at_agency.asked().needs_voucher
    child = Lost(world)
    with world.db.write() as session:
        born = T0.date().replace(year=T0.year - 9)
        minors.declare_minor(session, child.side, child.id, born, agrees_from_years=14, now=T0)
    assert child.asked().needs_voucher
    assert not Lost(world).asked().needs_voucher


def test_a_child_old_enough_to_sign_binds_a_key_of_its_own_without_the_guardians_key(
    world: TestWorld,
) -> None:
    child = Lost(world)
    with world.db.write() as session:
        born = T0.date().replace(year=T0.year - 14) + timedelta(days=3)
        minors.declare_minor(session, child.side, child.id, born, agrees_from_years=14, now=T0)
    before, after = later(days=1), later(days=4)
    asked = draft_key(world, child.side, child.id, child.new.did, before)
    assert asked.authorisation is not None
    assert child.speaks(after) == ()
    asked = draft_key(world, child.side, child.id, child.new.did, after)
    register(world, child.side, asked, child.new, None, after)
    assert child.speaks(after) == (child.new.did,)
    with world.db.read() as session:
        history = keys.key_history(session, child.id)
    read = check_history([one.statement for one in history], registry=world.registry_key.did)
    assert read[-1].authority is Authority.AGE
