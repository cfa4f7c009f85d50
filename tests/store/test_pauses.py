"""A performer's own pause: nobody may rely on a licence meanwhile, and nothing is signed again."""

from dataclasses import dataclass, replace
from datetime import datetime

import pytest

from core import notices
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.keys import generate
from core.principal import Principal, SearchCapability
from licensing.extracts import suspension_dict, suspension_of
from licensing.models_clearance import Verdict
from licensing.models_suspension import Suspension
from licensing.service import pauses, resuming, suspensions
from licensing.suspension import PAUSED, in_the_way
from registry.models.works import DeclaredUse, KindOfUse
from registry.service import guardians
from registry.store.guardians import end as end_guardian
from tests.fixtures import TestWorld
from tests.store.licensing_steps import CLONE, Deal, a_deal
from tests.store.registry_steps import T0, later
from tests.store.test_minors import Family


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


def begun(deal: Deal, *kinds: KindOfUse, until: datetime | None = None) -> Suspension:
    with deal.world.db.write() as session:
        return pauses.begin(
            session, deal.agent, deal.performer.id, kinds=kinds, until=until, now=T0
        )


def in_way(deal: Deal, days: int, seq: int = 2**62) -> list[str]:
    """Codes of what stands against a clone that is released on that day."""
    with deal.world.db.read() as session:
        found = suspensions.suspensions_known(session, [deal.performer.id], seq=seq)
    parts = found.get(deal.performer.id, ())
    return [one.code for one in in_the_way(parts, CLONE, later(days=days), later(days=days + 1))]


def test_it_reaches_all_or_the_kinds_named_until_its_end(deal: Deal) -> None:
    assert in_way(deal, 1) == []
    item = begun(deal, until=later(days=10))
    assert in_way(deal, 1) == [PAUSED]
    assert in_way(deal, 10) == []
    assert in_way(deal, 1, seq=item.since_seq - 1) == []


def test_a_childs_consent_goes_on_once_two_guardians_say_so(world: TestWorld) -> None:
    family = Family(world, parents=0)
    mother, father, aunt = (
        replace(family.side, person=name, roles=frozenset({"guardian"}))
        for name in ("per_mother", "per_father", "per_aunt")
    )
    for parent in (mother, father):
        family.add(generate(), person=parent.person)
    with world.db.write() as session:
        item = pauses.begin(session, mother, family.id, now=T0)

    def ended(by: Principal) -> bool:
        with world.db.write() as session:
            return pauses.lift(session, by, item.id, now=later(days=1)).lifted_at is not None

    assert not ended(mother)
    assert not ended(mother)
    for other in (aunt, family.side):
        with pytest.raises(NotAllowed) as refused:
            ended(other)
        assert refused.value.code == "guardians-needed"
    with world.db.read() as session:
        assert resuming.asked_for(session, father) == {item.id: mother.person}
    assert ended(father)
    with world.db.read() as session:
        assert resuming.asked_for(session, father) == {}


@dataclass(frozen=True)
class Three:
    """Three guardians of a child, of whom one paused its consent."""

    world: TestWorld
    family: Family
    pause: Suspension
    people: dict[str, Principal]

    @classmethod
    def begun(cls, world: TestWorld) -> "Three":
        family = Family(world, parents=0)
        people = {
            name: replace(family.side, person=f"per_{name}", roles=frozenset({"guardian"}))
            for name in ("mother", "father", "aunt")
        }
        for one in people.values():
            family.add(generate(), person=one.person)
        with world.db.write() as session:
            item = pauses.begin(session, people["mother"], family.id, now=T0)
        return cls(world, family, item, people)

    def ended(self, name: str, days: int = 1) -> bool:
        with self.world.db.write() as session:
            who = self.people[name]
            return (
                pauses.lift(session, who, self.pause.id, now=later(days=days)).lifted_at is not None
            )


@pytest.mark.parametrize(
    "order", [("mother", "aunt"), ("father", "mother"), ("father", "aunt", "mother")]
)
def test_of_three_guardians_the_one_who_began_a_pause_is_asked(
    world: TestWorld, order: tuple[str, ...]
) -> None:
    three = Three.begun(world)
    *before, last = order
    assert not three.ended(before[0])
    for name in before[1:]:
        with pytest.raises(NotAllowed) as refused:
            three.ended(name)
        assert refused.value.code == "who-began-agrees"
    assert three.ended(last)


def test_nobody_waits_for_a_guardian_whose_right_has_ended(world: TestWorld) -> None:
    three = Three.begun(world)
    with world.db.read() as session:
        found = guardians.list_guardians(session, three.family.side, three.family.id)
    (mother,) = [one.id for one in found if one.person == "per_mother"]
    with world.db.write() as session:
        end_guardian(session, SearchCapability("guardianship", mother), mother, at=later(days=1))
    assert not three.ended("father", days=2)
    assert three.ended("aunt", days=2)


def test_another_kind_is_not_touched(deal: Deal) -> None:
    begun(deal, KindOfUse.TRAIN_MODEL)
    assert in_way(deal, 1) == []


def test_it_is_lifted_once_and_what_was_known_before_stays(deal: Deal) -> None:
    item = begun(deal)
    with deal.world.db.write() as session:
        lifted = pauses.lift(session, deal.agent, item.id, now=later(days=2))
    assert in_way(deal, 3) == []
    assert in_way(deal, 3, seq=(lifted.lifted_seq or 0) - 1) == [PAUSED]
    with deal.world.db.write() as session, pytest.raises(Conflict):
        pauses.lift(session, deal.agent, item.id, now=later(days=3))


def test_a_use_under_a_licence_is_refused_meanwhile(deal: Deal) -> None:
    submission = deal.scanned(DeclaredUse(deal.performer.id, CLONE))
    deal.licence()
    assert deal.clear(submission).decision.verdict is Verdict.CLEARED
    begun(deal)
    refused = deal.clear(submission).decision
    assert refused.verdict is Verdict.REFUSED
    assert PAUSED in {one.code for span in refused.spans for one in span.reasons}


def test_licensees_are_told_and_read_no_reason(deal: Deal) -> None:
    deal.licence()
    item = begun(deal)
    with deal.world.db.read() as session:
        told = [one for one in notices.inbox(session, deal.studio) if one.subject_id == item.id]
    assert [one.facts["licences"] for one in told] == ["1"]


def test_it_stays_the_performers_own_in_a_bundle(deal: Deal) -> None:
    carried = suspension_of(suspension_dict(begun(deal)))
    assert carried.own
    assert [one.code for one in in_the_way([carried], CLONE, T0, later(days=1))] == [PAUSED]


def test_no_end_before_the_beginning_and_nobody_elses_performer(
    deal: Deal, world: TestWorld
) -> None:
    with pytest.raises(BadInput):
        begun(deal, until=T0)
    stranger: Principal = world.principal("union")
    with world.db.write() as session, pytest.raises(NotFound):
        pauses.begin(session, stranger, deal.performer.id, now=T0)
