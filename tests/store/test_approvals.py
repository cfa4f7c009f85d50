"""The rule of two people: who may decide, once, and for one effect."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core import approvals, audit
from core.approvalrows import Approval, ApprovalState
from core.db import Database
from core.errors import Broken, Conflict, NotAllowed, NotFound
from core.principal import Principal
from tests.fixtures import TestWorld

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
PAYLOAD = {"amount_micro": 5, "to": "acc_1"}


@pytest.fixture
def shared(world: TestWorld) -> Iterator[Database]:
    """The database as an organisation of several people opens it."""
    opened = Database.open(world.settings.database_path, vault=world.vault)
    yield opened
    opened.close()


def person(world: TestWorld, name: str, *roles: str) -> Principal:
    scopes = frozenset({"admin"} if "admin" in roles else {"reports"})
    return replace(world.first, person=name, scopes=scopes, roles=frozenset(roles))


def proposed(database: Database, principal: Principal) -> Approval:
    with database.write() as session:
        return approvals.propose(
            session, principal, action="money.pay", subject_id="run_1", payload=PAYLOAD, now=NOW
        )


def decided(database: Database, principal: Principal, item: Approval, yes: bool = True) -> Approval:
    with database.write() as session:
        return approvals.decide(session, principal, item.id, approve=yes, note="seen", now=NOW)


def test_another_person_with_the_role_decides(world: TestWorld, shared: Database) -> None:
    item = proposed(shared, person(world, "per_a", "admin"))
    with shared.read() as session:
        assert approvals.open_approvals(session, world.first) == [item]
    done = decided(shared, person(world, "per_b", "admin"), item)
    assert (done.state, done.decided_person) == (ApprovalState.APPROVED, "per_b")
    assert not done.single_operator
    assert done.by_two
    with shared.read() as session:
        assert approvals.by_two(session, world.first, ["run_1", "run_2"]) == {"run_1"}
        assert approvals.open_approvals(session, world.first) == []
        actions = [entry.action for entry in audit.entries(session, world.first)]
    assert actions == ["approval.approved", "approval.proposed"]


def test_whoever_proposes_does_not_decide(world: TestWorld, shared: Database) -> None:
    anna = person(world, "per_a", "admin")
    item = proposed(shared, anna)
    for again in (anna, replace(anna, subject="another-session")):
        with pytest.raises(Conflict) as caught:
            decided(shared, again, item)
        assert caught.value.code == "second-person-needed"


def test_a_key_is_no_second_person(world: TestWorld, shared: Database) -> None:
    by_person = proposed(shared, person(world, "per_a", "admin"))
    with pytest.raises(Conflict, match="told apart"):
        decided(shared, world.first, by_person)
    with shared.write() as session:
        by_key = approvals.propose(
            session, world.first, action="a", subject_id="s", payload={}, now=NOW
        )
    with pytest.raises(Conflict, match="told apart"):
        decided(shared, person(world, "per_b", "admin"), by_key)


def test_without_the_role_nobody_decides(world: TestWorld, shared: Database) -> None:
    item = proposed(shared, person(world, "per_a", "admin"))
    with pytest.raises(NotAllowed):
        decided(shared, person(world, "per_b", "auditor"), item)


def test_a_decision_is_final(world: TestWorld, shared: Database) -> None:
    item = proposed(shared, person(world, "per_a", "admin"))
    decided(shared, person(world, "per_b", "admin"), item, yes=False)
    with pytest.raises(Conflict, match="decided already"):
        decided(shared, person(world, "per_c", "admin"), item)


def test_other_organisations_see_nothing(world: TestWorld, shared: Database) -> None:
    item = proposed(shared, person(world, "per_a", "admin"))
    with shared.read() as session:
        assert approvals.open_approvals(session, world.second) == []
        with pytest.raises(NotFound):
            approvals.get_approval(session, world.second, item.id)
    with pytest.raises(NotFound):
        decided(shared, world.second, item)


def test_an_approval_is_good_for_one_effect_and_one_payload(
    world: TestWorld, shared: Database
) -> None:
    item = proposed(shared, person(world, "per_a", "admin"))
    with pytest.raises(Conflict, match="second person"), shared.write() as session:
        approvals.require_approved(session, "money.pay", "run_1", PAYLOAD)
    decided(shared, person(world, "per_b", "admin"), item)
    for changed in ({**PAYLOAD, "amount_micro": 6}, {}):
        with pytest.raises(Conflict), shared.write() as session:
            approvals.require_approved(session, "money.pay", "run_1", changed)
    with pytest.raises(Conflict), shared.write() as session:
        approvals.require_approved(session, "money.pay", "run_1", PAYLOAD, tenant_id="ten_other")
    with shared.write() as session:
        assert approvals.is_approved(session, "money.pay", "run_1", PAYLOAD)
        assert approvals.require_approved(session, "money.pay", "run_1", PAYLOAD).id == item.id
    with pytest.raises(Conflict), shared.write() as session:
        approvals.require_approved(session, "money.pay", "run_1", PAYLOAD)


def test_the_same_proposal_twice_is_one(world: TestWorld, shared: Database) -> None:
    first = proposed(shared, person(world, "per_a", "admin"))
    assert proposed(shared, person(world, "per_b", "admin")) == first


def test_what_was_proposed_cannot_be_changed(world: TestWorld, shared: Database) -> None:
    proposed(shared, person(world, "per_a", "admin"))
    with pytest.raises(Broken), shared.write() as session:
        session.connection().exec_driver_sql("UPDATE approval SET payload = '{}'")


def test_one_person_alone_may_decide_and_the_stamp_says_so(world: TestWorld) -> None:
    anna = person(world, "per_a", "admin")
    done = decided(world.db, anna, proposed(world.db, anna))
    assert done.single_operator
    assert not done.by_two
    with world.db.read() as session:
        assert not approvals.by_two(session, world.first, ["run_1"])
        assert all(entry.single_operator for entry in audit.entries(session, world.first))
