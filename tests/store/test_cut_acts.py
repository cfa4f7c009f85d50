"""Approval, refusal and notice per cut; children, promises and policy in real decisions."""

from datetime import date

import pytest

from core.errors import BadInput, BadTerms, NotAllowed, NotFound
from core.principal import SearchCapability
from licensing.cutacts import Act, CutAct
from licensing.known import UnknownPolicy
from licensing.models_clearance import Clearance, Verdict
from licensing.service import cutacts
from licensing.store import rivals
from registry.models.guardianship import Minority
from registry.models.works import DeclaredUse
from registry.store import people
from tests.fixtures import TestWorld
from tests.store.licensing_steps import CLONE, Deal, a_deal
from tests.store.registry_steps import T0, later


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def clone(deal: Deal) -> DeclaredUse:
    return DeclaredUse(deal.performer.id, CLONE)


def codes(clearance: Clearance) -> list[str]:
    return [reason.code for span in clearance.decision.spans for reason in span.reasons]


def act(deal: Deal, licence_id: str, cut_id: str, what: Act, *, studio: bool = False) -> CutAct:
    principal = deal.studio if studio else deal.agent
    with deal.world.db.write() as session:
        return cutacts.act_on_cut(session, principal, licence_id, cut_id, what, now=later(days=1))


def test_a_cut_is_cleared_once_it_is_approved_and_no_more_once_declined(deal: Deal) -> None:
    licence = deal.licence(approval_per_cut=True)
    submission = deal.scanned(clone(deal))
    assert codes(deal.clear(submission)) == ["cut-not-approved"]
    act(deal, licence.id, submission.cut_id, Act.APPROVED)
    assert deal.clear(submission).decision.verdict is Verdict.CLEARED
    act(deal, licence.id, submission.cut_id, Act.DECLINED)
    assert codes(deal.clear(submission)) == ["cut-declined"]


def test_each_side_says_only_what_is_its_own_to_say(deal: Deal) -> None:
    licence = deal.licence(approval_per_cut=True)
    cut_id = deal.scanned(clone(deal)).cut_id
    with pytest.raises(NotAllowed):
        act(deal, licence.id, cut_id, Act.APPROVED, studio=True)
    with pytest.raises(NotAllowed):
        act(deal, licence.id, cut_id, Act.NOTICED)
    with pytest.raises(BadInput):
        act(deal, licence.id, "somewhere", Act.APPROVED)
    stranger = deal.world.principal("studio")
    with deal.world.db.write() as session, pytest.raises(NotFound):
        cutacts.act_on_cut(session, stranger, licence.id, cut_id, Act.NOTICED, now=T0)
    with deal.world.db.read() as session, pytest.raises(NotFound):
        cutacts.list_acts(session, stranger, licence.id)


def test_the_first_notice_counts_and_both_sides_read_it(deal: Deal) -> None:
    licence = deal.licence(use_notice_hours=48)
    submission = deal.scanned(clone(deal))
    assert codes(deal.clear(submission)) == ["notice-missing"]
    act(deal, licence.id, submission.cut_id, Act.NOTICED, studio=True)
    said = codes(deal.clear(submission))
    assert said in (["licence-covers"], ["notice-late"])
    with deal.world.db.read() as session:
        for side in (deal.agent, deal.studio):
            assert len(cutacts.list_acts(session, side, licence.id)) == 1


def test_an_exclusive_promise_to_a_rival_is_known_to_who_decides(deal: Deal) -> None:
    rival = deal.world.principal("studio")
    promised = Deal(deal.world, deal.who, rival).licence(exclusive=True)
    with pytest.raises(BadTerms):
        deal.licence()
    with deal.world.db.read() as session:
        [found] = rivals.exclusive_elsewhere(
            session,
            SearchCapability("clearance", "test"),
            performer_ids=[deal.performer.id],
            licensee_id=deal.studio.tenant_id,
            up_to_seq=promised.seq or 0,
        )
    assert (found.id, found.signed_at) == (promised.id, T0)


def test_the_number_of_cuts_under_a_licence_is_counted(deal: Deal) -> None:
    deal.licence(uses_max=1)
    first = deal.scanned(clone(deal))
    assert deal.clear(first).decision.verdict is Verdict.CLEARED
    assert deal.clear(first).decision.verdict is Verdict.CLEARED
    assert codes(deal.clear(deal.scanned(clone(deal)))) == ["uses-exhausted"]


def test_what_a_child_signed_alone_waits_for_the_guardians(deal: Deal) -> None:
    deal.licence()
    submission = deal.scanned(clone(deal))
    with deal.world.db.write() as session:
        child = Minority(date(2015, 5, 5), date(2029, 5, 5))
        people.save_minority(session, deal.agent, deal.performer.id, child)
    clearance = deal.clear(submission)
    assert clearance.decision.verdict is Verdict.REFUSED
    assert "guardians-missing" in codes(clearance)


def test_strangers_hold_a_title_up_unless_the_studio_says_otherwise(deal: Deal) -> None:
    deal.licence()
    submission = deal.scanned(clone(deal), strangers=1)
    assert deal.clear(submission).decision.verdict is Verdict.REVIEW
    with deal.world.db.write() as session:
        cutacts.set_policy(session, deal.studio, UnknownPolicy.TOLERATE, now=later(days=1))
    lax = deal.clear(submission).decision
    assert lax.verdict is Verdict.CLEARED
    assert "unknown-tolerated" in [reason.code for reason in lax.warnings]
    with deal.world.db.read() as session:
        assert cutacts.get_policy(session, deal.world.principal("studio")) is UnknownPolicy.REVIEW
