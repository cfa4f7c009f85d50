"""Exclusive promises and sublicences where licences are drafted, signed and looked up."""

import pytest

from core import notices
from core.errors import BadTerms, Conflict, NotAllowed, NotFound
from core.principal import Principal
from licensing.models import LicenceInForce
from licensing.service import licences, terminations
from licensing.service.scopes import below
from licensing.sublicensing import LINKS_MAX
from registry.models.works import CutFormat, WorkLevel
from registry.service import works
from tests.fixtures import TestWorld
from tests.store.licensing_steps import Deal, a_deal
from tests.store.registry_steps import T0, later


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def known(deal: Deal, licensee: Deal, up_to_seq: int) -> tuple[LicenceInForce, ...]:
    with deal.world.db.read() as session:
        return licences.licences_known(
            session,
            licensee.studio,
            performer_ids=[deal.performer.id],
            licensee_id=licensee.studio.tenant_id,
            up_to_seq=up_to_seq,
        )


def test_an_exclusive_promise_is_kept_at_drafting_and_again_at_signing(deal: Deal) -> None:
    other = Deal(deal.world, deal.who, deal.world.principal("studio"))
    waiting = other.draft(territories=("DE",))
    deal.licence(exclusive=True, territories=("DE",))
    with pytest.raises(BadTerms, match="for itself alone"):
        other.draft(territories=("DE", "AT"))
    with pytest.raises(BadTerms, match="for itself alone"):
        other.sign(waiting)
    other.licence(territories=("AT",))
    with pytest.raises(BadTerms, match="would be exclusive"):
        deal.draft(exclusive=True, territories=("AT",))


def test_an_exclusive_promise_for_a_series_meets_its_season_and_cut(deal: Deal) -> None:
    other = Deal(deal.world, deal.who, deal.world.principal("studio"))
    with deal.world.db.write() as session:
        made = [works.create_work(session, deal.studio, title="S", level=WorkLevel.SERIES, now=T0)]
        for level in (WorkLevel.SEASON, WorkLevel.EPISODE):
            above = made[-1].id
            made.append(
                works.create_work(
                    session, deal.studio, title="S", level=level, parent_id=above, now=T0
                )
            )
        elsewhere = works.create_work(
            session, deal.studio, title="T", level=WorkLevel.SERIES, now=T0
        )
        cut = works.create_cut(
            session,
            deal.studio,
            made[-1].id,
            label="A",
            format=CutFormat.FEATURE,
            language="de",
            now=T0,
        )
    deal.licence(exclusive=True, works=(made[1].id,))
    for name in (made[0].id, made[2].id, cut.id):
        with pytest.raises(BadTerms, match="for itself alone"):
            other.draft(works=(name,))
    assert other.draft(works=(elsewhere.id,)).id


def test_a_sublicence_is_known_until_its_parent_is_revoked(deal: Deal) -> None:
    other = Deal(deal.world, deal.who, deal.world.principal("studio"))
    parent = deal.licence(sublicensable=True, exclusive=True)
    with pytest.raises(BadTerms, match="wider"):
        other.draft(
            parent_licence_id=parent.id,
            label_ai=False,
            seconds_max=None,
            exclusive=True,
            valid_until=parent.terms.valid_until.replace(year=2030),
        )
    child = other.licence(parent_licence_id=parent.id, territories=("DE",))
    with deal.world.db.read() as session:
        assert below(session, parent) == (
            (parent.id, deal.studio.tenant_id),
            (child.id, other.studio.tenant_id),
        )
    revoked = deal.revoke(parent)
    assert revoked.revoked_seq is not None
    (before,) = known(deal, other, revoked.revoked_seq - 1)
    (after,) = known(deal, other, revoked.revoked_seq)
    assert (before.revoked_at, after.revoked_at) == (None, revoked.revoked_at)
    with pytest.raises(BadTerms, match="not in force"):
        other.draft(parent_licence_id=parent.id)


def test_a_chain_of_five_above_a_sublicence_counts_and_a_sixth_is_refused(deal: Deal) -> None:
    chain = [deal.licence(sublicensable=True)]
    for _ in range(LINKS_MAX):
        chain.append(deal.licence(sublicensable=True, parent_licence_id=chain[-1].id))
    with pytest.raises(BadTerms, match="at most 5 licences above"):
        deal.draft(parent_licence_id=chain[-1].id)
    latest = known(deal, deal, chain[-1].seq or 0)
    assert [one.revoked_at for one in latest] == [None] * len(chain)
    revoked = deal.revoke(chain[0])
    ended = known(deal, deal, revoked.revoked_seq or 0)
    assert {one.revoked_at for one in ended} == {revoked.revoked_at}


def test_a_sublicence_of_what_may_not_be_passed_on_is_refused(deal: Deal) -> None:
    other = Deal(deal.world, deal.who, deal.world.principal("studio"))
    parent = deal.licence()
    with pytest.raises(BadTerms, match="does not allow sublicences"):
        other.draft(parent_licence_id=parent.id)


def test_notice_ends_a_licence_after_the_agreed_days_and_not_before_it_was_given(
    deal: Deal,
) -> None:
    licence = deal.licence(termination_notice_days=30, sublicensable=True)
    other = Deal(deal.world, deal.who, deal.world.principal("studio"))
    other.licence(parent_licence_id=licence.id)
    with deal.world.db.write() as session:
        notice = terminations.terminate(session, deal.studio, licence.id, now=later(days=1))
        with pytest.raises(Conflict):
            terminations.terminate(session, deal.agent, licence.id, now=later(days=2))
        with pytest.raises(NotFound):
            terminations.terminate(session, other.studio, licence.id, now=later(days=2))
        told = [item.kind for item in notices.inbox(session, deal.agent)]
    assert "licence.terminated" in told
    (before,) = known(deal, deal, notice.seq - 1)
    (after,) = known(deal, deal, notice.seq)
    (below_it,) = known(deal, other, notice.seq)
    assert before.terms.valid_until == licence.terms.valid_until
    assert after.terms.valid_until == below_it.terms.valid_until == later(days=31)


def test_notice_needs_a_scope_even_where_one_organisation_is_both_sides(deal: Deal) -> None:
    own = Deal(deal.world, deal.who, deal.agent)
    licence = own.licence()
    clerk = Principal(deal.agent.tenant_id, "k", frozenset({"usage"}), "agency")
    with deal.world.db.write() as session, pytest.raises(NotAllowed):
        terminations.terminate(session, clerk, licence.id, now=later(days=1))
