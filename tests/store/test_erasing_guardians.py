"""What goes of a guardian, with the child or on the guardian's own request, and what stays."""

import json
from dataclasses import replace
from datetime import date

import pytest

from api.schema import downgrade, upgrade
from core import integrity, log
from core.errors import Conflict, NotFound
from core.keys import generate, verification_method
from registry.models.guardianship import EndOfGuardianship, Guardian, Relation
from registry.models.people import Performer
from registry.service import erasingguardians, forgetting, guardians, minors
from registry.service.erasingguardians import GuardianErased, shred_guardian
from registry.service.sealedtexts import open_guardian
from tests.fixtures import TestWorld, before
from tests.store.registry_steps import T0, a_performer, later

NAME, ACCOUNT = "Theobald Kummerspeck", "per_kummerspeck"


def a_family(world: TestWorld) -> tuple[Performer, Guardian]:
    child = a_performer(world, world.second, "Kim")
    with world.db.write() as session:
        minors.declare_minor(
            session, world.second, child.id, date(2016, 5, 4), agrees_from_years=14, now=T0
        )
        return child, guardians.add_guardian(
            session,
            world.vault,
            world.second,
            child.id,
            name=NAME,
            did=generate().did,
            relation=Relation.PARENT,
            person=ACCOUNT,
            now=T0,
        )


def end(world: TestWorld, item: Guardian) -> None:
    with world.db.write() as session:
        guardians.end_guardian(
            session, world.operator, item.id, EndOfGuardianship.COURT, now=later(days=1)
        )


def erase(world: TestWorld, item: Guardian, *, days: int = 2) -> GuardianErased:
    with world.db.write() as session:
        done = erasingguardians.erase_guardian(
            session,
            world.vault,
            world.registry_key,
            world.second,
            item.id,
            now=later(days=days),
        )
    shred_guardian(world.vault, item.id)
    return done


def on_disk(world: TestWorld, *words: str) -> set[str]:
    world.db.checkpoint()
    data = [path.read_bytes() for path in world.root.rglob("*") if path.is_file()]
    return {word for word in words if any(word.encode() in one for one in data)}


def test_one_who_still_speaks_for_the_child_is_not_erased(world: TestWorld) -> None:
    _, item = a_family(world)
    with pytest.raises(Conflict) as caught:
        erase(world, item)
    assert caught.value.code == "custody-lasts"


def test_name_and_account_go_and_the_key_that_signed_stays(world: TestWorld) -> None:
    _, item = a_family(world)
    end(world, item)
    done = erase(world, item)
    assert (open_guardian(world.vault, done.guardian), done.guardian.person) == ("", None)
    assert (done.guardian.did, done.guardian.relation) == (item.did, item.relation)
    assert on_disk(world, NAME, ACCOUNT) == set()
    with pytest.raises(NotFound):  # as it lies in a backup from before
        open_guardian(world.vault, item)
    with pytest.raises(Conflict):
        erase(world, item)


def test_the_receipt_of_a_guardian_holds_and_says_what_stays(world: TestWorld) -> None:
    child, item = a_family(world)
    end(world, item)
    receipt = erase(world, item).receipt
    said = json.loads(receipt)
    integrity.verify(said, expected={verification_method(world.registry_key.did)})
    assert said["gone"]["name"] == said["gone"]["account"] == 1
    assert {one["what"] for one in said["kept"]} >= {"public key", "who read the papers"}
    assert {one["why"] for one in said["kept"]} == {"consent", "organisation"}
    assert (said["performer"], NAME in receipt.decode()) == (child.id, False)


def test_another_side_neither_sees_nor_erases_a_guardian(world: TestWorld) -> None:
    _, item = a_family(world)
    stranger = replace(world.second, tenant_id=world.first.tenant_id)
    with world.db.write() as session, pytest.raises(NotFound):
        erasingguardians.erase_guardian(
            session, world.vault, world.registry_key, stranger, item.id, now=later(days=2)
        )


def test_with_the_child_everything_about_a_guardian_goes(world: TestWorld) -> None:
    child, item = a_family(world)
    with world.db.write() as session:
        begun, _ = forgetting.erase_performer(session, world.second, child.id, now=T0)
    with world.db.read() as session:
        left = forgetting.pending(session, world.second, begun.id)
        gone = forgetting.destroy(session, world.vault, world.objects, left)
    with world.db.write() as session:
        done = forgetting.sign_receipt(
            session, world.registry_key, world.second, begun.id, destroyed=gone, now=later(days=1)
        )
        assert log.faults(session) == ()
    said = json.loads(done.receipt or b"")
    assert said["gone"]["guardian"] == 1
    assert {"what": "public key and signature on consents and licences", "why": "consent"} in said[
        "guardians"
    ]["kept"]
    assert on_disk(world, NAME, ACCOUNT, item.did) == set()
    with pytest.raises(NotFound):
        open_guardian(world.vault, item)


def test_names_from_before_get_keys_of_their_own(migrated: TestWorld) -> None:
    child, item = a_family(migrated)
    downgrade(migrated.db, before("0093"))
    upgrade(migrated.db)
    with migrated.db.read() as session:
        (found,) = guardians.list_guardians(session, migrated.second, child.id)
    assert open_guardian(migrated.vault, found) == NAME
    migrated.vault.erase(child.id)
    with pytest.raises(NotFound):
        open_guardian(migrated.vault, found)
    assert item.id == found.id
