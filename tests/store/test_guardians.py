"""Guardians of minors: sealed names, who may add and end them, and what an erasure leaves."""

from dataclasses import replace
from datetime import date

import pytest

from core import approvals, audit, notices
from core.approvalrows import Approval
from core.errors import BadInput, BadProof, Conflict, NotAllowed, NotFound
from core.keys import generate
from core.principal import Principal
from registry.models.guardianship import EndOfGuardianship, Guardian, Paper, Relation
from registry.models.people import Performer
from registry.proofing.sufficiency import Demands
from registry.service import forgetting, guardiankeys, guardians, minors
from registry.service.sealedtexts import open_guardian
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, a_performer, later, vouched

BORN = date(2016, 5, 4)
NAME = "Greta Nobody-Elses-Mother"


def a_child(world: TestWorld, principal: Principal) -> Performer:
    performer = a_performer(world, principal, "Kim")
    with world.db.write() as session:
        return minors.declare_minor(
            session, principal, performer.id, BORN, agrees_from_years=14, now=T0
        )


def add(world: TestWorld, principal: Principal, performer_id: str, did: str = "") -> Guardian:
    return vouched(world, named(world, principal, performer_id, did))


def named(world: TestWorld, principal: Principal, performer_id: str, did: str = "") -> Guardian:
    with world.db.write() as session:
        return guardians.add_guardian(
            session,
            world.vault,
            principal,
            performer_id,
            name=NAME,
            did=did or generate().did,
            relation=Relation.PARENT,
            now=T0,
        )


def due(world: TestWorld, principal: Principal, performer_id: str, **at: int) -> list[str]:
    with world.db.read() as session:
        found = guardians.guardians_due(session, principal, performer_id, later(**at))
    return [item.id for item in found]


def test_every_guardian_is_due_until_the_child_is_of_age(world: TestWorld) -> None:
    child = a_child(world, world.second)
    both = [add(world, world.second, child.id).id, add(world, world.second, child.id).id]
    assert due(world, world.second, child.id) == both
    assert due(world, world.second, child.id, days=9 * 366) == []
    with world.db.read() as session:
        until = guardians.minor_until(session, world.second, child.id)
    assert until == date(2034, 5, 4)


def test_nobody_signs_for_a_minor_of_whom_no_guardian_is_known(world: TestWorld) -> None:
    child = a_child(world, world.second)
    with pytest.raises(Conflict) as refused:
        due(world, world.second, child.id)
    assert refused.value.code == "no-guardian"


def test_adults_have_neither_guardians_nor_a_birth_date(world: TestWorld) -> None:
    adult = a_performer(world, world.second)
    assert due(world, world.second, adult.id) == []
    with pytest.raises(Conflict):
        add(world, world.second, adult.id)
    with world.db.write() as session, pytest.raises(BadInput):
        minors.declare_minor(
            session, world.second, adult.id, date(1990, 1, 1), agrees_from_years=14, now=T0
        )


def test_another_organisation_learns_nothing(world: TestWorld) -> None:
    child = a_child(world, world.second)
    with pytest.raises(NotFound):
        due(world, world.first, child.id)
    with pytest.raises(NotFound):
        add(world, world.principal("agency"), child.id)


def test_a_guardian_is_named_once_and_by_a_key(world: TestWorld) -> None:
    child = a_child(world, world.second)
    first = add(world, world.second, child.id)
    with pytest.raises(Conflict):
        add(world, world.second, child.id, first.did)
    with pytest.raises(BadProof):
        add(world, world.second, child.id, "did:web:example.org")


def test_names_are_sealed_and_go_with_the_performer(world: TestWorld) -> None:
    child = a_child(world, world.second)
    item = add(world, world.second, child.id)
    assert NAME.encode() not in world.db.path.read_bytes()
    assert open_guardian(world.vault, item) == NAME
    moved = replace(item, performer_id="prf_other")
    with pytest.raises((BadProof, NotFound)):
        open_guardian(world.vault, moved)
    with world.db.write() as session:
        forgetting.erase_performer(session, world.second, child.id, now=T0)
    with world.db.read() as session:
        assert guardians.list_guardians(session, world.second, child.id) == ()
        assert guardians.minor_until(session, world.second, child.id) is None
    world.vault.erase(child.id)
    with pytest.raises(NotFound):
        open_guardian(world.vault, item)


def test_a_right_ends_by_two_people_of_the_operators_only(world: TestWorld) -> None:
    child = a_child(world, world.second)
    item = add(world, world.second, child.id)
    world.db.single_operator = False
    staff = replace(world.operator, person="per_one", roles=frozenset({"admin"}))

    def end(principal: Principal) -> Approval | None:
        with world.db.write() as session:
            return guardians.end_guardian(
                session, principal, item.id, EndOfGuardianship.COURT, now=later(days=1)
            )

    with pytest.raises(NotAllowed):
        end(world.second)
    waiting = end(staff)
    assert waiting is not None
    assert due(world, world.second, child.id, days=2) == [item.id]
    with world.db.write() as session, pytest.raises(Conflict):
        approvals.decide(session, staff, waiting.id, approve=True, note="", now=T0)
    with world.db.write() as session:
        other = replace(staff, person="per_two")
        approvals.decide(session, other, waiting.id, approve=True, note="", now=T0)
    assert end(staff) is None
    with pytest.raises(Conflict):
        due(world, world.second, child.id, days=2)
    with pytest.raises(Conflict):
        end(staff)


def test_two_of_the_operators_people_bind_another_key_and_nobody_reads_papers_again(
    world: TestWorld,
) -> None:
    child = a_child(world, world.second)
    item = add(world, world.second, child.id)
    world.db.single_operator = False
    staff = replace(world.operator, person="per_one", roles=frozenset({"admin"}))
    other = replace(staff, person="per_two")
    new = generate()

    def rekey(principal: Principal, days: int) -> tuple[Guardian, Approval | None]:
        with world.db.write() as session:
            return guardiankeys.rekey_guardian(
                session, world.vault, principal, item.id, new.did, now=later(days=days)
            )

    with pytest.raises(NotAllowed):
        rekey(world.second, 1)
    before, waiting = rekey(staff, 1)
    assert waiting is not None and before.did == item.did
    with world.db.write() as session:
        approvals.decide(session, other, waiting.id, approve=True, note="", now=T0)
    made, waits = rekey(staff, 2)
    assert waits is None and made.did == new.did and made.since == later(days=2)
    assert open_guardian(world.vault, made) == NAME
    assert (made.attesters, made.person) == (item.attesters, item.person)
    # Until then the lost key signed, from then on the new one, and never both.
    assert due(world, world.second, child.id, days=1) == [item.id]
    assert due(world, world.second, child.id, days=3) == [made.id]
    with world.db.read() as session:
        told = {one.kind for one in notices.inbox(session, world.second, limit=50)}
        trails = [
            {one.action for one in audit.entries(session, side)} for side in (world.second, staff)
        ]
    assert "guardian.rekeyed" in told
    assert all("guardian.rekeyed" in trail for trail in trails)
    with pytest.raises(Conflict, match="has ended"):
        rekey(staff, 4)
    with pytest.raises(Conflict, match="named already"), world.db.write() as session:
        guardiankeys.rekey_guardian(
            session, world.vault, staff, made.id, new.did, now=later(days=4)
        )


STAFF = Demands(single_operator=False, notice_days=14)


def read(world: TestWorld, person: str, item: Guardian, scope: str = "attest") -> Guardian:
    attester = Principal("ten_society", f"ses_{person}", frozenset({scope}), "society", person)
    with world.db.write() as session:
        return guardians.attest_guardian(
            session, attester, item.id, Paper.COURT_ORDER, demands=STAFF, now=T0
        )


def test_nobody_signs_before_two_attesters_have_read_the_papers(world: TestWorld) -> None:
    child = a_child(world, world.second)
    item = named(world, world.second, child.id)
    assert read(world, "per_a", item).proved_at is None
    for again in ("per_a", "per_a"):
        with pytest.raises(Conflict):
            read(world, again, item)
    with pytest.raises(Conflict) as refused:
        due(world, world.second, child.id)
    assert refused.value.code == "guardian-unproved"
    assert read(world, "per_b", item).proved_at == T0
    assert due(world, world.second, child.id) == [item.id]
    named(world, world.second, child.id)
    with pytest.raises(Conflict):
        due(world, world.second, child.id)


def test_neither_the_childs_side_nor_a_key_nor_the_guardian_vouches(world: TestWorld) -> None:
    child = a_child(world, world.second)
    item = named(world, world.second, child.id)
    with pytest.raises(NotAllowed):
        read(world, "per_a", item, scope="performers")
    with world.db.write() as session, pytest.raises(NotAllowed):
        guardians.attest_guardian(
            session, world.operator, item.id, Paper.COURT_ORDER, demands=STAFF, now=T0
        )
    with world.db.write() as session:
        own = guardians.add_guardian(
            session,
            world.vault,
            world.second,
            child.id,
            name=NAME,
            did=generate().did,
            relation=Relation.PARENT,
            person="per_mother",
            now=T0,
        )
    with pytest.raises(Conflict, match="himself"):
        read(world, "per_mother", own)
    stranger = replace(world.first, scopes=frozenset({"performers"}))
    with world.db.read() as session, pytest.raises(NotFound):
        guardians.get_guardian(session, stranger, item.id)
