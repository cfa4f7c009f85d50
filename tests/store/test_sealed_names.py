"""Names of performers: nowhere in the clear, found by who may, gone with the key."""

from pathlib import Path

import pytest
from sqlalchemy import text

from api.schema import downgrade, upgrade
from core.clock import utc_now
from core.db import Database
from core.errors import Broken
from core.principal import SearchCapability, system
from registry.service import people
from registry.store import people as store
from tests.fixtures import TestWorld, before, new_principal

NAME, PUBLIC = "Wilhelmina Quastenflosser", "Willa Quast"


def add(world: TestWorld, name: str = NAME, public_name: str = PUBLIC) -> str:
    agency = new_principal(world.db, "agency")
    with world.db.write() as session:
        return people.create_performer(
            session, agency, name=name, public_name=public_name, now=utc_now()
        ).id


def on_disk(folder: Path, *words: str) -> list[tuple[str, str]]:
    return [
        (path.name, word)
        for path in folder.rglob("*")
        if path.is_file()
        for word in words
        if word.encode() in path.read_bytes()
    ]


def test_an_older_registry_is_sealed_by_the_upgrade(migrated: TestWorld) -> None:
    world = migrated
    standing = add(world)
    gone = add(world, "Somebody Else", "Somebody")
    with world.db.write() as session:
        session.get_one(store.PerformerRow, gone).erased_at = utc_now()
    downgrade(world.db, before("0091"))
    world.db.checkpoint()
    assert on_disk(world.root, NAME) and on_disk(world.root, PUBLIC)

    upgrade(world.db)
    assert on_disk(world.root, NAME, PUBLIC) == []
    with world.db.read() as session:
        cards = store.cards(session, SearchCapability("test", "operator"), [standing, gone])
    assert {card.performer_id: card.public_name for card in cards} == {
        standing: PUBLIC,
        gone: f"erased-{gone[4:12]}",
    }


def test_a_name_is_found_whatever_its_case_and_by_its_own_side_alone(world: TestWorld) -> None:
    own, other = new_principal(world.db, "agency"), new_principal(world.db, "agency")
    with world.db.write() as session:
        made = [
            people.create_performer(
                session, own, name=f"{name} Muster", public_name=public, now=utc_now()
            ).id
            for name, public in (("Änne", "A. M."), ("Bert", "Bertie"), ("Clara", "ÄNNE two"))
        ]
    with world.db.read() as session:
        found = people.list_performers(session, own, named=" änne ")
        assert {who.id for who in found} == {made[0], made[2]}
        assert len(people.list_performers(session, own, named="muster", limit=2)) == 2
        rest = people.list_performers(session, own, named="muster", after=sorted(made)[0])
        assert [who.id for who in rest] == sorted(made)[1:]
        assert people.list_performers(session, other, named="änne") == ()


def test_without_its_key_a_pseudonym_is_read(world: TestWorld) -> None:
    who = add(world)
    world.vault.erase(who)
    with world.db.read() as session:
        tenant_id = session.get_one(store.PerformerRow, who).tenant_id
        found = store.get_performer(session, system(tenant_id), who)
    assert found.name == found.public_name == f"erased-{who[4:12]}"


def test_a_name_moved_to_another_row_does_not_open(world: TestWorld) -> None:
    first, second = add(world), add(world, "Somebody Else", "Somebody")
    with world.db.write() as session:
        session.connection().execute(
            text(
                "UPDATE performer SET sealed_names = "
                "(SELECT sealed_names FROM performer WHERE id = :a) WHERE id = :b"
            ),
            {"a": first, "b": second},
        )
    with world.db.read() as session, pytest.raises(Exception, match="not what was sealed"):
        store.cards(session, SearchCapability("test", "operator"), [second])


def test_a_database_opened_without_its_vault_reads_no_name(world: TestWorld) -> None:
    who = add(world)
    bare = Database.open(world.settings.database_path)
    try:
        with bare.read() as session, pytest.raises(Broken):
            store.cards(session, SearchCapability("test", "operator"), [who])
    finally:
        bare.close()
