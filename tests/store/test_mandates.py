"""What an agent may do is what the performer signed, and no more; each act is recorded."""

from collections.abc import Collection
from dataclasses import replace

import pytest

from core import audit
from core import keys as core_keys
from core.errors import BadProof, BadTerms, Conflict, NotAllowed, NotFound
from core.principal import Principal
from registry.models.mandates import Act, Mandate
from registry.models.works import KindOfUse
from registry.service import acting, mandates
from royalties.service.holds import holds_of
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, Enrolled, enrolled, later

BASE = "https://registry.example"


def give(
    world: TestWorld,
    who: Enrolled,
    holder: Principal,
    acts: Collection[Act] = (Act.LICENSE,),
    kinds: Collection[KindOfUse] = (),
) -> Mandate:
    with world.db.write() as session:
        draft = mandates.draft_mandate(
            session,
            who.principal,
            who.performer.id,
            holder_id=holder.tenant_id,
            acts=acts,
            kinds=kinds,
            valid_until=later(days=30),
            base_url=BASE,
            now=T0,
        )
    signature = core_keys.sign(who.key, draft.signing_input)
    with world.db.write() as session:
        return mandates.sign_mandate(
            session,
            who.principal,
            draft.id,
            signature,
            who.key.verification_method,
            now=later(hours=1),
        )


def act(
    world: TestWorld,
    who: Principal,
    performer_id: str,
    what: Act,
    kind: KindOfUse | None = None,
    **at: int,
) -> Principal:
    with world.db.write() as session:
        return acting.represent(
            session,
            who,
            performer_id,
            what,
            kinds=[] if kind is None else [kind],
            now=later(**(at or {"days": 1})),
        )


def test_an_agency_acts_in_a_performers_name_and_it_is_written_down(world: TestWorld) -> None:
    anna, agency = enrolled(world, world.second), world.principal("agency")
    made = give(world, anna, agency, kinds=[KindOfUse.DUB])
    meant = act(world, agency, anna.performer.id, Act.LICENSE, KindOfUse.DUB)
    assert meant == replace(agency, tenant_id=anna.principal.tenant_id)
    with world.db.read() as session:
        entries = audit.entries(session, agency)
    assert [(item.action, item.subject_id) for item in entries] == [
        ("acted.for", anna.performer.id)
    ]
    assert entries[0].details == {"as": "agent", "by": made.id, "act": "license"}


@pytest.mark.parametrize(
    ("what", "kind", "at"),
    [
        (Act.WITHDRAW, None, {"days": 1}),
        (Act.LICENSE, KindOfUse.TRAIN_MODEL, {"days": 1}),
        (Act.LICENSE, KindOfUse.DUB, {"days": 30}),
        (Act.LICENSE, KindOfUse.DUB, {"minutes": 59}),
    ],
)
def test_nothing_is_covered_that_a_mandate_does_not_name(
    world: TestWorld, what: Act, kind: KindOfUse | None, at: dict[str, int]
) -> None:
    anna, agency = enrolled(world, world.second), world.principal("agency")
    give(world, anna, agency, kinds=[KindOfUse.DUB])
    with pytest.raises(NotAllowed) as refused:
        act(world, agency, anna.performer.id, what, kind, **at)
    assert refused.value.code == "no-mandate"


def test_a_revoked_mandate_ends_at_once_and_others_never_had_one(world: TestWorld) -> None:
    anna, agency = enrolled(world, world.second), world.principal("agency")
    made = give(world, anna, agency)
    with pytest.raises(NotFound):
        act(world, world.principal("agency"), anna.performer.id, Act.LICENSE)
    with world.db.write() as session, pytest.raises(NotAllowed):
        mandates.revoke_mandate(session, agency, made.id, now=T0)
    with world.db.write() as session:
        mandates.revoke_mandate(session, anna.principal, made.id, now=later(days=1))
    with pytest.raises(NotAllowed):
        act(world, agency, anna.performer.id, Act.LICENSE)


def test_an_agents_own_house_is_bounded_too_and_the_performer_is_not(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    agent = replace(world.second, person="per_agent", roles=frozenset({"agent"}))
    herself = replace(world.second, person="per_anna", roles=frozenset({"agent", "performer"}))
    with pytest.raises(NotAllowed):
        act(world, agent, anna.performer.id, Act.WITHDRAW)
    assert act(world, herself, anna.performer.id, Act.WITHDRAW) == herself
    give(world, anna, world.second, [Act.WITHDRAW])
    assert act(world, agent, anna.performer.id, Act.WITHDRAW) == agent


def test_a_mandate_to_a_studio_or_to_nothing_is_refused(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    with pytest.raises(BadTerms):
        give(world, anna, world.first)
    with pytest.raises(BadTerms):
        give(world, anna, world.principal("union"), [])


def test_only_the_performers_key_signs_it_and_once(world: TestWorld) -> None:
    anna, agency = enrolled(world, world.second), world.principal("agency")
    stranger = replace(anna, key=core_keys.generate())
    with pytest.raises(BadProof):
        give(world, stranger, agency)
    made = give(world, anna, agency)
    with world.db.write() as session, pytest.raises(Conflict):
        mandates.sign_mandate(
            session, anna.principal, made.id, b"x" * 64, anna.key.verification_method, now=T0
        )


def test_only_a_mandate_to_collect_lets_an_agent_have_the_money(world: TestWorld) -> None:
    anna, agency = enrolled(world, world.second), world.principal("agency")

    def held(who: Principal, to: str = "", **at: int) -> list[str]:
        when = later(**(at or {"days": 1}))
        with world.db.read() as session:
            found = holds_of(session, who, anna.performer.id, to=to, at=when)
        return [one.code for one in found if one.code == "held-no-collect"]

    with pytest.raises(NotFound):
        held(agency)
    give(world, anna, agency, [Act.READ])
    assert held(agency) == held(anna.principal, agency.tenant_id) == ["held-no-collect"]
    assert held(anna.principal) == []
    give(world, anna, agency, [Act.COLLECT])
    assert held(agency) == held(anna.principal, agency.tenant_id) == []
    assert held(anna.principal, agency.tenant_id, days=31) == ["held-no-collect"]


def test_a_kind_that_a_mandate_does_not_name_is_refused_beside_one_that_it_does(
    world: TestWorld,
) -> None:
    anna, agency = enrolled(world, world.second), world.principal("agency")
    give(world, anna, agency, kinds=[KindOfUse.DUB])
    with pytest.raises(NotAllowed, match="kind-not-named"), world.db.write() as session:
        kinds = [KindOfUse.DUB, KindOfUse.TRAIN_MODEL]
        acting.represent(
            session, agency, anna.performer.id, Act.LICENSE, kinds=kinds, now=later(days=1)
        )
