"""Groups, their members and suspensions in the store: who may do what, and who is told."""

import pytest
from sqlmodel import text

from core import keys as core_keys
from core import log, notices
from core.errors import BadProof, Broken, Conflict, NotAllowed, NotFound
from core.principal import Principal, SearchCapability
from licensing.models_suspension import Basis, Group, Membership
from licensing.service import groups, suspensions
from licensing.suspension import in_the_way
from registry.models.works import KindOfUse
from registry.service.records import records
from registry.store.erasures import Person, delete_declared
from tests.fixtures import TestWorld
from tests.store.licensing_steps import CLONE, Deal, a_deal
from tests.store.registry_steps import T0, later


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


@pytest.fixture
def union(world: TestWorld) -> Principal:
    return world.principal("union")


def a_group(deal: Deal, union: Principal, name: str = "Guild") -> Group:
    with deal.world.db.write() as session:
        return groups.found_group(session, union, name, now=T0)


def joined(deal: Deal, group: Group) -> Membership:
    with deal.world.db.write() as session:
        draft = groups.draft_membership(session, deal.agent, group.id, deal.performer.id, now=T0)
    signature = core_keys.sign(deal.who.key, draft.signing_input)
    with deal.world.db.write() as session:
        return groups.sign_membership(
            session,
            deal.agent,
            draft.id,
            signature=signature,
            verification_method=deal.who.key.verification_method,
            now=T0,
        )


def known(deal: Deal, seq: int) -> int:
    with deal.world.db.read() as session:
        found = suspensions.suspensions_known(session, [deal.performer.id], seq=seq)
    parts = found.get(deal.performer.id, ())
    return len(in_the_way(parts, CLONE, later(days=9), later(days=10)))


def test_a_suspension_reaches_members_from_its_number_on_until_it_is_lifted(
    deal: Deal, union: Principal
) -> None:
    group = a_group(deal, union)
    joined(deal, group)
    with deal.world.db.write() as session:
        called = suspensions.suspend(
            session, union, group.id, clause="Strike", kinds=[CLONE], now=later(days=1)
        )
    assert (known(deal, called.since_seq - 1), known(deal, called.since_seq)) == (0, 1)
    with deal.world.db.write() as session:
        lifted = suspensions.lift(session, union, called.id, now=later(days=2))
    assert lifted.lifted_seq is not None
    assert (known(deal, lifted.lifted_seq - 1), known(deal, lifted.lifted_seq)) == (1, 0)
    with deal.world.db.read() as session:
        kinds = [leaf.kind for leaf in log.leaves(session) if leaf.subject_id == called.id]
        assert log.faults(session) == ()
    assert kinds == ["group.suspended", "group.lifted"]


def test_whoever_left_is_reached_no_more_and_strangers_never_were(
    deal: Deal, union: Principal
) -> None:
    group = a_group(deal, union)
    other = a_group(deal, union, "Another")
    membership = joined(deal, group)
    with deal.world.db.write() as session:
        suspensions.suspend(session, union, other.id, clause="Strike", now=T0)
        called = suspensions.suspend(session, union, group.id, clause="Strike", now=T0)
    assert known(deal, called.since_seq) == 1
    with deal.world.db.write() as session:
        ended = groups.end_membership(session, deal.agent, membership.id, now=later(days=1))
        again = groups.end_membership(session, union, membership.id, now=later(days=2))
    assert ended.left_seq is not None
    assert again == ended
    assert (known(deal, ended.left_seq - 1), known(deal, ended.left_seq)) == (1, 0)


def test_licensees_and_members_are_told_once_each(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    joined(deal, group)
    first, second = deal.licence(), deal.licence(works=("wrk_" + "a" * 26,))
    deal.revoke(deal.licence())
    with deal.world.db.write() as session:
        called = suspensions.suspend(
            session, union, group.id, clause="Strike", kinds=[CLONE], now=T0
        )
        suspensions.suspend(
            session, union, group.id, clause="No clones", kinds=[KindOfUse.DUB], now=T0
        )
    with deal.world.db.read() as session:
        told = [n for n in notices.inbox(session, deal.studio) if n.kind == "group.suspended"]
        members = [n for n in notices.inbox(session, deal.agent) if n.kind == "group.suspended"]
        mine = suspensions.concerning(session, deal.studio, called, at=T0)
        strangers = suspensions.concerning(session, deal.world.principal("studio"), called, at=T0)
    assert [n.facts["licences"] for n in told] == ["2"]
    assert len(members) == 2
    assert mine == tuple(sorted((first.id, second.id)))
    assert strangers == ()


def test_nobody_else_suspends_lifts_or_founds(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    with deal.world.db.write() as session:
        called = suspensions.suspend(session, union, group.id, clause="Strike", now=T0)
        for stranger in (deal.agent, deal.studio):
            with pytest.raises(NotFound):
                suspensions.suspend(session, stranger, group.id, clause="x", now=T0)
            with pytest.raises(NotFound):
                suspensions.lift(session, stranger, called.id, now=T0)
        with pytest.raises(NotAllowed):
            groups.found_group(session, deal.studio, "Studio's own", now=T0)
        narrow = Principal(union.tenant_id, "k", frozenset({"reports"}), "union")
        with pytest.raises(NotAllowed):
            suspensions.suspend(session, narrow, group.id, clause="x", now=T0)


def test_a_lift_is_recorded_once(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    with deal.world.db.write() as session:
        called = suspensions.suspend(session, union, group.id, clause="Strike", now=T0)
        suspensions.lift(session, union, called.id, now=T0)
        with pytest.raises(Conflict):
            suspensions.lift(session, union, called.id, now=T0)


def test_only_the_performers_present_key_joins(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    stranger = core_keys.generate()
    with deal.world.db.write() as session:
        with pytest.raises(NotFound):
            groups.draft_membership(session, union, group.id, deal.performer.id, now=T0)
        draft = groups.draft_membership(session, deal.agent, group.id, deal.performer.id, now=T0)
        for key in (stranger, deal.who.key):
            with pytest.raises(BadProof):
                groups.sign_membership(
                    session,
                    deal.agent,
                    draft.id,
                    signature=core_keys.sign(stranger, draft.signing_input),
                    verification_method=key.verification_method,
                    now=T0,
                )
        with pytest.raises(NotFound):
            groups.get_membership(session, union, draft.id)


def test_a_performer_is_in_a_group_once(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    membership = joined(deal, group)
    with deal.world.db.write() as session, pytest.raises(Conflict):
        groups.join_by_mandate(session, deal.agent, group.id, deal.performer.id, "paper 7", now=T0)
    with deal.world.db.write() as session:
        groups.end_membership(session, union, membership.id, now=T0)
        second = groups.join_by_mandate(
            session, deal.agent, group.id, deal.performer.id, "paper 7", now=T0
        )
        seen = groups.list_memberships(session, union)
    assert second.basis is Basis.MANDATE
    assert {item.id for item in seen} == {membership.id, second.id}


def test_memberships_go_with_the_person_and_suspensions_stay(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    membership = joined(deal, group)
    person = Person(deal.performer.id, deal.agent.tenant_id, (), ())
    with deal.world.db.write() as session:
        capability = SearchCapability("erasure", deal.performer.id)
        counts = delete_declared(session, capability, person, records())
        with pytest.raises(NotFound):
            groups.get_membership(session, deal.agent, membership.id)
    assert counts["group_membership"] == 1
    with deal.world.db.write() as session:
        suspensions.suspend(session, union, group.id, clause="Strike", now=T0)
    for statement in ("UPDATE suspension SET clause = 'x'", "DELETE FROM suspension"):
        with pytest.raises(Broken), deal.world.db.write() as session:
            session.connection().execute(text(statement))
