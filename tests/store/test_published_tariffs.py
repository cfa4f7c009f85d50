"""Tariffs in the store: who publishes what, version by version, and nothing of it changes."""

from typing import Any

import pytest
from sqlalchemy import text

from core import log
from core.errors import BadInput, Conflict, EbenbildError, NotAllowed, NotFound
from core.principal import Principal
from royalties.service import tariffs
from royalties.store.tariffs import Published
from royalties.tariffs.documents import digest_of, tariff_to_dict
from royalties.tariffs.models import Kind
from royalties.tariffs.shelf import on_shelf
from tests.fixtures import TestWorld
from tests.store.registry_steps import T0
from tests.unit.royalties.test_tariff_documents import document


@pytest.fixture
def society(world: TestWorld) -> Principal:
    return world.principal("society")


def publish(world: TestWorld, who: Principal, **changes: Any) -> Published:
    with world.db.write() as session:
        return tariffs.publish(session, who, document(**changes), now=T0)


def test_whoever_is_signed_in_reads_what_a_society_published(
    world: TestWorld, society: Principal
) -> None:
    made = publish(world, society)
    reader = world.principal("studio")
    with world.db.read() as session:
        found = tariffs.get_tariff(session, reader, "an-example")
        listed = tariffs.list_tariffs(session, reader)
        shares = tariffs.list_tariffs(session, reader, kind=Kind.REVENUE_SHARE)
        (leaf,) = [leaf for leaf in log.leaves(session) if leaf.kind == tariffs.PUBLISHED]
    assert found == made
    assert found.tenant_id == society.tenant_id
    assert (leaf.subject_id, leaf.index) == ("an-example", made.log_index)
    assert [item.tariff.id for item in listed] == sorted(item.tariff.id for item in listed)
    assert {"an-example", "gema-ai"} < {item.tariff.id for item in shares}
    assert "flat-day" not in {item.tariff.id for item in shares}


def test_an_older_version_stays_as_it_was(world: TestWorld, society: Principal) -> None:
    first = publish(world, society)
    second = publish(world, society, version=2, cap="100")
    with world.db.read() as session:
        assert tariffs.get_tariff(session, society, "an-example") == second
        assert tariffs.get_tariff(session, society, "an-example", 1) == first
        (newest,) = [
            item
            for item in tariffs.list_tariffs(session, society)
            if item.tariff.id == "an-example"
        ]
    assert newest == second
    assert first.digest != second.digest


@pytest.mark.parametrize("statement", ["UPDATE tariff SET digest = ''", "DELETE FROM tariff"])
def test_the_database_itself_refuses_to_change_one(
    world: TestWorld, society: Principal, statement: str
) -> None:
    publish(world, society)
    with pytest.raises(EbenbildError), world.db.write() as session:
        session.connection().execute(text(statement))
    with world.db.read() as session:
        kept = tariffs.get_tariff(session, society, "an-example")
    assert kept.digest == digest_of(kept.tariff)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "tariff-version"),
        ({"version": 3}, "tariff-version"),
        ({"version": 2}, "conflict"),
    ],
)
def test_the_next_version_says_something_new(
    world: TestWorld, society: Principal, changes: dict[str, Any], code: str
) -> None:
    publish(world, society)
    with pytest.raises(Conflict) as refused:
        publish(world, society, **changes)
    assert refused.value.code == code


def test_a_name_belongs_to_who_had_it_first(world: TestWorld, society: Principal) -> None:
    publish(world, society)
    shipped = on_shelf("gema-ai")
    assert shipped is not None
    for name in ("an-example", "gema-ai"):
        with pytest.raises(Conflict) as refused:
            publish(world, world.principal("society"), id=name, version=2, cap="1")
        assert refused.value.code == "tariff-taken"


def test_only_who_collects_publishes(world: TestWorld) -> None:
    for kind in ("studio", "agency", "union"):
        with pytest.raises(NotAllowed):
            publish(world, world.principal(kind))
    publish(world, world.principal("operator"))


def test_a_clerk_without_the_scope_publishes_nothing(world: TestWorld) -> None:
    with pytest.raises(NotAllowed):
        publish(world, world.principal("society", "reports"))


def test_a_check_keeps_nothing_and_names_the_fault(world: TestWorld) -> None:
    reader = world.principal("studio")
    with world.db.read() as session:
        assert tariffs.check(session, reader, document()).id == "an-example"
        with pytest.raises(BadInput, match="split"):
            tariffs.check(session, reader, document(split="evenly"))
        with pytest.raises(NotFound):
            tariffs.get_tariff(session, reader, "an-example")


def test_a_shipped_tariff_has_no_publisher(world: TestWorld) -> None:
    with world.db.read() as session:
        found = tariffs.get_tariff(session, world.principal("studio"), "gema-ai", 1)
        with pytest.raises(NotFound):
            tariffs.get_tariff(session, world.principal("studio"), "gema-ai", 2)
    assert (found.tenant_id, found.recorded_at, found.log_index) == ("", None, None)
    assert found.digest == digest_of(found.tariff)
    assert tariff_to_dict(found.tariff)["certainty"] == "confirmed"
