"""A newcomer near an incumbent stops; the incumbent is told, stays searched, and two decide."""

from dataclasses import replace

import pytest

from core import approvals, notices
from core.errors import Conflict, NotAllowed, NotFound
from core.principal import Principal
from fingerprint.models import Reason
from registry.models.people import Enrolment, Print
from registry.models.people import EnrolmentState as S
from registry.models.proofs import Fact
from registry.proofing.duplicates import Outcome, shown_state
from registry.service import disputes, enrolment, proofing
from registry.service.proofing import Resemblance
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
)


def stands(world: TestWorld, who: Enrolled) -> Enrolment:
    with world.db.read() as session:
        return enrolment.get_enrolment(session, who.principal, who.enrolment_id)


def searched(world: TestWorld, item: Print) -> bool:
    with world.db.read() as session:
        return item.id in prints.live_prints(session, SEARCH, at=T0)


def resembling(world: TestWorld, found: Resemblance) -> Enrolled:
    """A newcomer of another organisation, proofed, of whom the search found this."""
    newcomer = enrolled(world, world.principal("agency"), "Thief")
    make_unproved(world, newcomer, 2)
    with world.db.write() as session:
        facts = [Fact.IDENTITY, Fact.VOICE]
        proofing.attest(
            session,
            newcomer.principal,
            newcomer.enrolment_id,
            facts,
            "",
            demands=AT_ONCE,
            now=T0,
        )
    job = claim(world, proofing.PROVE_JOB)
    with world.db.write() as session:
        proofing.proceed(session, newcomer.enrolment_id, job, demands=AT_ONCE, now=T0, found=found)
    return newcomer


@pytest.fixture
def incumbent(world: TestWorld) -> tuple[Enrolled, Print]:
    who = enrolled(world, world.second)
    return who, make_print(world, who, 1)


@pytest.fixture
def newcomer(world: TestWorld, incumbent: tuple[Enrolled, Print]) -> Enrolled:
    return resembling(world, Resemblance(frozenset({incumbent[1].id}), ()))


def decided(world: TestWorld, who: Enrolled, outcome: Outcome) -> None:
    with world.db.write() as session:
        asked = disputes.propose(session, world.operator, who.enrolment_id, outcome, now=T0)
        approvals.decide(session, world.operator, asked.id, approve=True, note="", now=T0)
        disputes.settle(session, world.operator, who.enrolment_id, outcome, now=T0)


def test_both_are_disputed_and_only_the_incumbent_is_told_and_searched(
    world: TestWorld, incumbent: tuple[Enrolled, Print], newcomer: Enrolled
) -> None:
    who, item = incumbent
    assert stands(world, who).state is stands(world, newcomer).state is S.DISPUTED
    assert searched(world, item)
    with world.db.read() as session:
        assert len(prints.live_prints(session, SEARCH, at=later(days=99))) == 1
        told = notices.inbox(session, who.principal)
        assert [note.kind for note in told] == ["enrolment.disputed"]
        assert [*notices.inbox(session, newcomer.principal)] == []
        assert disputes.open_disputes(session, world.operator) == (newcomer.enrolment_id,)


def test_the_newcomer_reads_a_notice_period_and_the_incumbent_the_dispute(
    world: TestWorld, incumbent: tuple[Enrolled, Print], newcomer: Enrolled
) -> None:
    assert shown_state(stands(world, newcomer)) is S.NOTICE
    assert shown_state(stands(world, incumbent[0])) is S.DISPUTED


def test_no_clock_ends_a_dispute(world: TestWorld, newcomer: Enrolled) -> None:
    with world.db.write() as session:
        assert proofing.activate_due(session, SEARCH, at=later(days=999)) == 0


def test_the_newcomer_goes_when_two_say_so(
    world: TestWorld, incumbent: tuple[Enrolled, Print], newcomer: Enrolled
) -> None:
    decided(world, newcomer, Outcome.INCUMBENT)
    assert stands(world, newcomer).state is S.WITHDRAWN
    assert stands(world, incumbent[0]).state is S.ACTIVE
    assert searched(world, incumbent[1])


def test_two_people_may_resemble_each_other(
    world: TestWorld, incumbent: tuple[Enrolled, Print], newcomer: Enrolled
) -> None:
    decided(world, newcomer, Outcome.NEWCOMER)
    assert stands(world, incumbent[0]).state is S.ACTIVE
    assert stands(world, newcomer).state is S.NOTICE
    with world.db.write() as session:
        assert proofing.activate_due(session, SEARCH, at=later(days=1)) == 1
    assert stands(world, newcomer).state is S.ACTIVE


def test_nothing_happens_without_an_approval_of_this_very_outcome(
    world: TestWorld, newcomer: Enrolled
) -> None:
    with world.db.write() as session:
        asked = disputes.propose(
            session, world.operator, newcomer.enrolment_id, Outcome.NEWCOMER, now=T0
        )
        with pytest.raises(Conflict):
            disputes.settle(
                session, world.operator, newcomer.enrolment_id, Outcome.NEWCOMER, now=T0
            )
        approvals.decide(session, world.operator, asked.id, approve=True, note="", now=T0)
        with pytest.raises(Conflict):
            disputes.settle(
                session, world.operator, newcomer.enrolment_id, Outcome.INCUMBENT, now=T0
            )
    assert stands(world, newcomer).state is S.DISPUTED


def test_an_incumbent_of_two_disputes_waits_for_both(
    world: TestWorld, incumbent: tuple[Enrolled, Print], newcomer: Enrolled
) -> None:
    second = resembling(world, Resemblance(frozenset({incumbent[1].id}), ()))
    decided(world, newcomer, Outcome.INCUMBENT)
    assert stands(world, incumbent[0]).state is S.DISPUTED
    decided(world, second, Outcome.INCUMBENT)
    assert stands(world, incumbent[0]).state is S.ACTIVE


def test_only_the_operators_people_decide(world: TestWorld, newcomer: Enrolled) -> None:
    other = replace(newcomer.principal, scopes=frozenset({"*"}))
    with world.db.write() as session:
        for act in (disputes.propose, disputes.settle):
            with pytest.raises(NotAllowed):
                act(session, other, newcomer.enrolment_id, Outcome.NEWCOMER, now=T0)
        with pytest.raises(NotFound):
            disputes.propose(session, world.operator, "enr_none", Outcome.NEWCOMER, now=T0)


def test_a_print_that_resembles_too_many_is_refused_and_erased(world: TestWorld) -> None:
    found = Resemblance(frozenset(), (Reason("resembles-too-many", {"modality": "voice"}),))
    who = resembling(world, found)
    assert stands(world, who).state is S.WITHDRAWN
    with world.db.read() as session:
        assert printtemplates.templates_of(session, who.principal, who.enrolment_id) == ()
        (told,) = notices.inbox(session, who.principal)
    assert told.kind == "enrolment.refused"


def test_a_staffed_registry_needs_two_people_to_decide(
    world: TestWorld, newcomer: Enrolled
) -> None:
    one = replace(world.operator, person="acc_one", roles=frozenset({"admin"}))
    two: Principal = replace(world.operator, person="acc_two", roles=frozenset({"admin"}))
    world.db.single_operator = False
    with world.db.write() as session:
        asked = disputes.propose(session, one, newcomer.enrolment_id, Outcome.NEWCOMER, now=T0)
        with pytest.raises(Conflict):
            approvals.decide(session, one, asked.id, approve=True, note="", now=T0)
        approvals.decide(session, two, asked.id, approve=True, note="", now=T0)
        disputes.settle(session, one, newcomer.enrolment_id, Outcome.NEWCOMER, now=T0)
    assert stands(world, newcomer).state is S.NOTICE
