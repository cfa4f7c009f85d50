"""Clearances in the store: decided on real scans, kept with what they rest on, seen by few."""

import hashlib

import pytest
from sqlmodel import text

from core import log, outbox
from core.errors import Broken, Conflict, NotFound
from fingerprint.models import Decision
from licensing.decisionform import decision_bytes
from licensing.models_clearance import Clearance, Verdict
from licensing.service import clearances
from registry.models.works import DeclaredUse, KindOfUse
from registry.service import submissions
from tests.fixtures import TestWorld
from tests.store.licensing_steps import CLONE, Deal, a_deal
from tests.store.registry_steps import a_cut, declare, hand_in, later


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def clone(deal: Deal) -> DeclaredUse:
    return DeclaredUse(deal.performer.id, CLONE)


def codes(clearance: Clearance) -> list[str]:
    return [reason.code for span in clearance.decision.spans for reason in span.reasons]


def test_a_licensed_declared_use_is_cleared_under_its_licence(deal: Deal) -> None:
    licence = deal.licence()
    clearance = deal.clear(deal.scanned(clone(deal)))
    assert clearance.decision.verdict is Verdict.CLEARED
    assert clearance.decision.licence_ids == (licence.id,)
    [span] = clearance.decision.spans
    assert (span.licence_id, span.tariff_id) == (licence.id, licence.tariff_id)
    assert clearance.decision.threshold_ids == ("threshold-1",)
    assert clearance.decision.model_ids == ("voice-test",)


def test_a_declared_use_without_licence_is_refused(deal: Deal) -> None:
    clearance = deal.clear(deal.scanned(clone(deal)))
    assert clearance.decision.verdict is Verdict.REFUSED
    assert codes(clearance) == ["no-licence"]


def test_another_studios_licence_neither_clears_nor_shows(deal: Deal) -> None:
    rival = deal.world.principal("studio")
    Deal(deal.world, deal.who, rival).licence()
    clearance = deal.clear(deal.scanned(clone(deal)))
    assert clearance.decision.verdict is Verdict.REFUSED
    assert codes(clearance) == ["no-licence"]
    assert clearance.decision.spans[0].licence_id is None


def test_an_undeclared_find_and_a_stranger_go_to_people(deal: Deal) -> None:
    clearance = deal.clear(deal.scanned(strangers=1))
    assert clearance.decision.verdict is Verdict.REVIEW
    assert codes(clearance) == ["found-not-declared", "unknown-person"]


def test_a_revocation_refuses_the_next_decision_and_leaves_the_earlier_one(deal: Deal) -> None:
    licence = deal.licence()
    submission = deal.scanned(clone(deal))
    first = deal.clear(submission)
    deal.revoke(licence)
    second = deal.clear(submission)
    assert second.decision.verdict is Verdict.REFUSED
    assert codes(second) == ["licence-revoked"]
    with deal.world.db.read() as session:
        assert clearances.get_clearance(session, deal.studio, first.id) == first
        assert clearances.latest_clearance(session, deal.studio, submission.id) == second
        assert clearances.list_clearances(session, deal.studio) == [second, first]


def test_what_rests_on_a_licence_is_found_until_it_is_decided_again(deal: Deal) -> None:
    licence = deal.licence()
    submission = deal.scanned(clone(deal))
    deal.clear(submission)
    deal.revoke(licence)

    def resting() -> tuple[str, ...]:
        with deal.world.db.read() as session:
            return clearances.resting_on(session, deal.studio, licence.id)

    assert resting() == (submission.id,)
    deal.clear(submission)
    assert resting() == ()


def test_a_licence_for_the_work_above_the_cut_covers_it(deal: Deal) -> None:
    submission = deal.scanned(clone(deal))
    with deal.world.db.read() as session:
        path = clearances.work_path(session, deal.studio, submission.cut_id)
    deal.licence(works=(path[-1],))
    assert deal.clear(submission).decision.verdict is Verdict.CLEARED


def test_a_redeclared_use_is_decided_by_what_is_declared_now(deal: Deal) -> None:
    deal.licence()
    submission = deal.scanned(clone(deal))
    assert deal.clear(submission).decision.verdict is Verdict.CLEARED
    dubbed = declare(DeclaredUse(deal.performer.id, KindOfUse.DUB))
    with deal.world.db.write() as session:
        submissions.redeclare(session, deal.studio, submission.id, dubbed, now=later(days=1))
    assert codes(deal.clear(submission)) == ["kind-not-licensed"]


def test_nothing_is_decided_before_a_scan(deal: Deal) -> None:
    submission, _ = hand_in(deal.world, deal.studio, a_cut(deal.world, deal.studio), declare())
    with pytest.raises(Conflict) as refusal:
        deal.clear(submission)
    assert refusal.value.code == "not-scanned"


def test_a_clearance_is_the_studios_own(deal: Deal) -> None:
    submission = deal.scanned(clone(deal))
    clearance = deal.clear(submission)
    with deal.world.db.read() as session:
        for principal in (deal.agent, deal.world.principal("studio")):
            with pytest.raises(NotFound):
                clearances.get_clearance(session, principal, clearance.id)
            with pytest.raises(NotFound):
                clearances.latest_clearance(session, principal, submission.id)
            assert clearances.list_clearances(session, principal) == []
    with deal.world.db.write() as session, pytest.raises(NotFound):
        clearances.clear(session, deal.agent, submission.id, now=later(days=2))


def test_the_performers_side_sees_its_own_part_only(deal: Deal) -> None:
    other = a_deal(deal.world)
    clearance = deal.clear(deal.scanned(clone(deal), strangers=1))
    with deal.world.db.read() as session:
        [part] = clearances.list_parts(session, deal.agent, performer_id=deal.performer.id)
        assert part.clearance_id == clearance.id
        assert part.verdict is Verdict.REFUSED
        assert [reason.code for reason in part.reasons] == ["no-licence"]
        assert clearances.list_parts(session, deal.agent, performer_id=other.performer.id) == []
        assert clearances.list_parts(session, deal.world.principal("agency")) == []
        assert clearances.list_parts(session, deal.studio) == [part]


def test_a_doubtful_find_is_not_shown_to_the_performers_side(deal: Deal) -> None:
    deal.clear(deal.scanned(clone(deal), decision=Decision.REVIEW))
    with deal.world.db.read() as session:
        assert clearances.list_parts(session, deal.agent) == []
        assert len(clearances.list_parts(session, deal.studio)) == 1


def test_parts_are_paged_without_losing_one(deal: Deal) -> None:
    submission = deal.scanned(clone(deal))
    made = [deal.clear(submission).id for _ in range(4)]
    seen: list[str] = []
    before: tuple[int, str] | None = None
    with deal.world.db.read() as session:
        while page := clearances.list_parts(session, deal.studio, before=before, limit=1):
            seen.append(page[0].clearance_id)
            before = (page[0].seq, page[0].use_id)
    assert seen == made[::-1]


def test_a_decision_is_committed_to_in_the_log_and_told(deal: Deal) -> None:
    submission = deal.scanned(clone(deal))
    clearance = deal.clear(submission)
    payload = {
        "submission_id": submission.id,
        "verdict": "REFUSED",
        "decision_sha256": hashlib.sha256(decision_bytes(clearance.decision)).hexdigest(),
    }
    with deal.world.db.read() as session:
        assert log.opens(session, clearance.log_index, payload)
        assert not log.opens(session, clearance.log_index, {**payload, "verdict": "CLEARED"})
        told = [event for event in outbox.pending(session) if event.kind == "clearance.issued"]
    assert [(event.subject_id, event.tenant_id) for event in told] == [
        (clearance.id, deal.studio.tenant_id)
    ]


def test_a_decision_survives_storage_unchanged(deal: Deal) -> None:
    clearance = deal.clear(deal.scanned(clone(deal), strangers=2))
    with deal.world.db.read() as session:
        kept = clearances.get_clearance(session, deal.studio, clearance.id)
    assert kept == clearance


def test_rows_of_clearances_can_be_neither_changed_nor_deleted(deal: Deal) -> None:
    deal.clear(deal.scanned(clone(deal)))
    for table in ("clearance", "clearance_use"):
        for statement in (f"UPDATE {table} SET verdict = 'CLEARED'", f"DELETE FROM {table}"):
            with pytest.raises(Broken), deal.world.db.write() as session:
                session.connection().execute(text(statement))
