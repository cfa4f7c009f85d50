"""Payees: who sets their details, what cools, what two people agree to, what the file holds."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy.exc import IntegrityError

from core import notices
from core.errors import BadProof, Conflict, EbenbildError, NotAllowed, NotFound
from core.principal import Principal, SearchCapability
from registry.models.estates import Estate, EstateState, Heir
from registry.models.people import Performer
from registry.service import forgetting, minors
from registry.store import estates, people
from royalties.ibans import check_iban
from royalties.service import payees
from royalties.service.payees import Known, Payee
from royalties.service.payeeseals import open_details
from royalties.store import payees as store
from royalties.withholding import TaxStatus
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, a_performer, later
from tests.store.test_guardians import BORN

ONE, OTHER = "DE89370400440532013000", "FR1420041010050500013M02606"
NAME = "Anna Nobody-Elses-Name"
PAYING = SearchCapability("payout", "test")


def put(
    world: TestWorld,
    principal: Principal,
    performer: Performer,
    at: datetime = T0,
    heir_id: str | None = None,
    **changes: str | bool,
) -> Payee:
    with world.db.write() as session:
        return payees.set_details(
            session,
            world.vault,
            principal,
            performer.id,
            changes,
            heir_id=heir_id,
            cooling_days=7,
            now=at,
        )


def agree(
    world: TestWorld,
    principal: Principal,
    performer: Performer,
    *,
    approve: bool = True,
    heir_id: str | None = None,
) -> Payee:
    with world.db.write() as session:
        return payees.decide(
            session,
            world.vault,
            principal,
            performer.id,
            heir_id=heir_id,
            approve=approve,
            cooling_days=7,
            now=T0,
        )


def known(world: TestWorld, payee_id: str, at: datetime = T0) -> Known | None:
    with world.db.read() as session:
        return payees.known_payees(session, world.vault, PAYING, [payee_id], at=at).get(payee_id)


def person(world: TestWorld, side: Principal, name: str, role: str) -> Principal:
    return replace(side, subject=name, person=f"per_{name}", roles=frozenset({role}))


def test_another_account_cools_while_the_side_is_told(world: TestWorld) -> None:
    anna = a_performer(world, world.second)
    put(world, world.second, anna, name=NAME, iban=ONE, residence="DE")
    put(world, world.second, anna, iban=OTHER)
    before, after = known(world, anna.payee_id), known(world, anna.payee_id, later(days=7))
    assert before is not None
    assert after is not None
    assert (before.details.iban, before.cooling_until) == (ONE, later(days=7))
    assert (after.details.iban, after.details.name, after.cooling_until) == (OTHER, NAME, None)
    with world.db.read() as session:
        told = [one.kind for one in notices.inbox(session, world.second)]
    assert told == ["payee.changed"] * 2


def test_going_back_to_the_account_in_force_counts_at_once(world: TestWorld) -> None:
    anna = a_performer(world, world.second)
    put(world, world.second, anna, name=NAME, iban=ONE)
    put(world, world.second, anna, iban=OTHER)
    put(world, world.second, anna, later(hours=1), iban=ONE)
    found = known(world, anna.payee_id, later(days=8))
    assert found is not None
    assert (found.details.iban, found.cooling_until) == (ONE, None)


def test_nothing_of_it_lies_open_in_the_database(world: TestWorld) -> None:
    anna = a_performer(world, world.second)
    put(world, world.second, anna, name=NAME, iban=ONE, tax_number="98765432109", town="Buxtehude")
    world.db.checkpoint()
    stored = world.db.path.read_bytes()
    for secret in (NAME, ONE, "98765432109", "Buxtehude"):
        assert secret.encode() not in stored
    with world.db.read() as session:
        (version,) = store.versions(session, world.second, anna.payee_id)
    with pytest.raises((BadProof, NotFound)):
        open_details(world.vault, replace(version, id="pyv_other"))


def test_other_organisations_learn_and_change_nothing(world: TestWorld) -> None:
    anna = a_performer(world, world.second)
    put(world, world.second, anna, name=NAME, iban=ONE)
    with pytest.raises(NotFound):
        put(world, world.first, anna, iban=OTHER)
    with world.db.read() as session, pytest.raises(NotFound):
        payees.get_payee(session, world.first, anna.id, now=T0)
    with world.db.read() as session:
        assert store.versions(session, world.first, anna.payee_id) == ()
    agent = person(world, world.second, "agent", "agent")
    with pytest.raises(NotAllowed):
        put(world, agent, anna, iban=OTHER)


def test_a_version_is_never_changed_and_counts_once(world: TestWorld) -> None:
    anna = a_performer(world, world.second)
    put(world, world.second, anna, name=NAME, iban=ONE)
    for change in ("payee_id = 'pay_x'", "version = 7", "effective_at = recorded_at"):
        with (
            pytest.raises((IntegrityError, EbenbildError)),
            world.db.write() as session,
        ):
            session.connection().exec_driver_sql(f"UPDATE payee_version SET {change}")


def test_for_a_minor_two_people_agree(world: TestWorld) -> None:
    world.db.single_operator = False
    child = a_performer(world, world.second, "Kim")
    with world.db.write() as session:
        minors.declare_minor(session, world.second, child.id, BORN, agrees_from_years=14, now=T0)
    mother = person(world, world.second, "mother", "guardian")
    father = person(world, world.second, "father", "guardian")
    asked = put(world, mother, child, name=NAME, iban=ONE)
    assert asked.standing.current is None
    assert asked.standing.waiting is not None
    assert known(world, child.payee_id) is None
    with pytest.raises(Conflict) as refused:
        agree(world, mother, child)
    assert refused.value.code == "second-person-needed"
    with pytest.raises(NotAllowed):
        agree(world, person(world, world.second, "kim", "performer"), child)
    assert agree(world, father, child).standing.waiting is None
    found = known(world, child.payee_id)
    assert found is not None
    assert found.details.iban == check_iban(ONE)
    with pytest.raises(Conflict):
        agree(world, father, child)


def test_what_a_second_person_refused_never_counts(world: TestWorld) -> None:
    child = a_performer(world, world.second, "Kim")
    with world.db.write() as session:
        minors.declare_minor(session, world.second, child.id, BORN, agrees_from_years=14, now=T0)
    put(world, person(world, world.second, "mother", "guardian"), child, name=NAME, iban=ONE)
    father = person(world, world.second, "father", "guardian")
    assert agree(world, father, child, approve=False).standing.waiting is None
    assert known(world, child.payee_id, later(days=30)) is None


def test_heirs_are_payees_of_their_own_and_the_dead_are_none(world: TestWorld) -> None:
    anna = a_performer(world, world.second)
    put(world, world.second, anna, name=NAME, iban=ONE)
    heir = an_heir(world, anna)
    with pytest.raises(Conflict):
        put(world, world.second, anna, iban=OTHER)
    with pytest.raises(NotFound):
        put(world, world.second, anna, heir_id="hei_other", name="B")
    first = person(world, world.second, "first", "admin")
    second = person(world, world.second, "second", "admin")
    put(world, first, anna, heir_id=heir.id, name="Bea", iban=OTHER)
    agree(world, second, anna, heir_id=heir.id)
    found = known(world, heir.payee_id)
    assert found is not None
    assert found.details.name == "Bea"


def test_only_who_says_where_has_a_tax_status(world: TestWorld) -> None:
    anna, bea = a_performer(world, world.second), a_performer(world, world.second, "Bea")
    put(world, world.second, anna, name=NAME, iban=ONE)
    put(world, world.second, bea, name="Bea", residence="US", treaty=True)
    with world.db.read() as session:
        ids = [anna.payee_id, bea.payee_id, "pay_unknown"]
        found = payees.tax_statuses(session, world.vault, PAYING, ids, at=T0)
    assert found == {bea.payee_id: TaxStatus("US", treaty=True)}


def test_what_the_law_wants_kept_outlives_an_erasure(world: TestWorld) -> None:
    anna = a_performer(world, world.second)
    put(world, world.second, anna, name=NAME, iban=ONE)
    with world.db.write() as session:
        forgetting.erase_performer(session, world.second, anna.id, now=T0)
    world.vault.erase(anna.id)
    found = known(world, anna.payee_id)
    assert found is not None
    assert found.details.name == NAME
    with pytest.raises(Conflict):
        put(world, world.second, anna, iban=OTHER)


def an_heir(world: TestWorld, performer: Performer) -> Heir:
    """The sole heir of a performer whose death is confirmed."""
    heir = Heir("hei_one", b"", "did:key:z6Mk", 1, "pay_" + "a" * 26)  # type: ignore[arg-type]
    item = Estate(
        id="est_one",
        tenant_id=performer.tenant_id,
        performer_id=performer.id,
        deceased_on=BORN,
        state=EstateState.CLAIMED,
        object_name="",
        papers_sha256="",
        heirs=(heir,),
        attesters=(),
        single_operator=False,
        claimed_at=T0,
    )
    with world.db.write() as session:
        estates.add_estate(session, item)
        estates.save_state(session, world.second, item.id, EstateState.CONFIRMED, at=T0)
        people.save_death(session, world.second, performer.id, BORN)
    return heir
