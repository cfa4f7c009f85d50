"""Frameworks in the store: who publishes, what licences under them must keep, and a strike."""

from typing import Any

import pytest

from core import log, notices
from core.errors import BadTerms, Conflict, NotFound
from core.keys import generate, sign
from core.principal import Principal
from licensing.models import Formation, LicenceState, TariffKind, TariffTerm
from licensing.models_framework import Framework
from licensing.models_suspension import Group
from licensing.service import asof, frameworks, groups, suspensions
from licensing.service.frameworks import suspended_under
from tests.fixtures import TestWorld
from tests.store.licensing_steps import CLONE, Deal, a_deal
from tests.store.registry_steps import T0, later
from tests.store.test_suspensions import a_group, joined

UNION_KEY = generate()
# Collective agreements that bind with a union want a consent apart from other contracts.
APART = {"formation": Formation(separate_agreement=True)}


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


@pytest.fixture
def union(world: TestWorld) -> Principal:
    return world.principal("union")


def body(**minimums: Any) -> dict[str, object]:
    return {
        "title": "AI in film",
        "agreement": "Agreement of 3 May 2026",
        "valid_from": "2020-01-01T00:00:00Z",
        "minimums": minimums,
    }


def published(
    deal: Deal, union: Principal, group: Group, of: str = "", **minimums: Any
) -> Framework:
    with deal.world.db.write() as session:
        draft = frameworks.draft_framework(
            session,
            union,
            group.id,
            body(**minimums),
            key=UNION_KEY.did,
            framework_id=of,
            now=T0,
        )
        return frameworks.publish_framework(
            session,
            deal.world.registry_key,
            union,
            group.id,
            draft.document,
            signature=sign(UNION_KEY, draft.signing_input),
            now=T0,
        )


def test_a_licence_pins_the_newest_version_and_says_union_agreement(
    deal: Deal, union: Principal
) -> None:
    group = a_group(deal, union)
    joined(deal, group)
    first = published(deal, union, group)
    second = published(deal, union, group, first.facts.id, use_notice_hours=24)
    licence = deal.licence(**APART, framework_id=first.facts.id, use_notice_hours=24)
    assert licence.state is LicenceState.SIGNED
    assert licence.terms.framework_version == "2" == str(second.facts.version)
    assert licence.terms.framework_digest == second.digest
    assert licence.terms.formation.union_agreement
    with pytest.raises(BadTerms, match="version 2 by now"):
        deal.draft(
            framework_id=first.facts.id, framework_version="1", framework_digest=first.digest
        )
    with deal.world.db.read() as session:
        told = [leaf for leaf in log.leaves(session) if leaf.kind == "framework.published"]
        inbox = [n.kind for n in notices.inbox(session, deal.agent)]
    assert [leaf.subject_id for leaf in told] == [first.facts.id] * 2
    assert inbox.count("framework.published") == 2


def test_below_the_floor_is_refused_in_words_and_a_law_is_waived(
    deal: Deal, union: Principal
) -> None:
    group = a_group(deal, union)
    joined(deal, group)
    floor = {"kind": "per_minute", "rate": "90", "currency": "EUR"}
    made = published(deal, union, group, rates=[floor])
    with pytest.raises(BadTerms, match="the framework asks for at least"):
        deal.draft(**APART, framework_id=made.facts.id)
    paid = TariffTerm(TariffKind.PER_MINUTE, 90_000_000, "EUR")
    long = {"valid_until": later(days=12 * 365), "tariff": paid, "territories": ("US",), **APART}
    with pytest.raises(BadTerms, match="ten years"):
        deal.draft(**long)
    assert deal.draft(framework_id=made.facts.id, **long).id


def test_only_members_sign_unless_the_union_says_otherwise(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    made = published(deal, union, group)
    with pytest.raises(BadTerms, match="for members"):
        deal.draft(**APART, framework_id=made.facts.id)
    open_to_all = published(deal, union, group, members_only=False)
    assert deal.licence(**APART, framework_id=open_to_all.facts.id).signed


def test_a_version_that_was_published_meanwhile_stops_the_signature(
    deal: Deal, union: Principal
) -> None:
    group = a_group(deal, union)
    made = published(deal, union, group, members_only=False)
    draft = deal.draft(**APART, framework_id=made.facts.id)
    published(deal, union, group, made.facts.id, members_only=False, use_notice_hours=1)
    with pytest.raises(BadTerms, match="version 2 by now"):
        deal.sign(draft)


def test_others_publish_nothing_and_stale_drafts_are_refused(deal: Deal, union: Principal) -> None:
    group = a_group(deal, union)
    with pytest.raises(NotFound), deal.world.db.write() as session:
        frameworks.draft_framework(session, deal.agent, group.id, body(), key=UNION_KEY.did, now=T0)
    made = published(deal, union, group)
    with pytest.raises(Conflict, match="present version"):
        published(deal, union, group, made.facts.id)
    other = a_group(deal, union, "Other")
    with pytest.raises(NotFound):
        published(deal, union, other, made.facts.id)
    with deal.world.db.write() as session:
        draft = frameworks.draft_framework(
            session, union, group.id, body(), key=UNION_KEY.did, now=T0
        )
    with pytest.raises(Conflict, match="The draft is old"), deal.world.db.write() as session:
        frameworks.publish_framework(
            session,
            deal.world.registry_key,
            union,
            group.id,
            draft.document,
            signature=sign(UNION_KEY, draft.signing_input),
            now=later(days=2),
        )


def test_a_strike_reaches_what_was_made_under_the_framework_member_or_not(
    deal: Deal, union: Principal
) -> None:
    group = a_group(deal, union)
    made = published(deal, union, group, members_only=False)
    licence = deal.licence(**APART, framework_id=made.facts.id)
    other = deal.licence()
    with deal.world.db.write() as session:
        called = suspensions.suspend(
            session, union, group.id, clause="Strike", kinds=[CLONE], now=later(days=1)
        )
    with deal.world.db.read() as session:
        concerned = suspensions.licences_concerned(session, called, at=later(days=1))
        assert [name for name, _ in concerned] == [licence.id]
        known = suspended_under(session, [licence.id, other.id], seq=called.since_seq)
        assert known == {licence.id: (called,)}
        before = suspended_under(session, [licence.id], seq=called.since_seq - 1)
        assert before == {}
        stood = {
            item.licence.id: item.standing.value
            for item in asof.licences_as_of(session, deal.agent, on=later(days=2).date())
        }
    assert stood == {licence.id: "SUSPENDED", other.id: "IN_FORCE"}
    with deal.world.db.write() as session:
        lifted = suspensions.lift(session, union, called.id, now=later(days=3))
    with deal.world.db.read() as session:
        (after,) = suspended_under(session, [licence.id], seq=lifted.lifted_seq or 0)[licence.id]
    assert after.lifted_at == later(days=3)
    with deal.world.db.read() as session:
        assert groups.list_groups(session, deal.studio)[0].id == group.id
