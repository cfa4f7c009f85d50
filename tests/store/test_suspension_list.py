"""The list of suspensions: at the places of the licences, for as long as the group suspends."""

import pytest

from core.errors import BadProof, NotFound
from core.principal import Principal
from licensing.credential import REVOCATION, SUSPENSION
from licensing.service import suspensions
from licensing.service.statuslists import suspension_list_credential
from licensing.status import LIST_BITS, is_set
from licensing.statuslist import read_status_list
from registry.models.works import KindOfUse
from tests.fixtures import TestWorld
from tests.store.licensing_steps import CLONE, Deal, a_deal
from tests.store.registry_steps import later
from tests.store.test_suspensions import a_group, joined


@pytest.fixture
def deal(world: TestWorld) -> Deal:
    return a_deal(world)


@pytest.fixture
def union(world: TestWorld) -> Principal:
    return world.principal("union")


def places(deal: Deal, days: int, purpose: str = SUSPENSION) -> list[int]:
    world, now = deal.world, later(days=days)
    url = f"{world.settings.base_url}/status/1/suspension"
    with world.db.read() as session:
        data = suspension_list_credential(
            session, world.registry_key, base_url=world.settings.base_url, now=now, number=1
        )
    trusted = {world.registry_key.verification_method}
    bits = read_status_list(data, url=url, trusted=trusted, at=now, purpose=purpose)
    return [index for index in range(LIST_BITS) if is_set(bits, index)]


def test_a_bit_is_set_while_a_kind_in_the_licence_is_suspended(
    deal: Deal, union: Principal
) -> None:
    licence, gone = deal.licence(), deal.licence()
    deal.revoke(gone)
    group = a_group(deal, union)
    joined(deal, group)
    assert places(deal, 2) == []
    with deal.world.db.write() as session:
        other = KindOfUse.TRAIN_MODEL
        suspensions.suspend(
            session, union, group.id, clause="Later", kinds=[other], now=later(days=3)
        )
        called = suspensions.suspend(
            session, union, group.id, clause="Strike", kinds=[CLONE], now=later(days=4)
        )
    assert places(deal, 3) == []
    assert places(deal, 5) == [licence.status_index]
    with deal.world.db.write() as session:
        suspensions.lift(session, union, called.id, now=later(days=6))
    assert places(deal, 5) == [licence.status_index]
    assert places(deal, 7) == []


def test_strangers_to_the_group_are_not_on_it_and_no_list_is_made_up(
    deal: Deal, union: Principal
) -> None:
    deal.licence()
    group = a_group(deal, union)
    with deal.world.db.write() as session:
        suspensions.suspend(session, union, group.id, clause="Strike", now=later(days=1))
    assert places(deal, 2) == []
    with deal.world.db.read() as session, pytest.raises(NotFound):
        suspension_list_credential(
            session, deal.world.registry_key, base_url="https://a.example", now=later(), number=9
        )


def test_a_list_of_suspensions_is_none_of_revocations(deal: Deal) -> None:
    deal.licence()
    with pytest.raises(BadProof):
        places(deal, 1, REVOCATION)
