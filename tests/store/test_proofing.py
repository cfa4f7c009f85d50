"""From captured to active: no print is searched before somebody vouched and the notice ended."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session

from core import leases, log
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.principal import Principal
from fingerprint.models import Modality
from registry.models.people import Enrolment, EnrolmentState, Print
from registry.models.proofs import Fact
from registry.proofing.sufficiency import Demands
from registry.service import enrolment, proofing
from registry.store import prints, printtemplates
from tests.fixtures import TestWorld
from tests.store.registry_steps import (
    AT_ONCE,
    SEARCH,
    T0,
    Enrolled,
    claim,
    enrolled,
    later,
    make_print,
    make_unproved,
    prove,
)

FORTNIGHT = Demands(single_operator=True, notice_days=14)
STAFFED = Demands(single_operator=False, notice_days=14)


def stands(world: TestWorld, who: Enrolled) -> Enrolment:
    with world.db.read() as session:
        return enrolment.get_enrolment(session, who.principal, who.enrolment_id)


def is_searched(world: TestWorld, item: Print, at: timedelta = timedelta()) -> bool:
    with world.db.read() as session:
        return item.id in prints.live_prints(session, SEARCH, at=T0 + at)


def test_a_captured_print_is_not_searched(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_unproved(world, who, 1)
    assert stands(world, who).state is EnrolmentState.CAPTURED
    assert not is_searched(world, made)
    with world.db.read() as session:
        assert prints.newest_live_seq(session, SEARCH) == 0


def test_one_operators_word_is_stamped_on_the_enrolment_and_in_the_log(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_print(world, who, 1)
    found = stands(world, who)
    assert (found.state, found.single_operator) == (EnrolmentState.ACTIVE, True)
    assert is_searched(world, made)
    with world.db.read() as session:
        leaves = {leaf.kind: leaf.index for leaf in log.leaves(session)}
        payload = {"enrolment": who.enrolment_id, "single_operator": True}
        assert log.opens(session, leaves["enrolment.active"], payload)
    assert {"enrolment.attested", "enrolment.proofed"} <= leaves.keys()


def test_the_notice_period_passes_before_the_first_search(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = prove(world, who, make_unproved(world, who, 1), FORTNIGHT)
    assert stands(world, who).state is EnrolmentState.NOTICE
    assert stands(world, who).notice_until == later(days=14)
    assert not is_searched(world, made)
    for days, activated in ((13, 0), (14, 1), (15, 0)):
        with world.db.write() as session:
            assert proofing.activate_due(session, SEARCH, at=later(days=days)) == activated
    assert is_searched(world, made, timedelta(days=15))


def test_a_print_takes_its_place_in_the_order_when_it_becomes_active(world: TestWorld) -> None:
    waiting = enrolled(world, world.second)
    first = prove(world, waiting, make_unproved(world, waiting, 1), FORTNIGHT)
    second = make_print(world, enrolled(world, world.second, "Bea"), 2)
    with world.db.write() as session:
        proofing.activate_due(session, SEARCH, at=later(days=14))
    with world.db.read() as session:
        (placed,) = prints.list_prints(session, world.second, waiting.performer.id)
        rows = printtemplates.sealed_templates(
            session, SEARCH, above_seq=second.seq, at=later(days=15)
        )
        assert [row.print_id for row in rows] == [first.id]
    assert placed.seq > second.seq


def test_with_a_staff_two_attesters_vouch_and_nobody_else_does(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    made = make_unproved(world, who, 1)
    attester = replace(world.principal("union"), scopes=frozenset({"attest"}))
    agency = replace(who.principal, scopes=frozenset({"performers"}))
    agent = replace(agency, person="acc_agent")
    for principal in (agency, agent, attester):  # two who are no attesters, and a key
        with pytest.raises(NotAllowed), world.db.write() as session:
            vouch(session, principal, who)
    for person, lacking in (
        ("acc_one", ["identity-unattested", "not-shown-live"]),
        ("acc_one", ["identity-unattested", "not-shown-live"]),
        ("acc_two", ["not-shown-live"]),
    ):
        with world.db.write() as session:
            vouch(session, replace(attester, person=person), who)
        job = claim(world, proofing.PROVE_JOB)
        with world.db.write() as session:
            proofing.proceed(session, who.enrolment_id, job, demands=STAFFED, now=T0)
            leases.finish(session, job)
        assert stands(world, who).state is EnrolmentState.CAPTURED
        with world.db.read() as session:
            found = proofing.standing(session, world.second, who.enrolment_id, demands=STAFFED)
        assert [item.code for item in found.missing] == lacking
    assert made.id


def vouch(session: Session, principal: Principal, who: Enrolled) -> None:
    facts = [Fact.IDENTITY, Fact.VOICE]
    proofing.attest(session, principal, who.enrolment_id, facts, "", demands=STAFFED, now=T0)


def test_an_attester_reads_what_an_enrolment_lacks_by_its_id_alone(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    make_unproved(world, who, 1)
    attester = replace(world.principal("union"), scopes=frozenset({"attest"}))
    with world.db.read() as session:
        found = proofing.standing(session, attester, who.enrolment_id, demands=STAFFED)
        assert [item.code for item in found.missing] == ["identity-unattested", "not-shown-live"]
        with pytest.raises(NotFound):
            proofing.standing(session, attester, "enr_" + "a" * 26, demands=STAFFED)


def test_nobody_vouches_before_there_is_something_to_vouch_for(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    with pytest.raises(Conflict), world.db.write() as session:
        proofing.attest(
            session,
            world.second,
            who.enrolment_id,
            [Fact.IDENTITY],
            "",
            demands=AT_ONCE,
            now=T0,
        )


@pytest.mark.parametrize(("facts", "statement"), [([], ""), ([Fact.VOICE], "x" * 501)])
def test_an_attestation_says_something_and_not_too_much(
    world: TestWorld, facts: list[Fact], statement: str
) -> None:
    who = enrolled(world, world.second)
    make_unproved(world, who, 1)
    with pytest.raises(BadInput), world.db.write() as session:
        proofing.attest(
            session,
            world.second,
            who.enrolment_id,
            facts,
            statement,
            demands=AT_ONCE,
            now=T0,
        )


def test_another_organisation_neither_vouches_nor_reads_who_did(world: TestWorld) -> None:
    who = enrolled(world, world.second)
    make_print(world, who, 1, modality=Modality.FACE)
    stranger = world.principal("agency")
    with world.db.write() as session:
        with pytest.raises(NotFound):
            proofing.attest(
                session,
                stranger,
                who.enrolment_id,
                [Fact.IDENTITY],
                "",
                demands=AT_ONCE,
                now=T0,
            )
        with pytest.raises(NotFound):
            proofing.standing(session, stranger, who.enrolment_id, demands=AT_ONCE)
