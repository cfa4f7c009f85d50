"""From which month on use can be claimed: not from before an enrolment was active."""

from core.principal import SearchCapability
from registry.proofing.sufficiency import Demands
from registry.service import enrolment, people
from royalties.service import statements
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    a_performer,
    enrolled,
    later,
    make_print,
    make_unproved,
    prove,
)

CAPABILITY = SearchCapability("test", "claims")
NOTICE = Demands(single_operator=True, notice_days=14)


def since(world: TestWorld, performer_id: str) -> str | None:
    with world.db.read() as session:
        return people.claims_from(session, CAPABILITY, [performer_id]).get(performer_id)


def notes(world: TestWorld, performer_id: str, period: str) -> list[str]:
    with world.db.read() as session:
        found = statements.notes(session, world.second, performer_id=performer_id, period=period)
    return [one.code for one in found]


def test_nothing_is_claimed_from_before_the_activation(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    assert since(world, anna.performer.id) == people.NEVER
    make_print(world, anna)
    assert since(world, anna.performer.id) == "2027-01"
    assert notes(world, anna.performer.id, "2026-12") == ["before-active"]
    assert notes(world, anna.performer.id, "2027-01") == []


def test_nothing_is_claimed_during_a_notice_period(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    prove(world, anna, make_unproved(world, anna), NOTICE)
    assert since(world, anna.performer.id) == people.NEVER
    assert notes(world, anna.performer.id, "2027-01") == ["before-active"]


def test_who_never_enrolled_is_bounded_by_licences_alone(world: TestWorld) -> None:
    assert since(world, a_performer(world, world.second).id) is None


def test_a_second_enrolment_and_a_withdrawal_take_no_month_away(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    make_print(world, anna)
    with world.db.write() as session:
        enrolment.withdraw_enrolment(session, anna.principal, anna.enrolment_id, now=later(days=90))
    assert since(world, anna.performer.id) == "2027-01"
