"""Names of performers: nowhere in the clear, found by who may, gone with the key."""

from pathlib import Path

import pytest
from sqlalchemy import text

from api.accounts import joining
from api.accounts.store import people as accounts
from api.roles import Role
from api.schema import downgrade, upgrade
from core import approvals, mail
from core.approvaltables import ApprovalRow
from core.clock import utc_now
from core.db import Database
from core.errors import Broken
from core.ids import new_id
from core.principal import SearchCapability, system
from registry.service import people
from registry.store import people as store
from tests.fixtures import TestWorld, before, new_principal

NAME, PUBLIC = "Wilhelmina Quastenflosser", "Willa Quast"
WHO, EMAIL = "Ottokar Zwirbelbart", "ottokar.zwirbelbart@example.org"
INVITED, TOLD = "invited.zwirbel@example.org", "told.zwirbel@example.org"


def add(world: TestWorld, name: str = NAME, public_name: str = PUBLIC) -> str:
    agency = new_principal(world.db, "agency")
    with world.db.write() as session:
        return people.create_performer(
            session, agency, name=name, public_name=public_name, now=utc_now()
        ).id


def account(world: TestWorld) -> None:
    """Somebody of the first organisation, an invitation, and an address for notices."""
    now, person_id = utc_now(), new_id("per")
    with world.db.write() as session:
        accounts.add_person(session, person_id=person_id, email=EMAIL, name=WHO, at=now)
        accounts.set_membership(session, person_id, world.first.tenant_id, [Role.ADMIN], now)
        joining.invite(session, world.first, INVITED, ["auditor"], now=now)
        mail.add_address(session, world.first, address=TOLD, lang="de", now=now)


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
    account(world)
    downgrade(world.db, before("0091"))
    world.db.checkpoint()
    words = (NAME, PUBLIC, WHO, EMAIL, INVITED, TOLD)
    assert {word for _, word in on_disk(world.root, *words)} == set(words)

    upgrade(world.db)
    assert on_disk(world.root, *words) == []
    with world.db.read() as session:
        assert [(one.name, one.email) for one in joining.list_members(session, world.first)] == [
            (WHO, EMAIL)
        ]
        found = accounts.person_by_email(session, joining.DOOR, EMAIL)
        (invited,) = joining.list_invitations(session, world.first, utc_now())
        (told,) = mail.list_addresses(session, world.first)
    assert found is not None and (invited.email, told.address) == (INVITED, TOLD)
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


def test_whom_two_people_make_an_administrator_is_read_by_them_alone(world: TestWorld) -> None:
    account(world)
    shared = Database.open(world.settings.database_path, vault=world.vault)  # not one alone
    try:
        with shared.write() as session:
            made = joining.invite(session, world.first, INVITED, ["admin"], now=utc_now())
        assert made.waits_for is not None
        with shared.write() as session:
            again = joining.invite(session, world.first, INVITED, ["admin"], now=utc_now())
        assert again.waits_for is not None and again.waits_for.id == made.waits_for.id
        with shared.read() as session:
            (read,) = approvals.open_approvals(session, world.first)
            kept = session.get_one(ApprovalRow, read.id).payload
        assert (read.payload["email"], INVITED in str(kept)) == (INVITED, False)
    finally:
        shared.close()
    assert on_disk(world.root, INVITED) == []
