"""After a death: papers are read by two, shares are exact, and the dead sign no more."""

from dataclasses import replace
from datetime import date

import pytest

from core.errors import BadInput, Conflict, NotAllowed
from core.keys import generate
from core.objects import ObjectRef
from core.principal import Principal
from registry import estates as rules
from registry.models.estates import Estate, EstateState
from registry.models.excerpts import Excerpt
from registry.models.mandates import Act
from registry.models.people import EnrolmentState, Purpose
from registry.proofing.sufficiency import Demands
from registry.service import estates, keys, people, purposes
from registry.service.estates import NewHeir
from registry.store import enrolments, excerpts
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, Enrolled, enrolled, later, make_print, sign_consent
from tests.store.test_mandates import act, give

STAFF = Demands(single_operator=False, notice_days=14)
PAPERS = ObjectRef("0" * 64, 3)


def heirs(*shares: str) -> list[NewHeir]:
    return [NewHeir(f"Heir {share}", generate().did, share) for share in shares]


def claim(world: TestWorld, who: Enrolled, *shares: str) -> Estate:
    with world.db.write() as session:
        return estates.claim_estate(
            session,
            world.vault,
            who.principal,
            who.performer.id,
            deceased_on=date(2026, 12, 1),
            papers=PAPERS,
            papers_sha256="1" * 64,
            heirs=heirs(*(shares or ("1/3", "2/3"))),
            demands=STAFF,
            now=T0,
        )


def read(world: TestWorld, reader: Principal, item: Estate, **at: int) -> Estate:
    with world.db.write() as session:
        return estates.attest_estate(session, reader, item.id, demands=STAFF, now=later(**at))


def attester(world: TestWorld, person: str) -> Principal:
    return replace(world.operator, person=person, scopes=frozenset({"attest"}))


def test_two_people_read_the_papers_and_then_the_old_key_is_silent(world: TestWorld) -> None:
    anna, agency = enrolled(world, world.second), world.principal("agency")
    give(world, anna, agency)
    item = claim(world, anna)
    first, second = attester(world, "per_a"), attester(world, "per_b")
    assert read(world, first, item).state is EstateState.CLAIMED
    with pytest.raises(Conflict):
        read(world, first, item)
    with world.db.read() as session:
        assert keys.keys_at(session, anna.performer.id, later(days=2)) == (anna.key.did,)
    done = read(world, second, item, days=1)
    assert (done.state, done.attesters) == (EstateState.CONFIRMED, ("per_a", "per_b"))
    with world.db.read() as session:
        assert keys.keys_at(session, anna.performer.id, later(days=2)) == ()
        assert keys.keys_at(session, anna.performer.id, T0) == (anna.key.did,)
        known = people.get_performer(session, anna.principal, anna.performer.id)
        found = estates.heirs_of(session, anna.principal, anna.performer.id)
    assert known.deceased_on == date(2026, 12, 1)
    assert [str(heir.share) for heir in found] == ["1/3", "2/3"]
    assert estates.heir_name(world.vault, done, found[0]) == "Heir 1/3"
    with pytest.raises(NotAllowed):
        act(world, agency, anna.performer.id, Act.LICENSE, days=2)


def test_nobody_compares_by_an_excerpt_of_the_dead(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    wanted = (Purpose.MATCHING, Purpose.COMPARISON)
    signed = sign_consent(world, anna.principal, anna.performer.id, anna.key, purposes=wanted)
    anna = replace(anna, enrolment_id=signed)
    made = make_print(world, anna)
    kept = Excerpt(
        *("exc_a", anna.performer.tenant_id, signed, anna.performer.id),
        *(made.modality, 1.0, b"sealed", T0),
    )
    with world.db.write() as session:
        excerpts.save_excerpt(session, kept)
    item = claim(world, anna)
    for person in ("per_a", "per_b"):
        read(world, attester(world, person), item)
    with world.db.read() as session:
        assert excerpts.find_excerpt(session, anna.principal, signed, made.modality) is None
        (found,) = [
            one
            for one in enrolments.list_enrolments(session, anna.principal, anna.performer.id)
            if one.id == signed
        ]
        assert found.state is EnrolmentState.ACTIVE, "the voice itself is still protected"
        assert purposes.given_purposes(session, found) == {Purpose.MATCHING}


def test_whoever_claims_does_not_vouch_where_there_is_a_staff(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    item = claim(world, anna)
    own = replace(anna.principal, scopes=frozenset({"performers"}), person="per_own")
    with pytest.raises(NotAllowed):
        read(world, own, item)
    with pytest.raises(NotAllowed):  # a key is nobody
        read(world, replace(attester(world, "x"), person=None), item)


def test_one_claim_at_a_time_and_one_may_be_taken_back(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    item = claim(world, anna)
    with pytest.raises(Conflict):
        claim(world, anna)
    with world.db.write() as session:
        estates.withdraw_estate(session, anna.principal, item.id, now=T0)
    with pytest.raises(Conflict):
        read(world, attester(world, "per_a"), item)
    assert claim(world, anna).state is EstateState.CLAIMED


@pytest.mark.parametrize("shares", [("1/3", "1/3"), ("1", "1"), ("0/1", "1"), ("a",), ("3/2",)])
def test_shares_that_are_not_the_whole_are_refused(
    world: TestWorld, shares: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput):
        claim(world, enrolled(world, world.second), *shares)


def test_after_a_death_only_an_heirs_key_is_bound_and_by_the_operator(world: TestWorld) -> None:
    anna = enrolled(world, world.second)
    item = claim(world, anna)
    for name in ("per_a", "per_b"):
        read(world, attester(world, name), item)
    stranger = generate()
    for who, did in ((anna.principal, item.heirs[0].did), (world.operator, stranger.did)):
        with world.db.write() as session, pytest.raises(Conflict) as refused:
            keys.draft_key(
                session,
                who,
                anna.performer.id,
                did,
                registry_did=world.registry_key.did,
                base_url="https://registry.example",
                now=later(days=1),
            )
        assert refused.value.code == "heirs-key"
    with world.db.write() as session:
        made = keys.draft_key(
            session,
            world.operator,
            anna.performer.id,
            item.heirs[0].did,
            registry_did=world.registry_key.did,
            base_url="https://registry.example",
            now=later(days=1),
        )
    assert made.authorisation is None


def test_no_heir_signs_for_another(world: TestWorld) -> None:
    one, other = heirs("1/2", "1/2")
    with pytest.raises(BadInput, match="same key"):
        rules.check_keys([one.did, one.did])
    rules.check_keys([one.did, other.did])
