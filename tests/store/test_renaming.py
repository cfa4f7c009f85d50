"""Names are corrected by the own side until somebody vouched, then by two of the operator's."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from core import approvals, audit
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability
from registry.models.proofs import Attestation, Fact
from registry.service import people, renaming
from registry.service.renaming import RENAME
from registry.store import attestations
from registry.store import people as store
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0, Enrolled, enrolled

Rename = Callable[..., str | None]


@pytest.fixture
def anna(world: TestWorld) -> Enrolled:
    world.db.single_operator = False
    return enrolled(world, world.second)


@pytest.fixture
def rename(world: TestWorld, anna: Enrolled) -> Rename:
    """Rename her as somebody; the id of the proposal that waits, None when it is done."""

    def done(by: Principal, *, name: str | None = None, public: str | None = None) -> str | None:
        with world.db.write() as session:
            waits = renaming.rename(
                session, by, anna.performer.id, name=name, public_name=public, now=T0
            )
            return None if waits is None else waits.id

    return done


def names(world: TestWorld, anna: Enrolled) -> tuple[str, str]:
    with world.db.read() as session:
        found = people.get_performer(session, anna.principal, anna.performer.id)
    return found.name, found.public_name


def vouch(world: TestWorld, anna: Enrolled) -> None:
    """Somebody says that she is who the enrolment names."""
    with world.db.write() as session:
        attestations.add_attestation(
            session,
            Attestation(
                id=new_id("att"),
                tenant_id=anna.principal.tenant_id,
                enrolment_id=anna.enrolment_id,
                attester="acc_attester",
                facts=(Fact.IDENTITY,),
                statement="",
                single_operator=False,
                at=T0,
            ),
        )


def test_the_own_side_corrects_names_that_nobody_vouched_for(
    world: TestWorld, anna: Enrolled, rename: Rename
) -> None:
    assert rename(anna.principal, name="  Ada   Lovelace ") is None
    assert names(world, anna) == ("Ada Lovelace", "Ada")
    assert rename(anna.principal, public="Countess") is None
    assert names(world, anna) == ("Ada Lovelace", "Countess")
    with pytest.raises(BadInput):
        rename(anna.principal, name=" ")
    for stranger in (world.first, replace(world.first, scopes=frozenset({"submissions"}))):
        with pytest.raises((NotFound, NotAllowed)):
            rename(stranger, name="Bert")


def test_it_is_noted_once_and_nothing_of_the_name_is(
    world: TestWorld, anna: Enrolled, rename: Rename
) -> None:
    for _ in range(2):  # the second time it is her name already
        rename(anna.principal, name="Ada Lovelace")
    count = text("SELECT count(*) FROM log_leaf WHERE kind = :kind")
    with world.db.read() as session:
        noted = [one for one in audit.entries(session, anna.principal) if one.action == RENAME]
        assert session.connection().execute(count, {"kind": RENAME}).scalar_one() == 1
    assert len(noted) == 1
    assert "Lovelace" not in str(noted)


def test_what_somebody_vouched_for_two_of_the_operators_people_correct(
    world: TestWorld, anna: Enrolled, rename: Rename
) -> None:
    vouch(world, anna)
    with pytest.raises(Conflict, match="operator corrects them"):
        rename(anna.principal, name="Somebody Famous")
    one, two = (
        replace(world.operator, person=person, roles=frozenset({"admin"}))
        for person in ("acc_one", "acc_two")
    )
    waits = rename(one, name="Ada Lovelace")
    assert waits is not None
    assert names(world, anna) == ("Ada Private", "Ada")
    with world.db.write() as session:
        (shown,) = approvals.open_approvals(session, two)
        assert (shown.payload["name"], shown.payload["public_name"]) == ("Ada Lovelace", "Ada")
        with pytest.raises(Conflict):
            approvals.decide(session, one, waits, approve=True, note="", now=T0)
        approvals.decide(session, two, waits, approve=True, note="", now=T0)
    assert rename(one, name="Another Name") not in (None, waits)  # nobody approved that one
    assert rename(one, name="Ada Lovelace") is None
    assert names(world, anna) == ("Ada Lovelace", "Ada")


def test_the_old_name_is_not_found_any_more_and_the_new_one_is(
    world: TestWorld, anna: Enrolled, rename: Rename
) -> None:
    rename(anna.principal, name="Ada Lovelace", public="Countess")
    with world.db.read() as session:
        (found,) = people.list_performers(session, anna.principal, named="lovelace")
        assert found.id == anna.performer.id
        capability = SearchCapability("test", anna.performer.id)
        (card,) = store.cards(session, capability, [anna.performer.id])
    assert card.public_name == "Countess"


def test_nobody_is_renamed_by_an_operator_who_is_no_administrator_or_whom_nobody_knows(
    world: TestWorld, anna: Enrolled, rename: Rename
) -> None:
    with pytest.raises(NotAllowed):
        rename(replace(world.operator, scopes=frozenset({"performers"})), name="Bert")
    with world.db.write() as session, pytest.raises(NotFound):
        renaming.rename(
            session, world.operator, new_id("prf"), name="Bert", public_name=None, now=T0
        )
