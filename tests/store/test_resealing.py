"""Sealed columns of every package: under other keys after a rotation, and none is forgotten."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import LargeBinary, inspect

from api import rotating
from api.accounts import factors, identities
from api.accounts.store import factors as kept
from api.accounts.store import people
from core import resealing
from core.errors import Conflict
from core.principal import SearchCapability
from core.vault import key_id_of
from registry.identification import VerifiedIdentity
from registry.service import rekeying
from tests.fixtures import TestWorld

NOW = datetime(2026, 5, 1, tzinfo=UTC)
MAY = SearchCapability("key rotation", "operator")
PERSON = "per_" + "a" * 26
ISSUER = "https://id.example"
# Rotated with the vectors in them.
OF_VECTORS = {
    (table, "sealed") for table in ("template", "trace", "content_print", "character_template")
}
# Gone once an enrolment is proofed; `forget-old` waits for it.
OF_PROOFS = {("challenge", "sealed"), ("fine_print", "sealed")}
# Under the log's own key, changed by `ebenbild log rotate-key`.
OF_LOG = {("log_key", "sealed")}
# Keyed hashes, which are made anew from what is sealed beside them.
OF_INDICES = {("person", "email_index")}


def test_every_sealed_column_is_rotated_somewhere(world: TestWorld) -> None:
    rotated = {(str(column.row.__tablename__), column.name) for column in rotating.COLUMNS}
    assert set(_sealed_columns(world)) | OF_INDICES == OF_VECTORS | OF_PROOFS | OF_LOG | rotated


def _sealed_columns(world: TestWorld) -> Iterator[tuple[str, str]]:
    with world.db.read() as session:
        database = inspect(session.connection())
        for table in database.get_table_names():
            for column in database.get_columns(table):
                if "sealed" in column["name"] and isinstance(column["type"], LargeBinary):
                    yield table, column["name"]


def test_an_account_signs_in_as_before_and_nothing_lies_under_its_old_key(
    world: TestWorld,
) -> None:
    seed = _account(world)
    old = world.vault.live_key_id(PERSON)
    assert rekeying.renew(world.vault, PERSON) == 1
    assert rotating.reseal(world).rows == 3
    assert rotating.reseal(world).rows == 0
    assert rotating.forget_old(world) == 1
    with world.db.read() as session:
        assert factors.seed_of(session, world.vault, PERSON) == seed
        read = identities.identity_of(session, world.vault, factors.DOOR, PERSON)
        sealed = people.secrets_of(session, factors.DOOR, PERSON).totp_sealed
    assert read is not None
    assert read.name == "Anna Muster"
    assert sealed is not None
    assert key_id_of(sealed) == world.vault.live_key_id(PERSON) != old


def test_stopped_between_two_batches_everything_reads_and_it_goes_on(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [f"per_{letter * 26}" for letter in "bcd"]
    for place, person in enumerate(others):
        _add(world, person, f"{place}@example.org")
        factors.new_seed(world.db, world.vault, person)
    rekeying.renew_all(world.vault)
    monkeypatch.setattr(resealing, "_AT_ONCE", 1)
    (column,) = (item for item in rotating.COLUMNS if item.name == "totp_sealed")
    write, left = type(world.db).write, iter(range(1))

    def once(database: object) -> object:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return write(world.db)

    with monkeypatch.context() as patch:
        patch.setattr(type(world.db), "write", once)
        with pytest.raises(KeyboardInterrupt):
            resealing.reseal(world.db, MAY, world.vault, column)
    with world.db.read() as session:
        assert all(factors.seed_of(session, world.vault, person) for person in others)
    assert resealing.reseal(world.db, MAY, world.vault, column) == 2


def test_what_was_erased_stops_no_rotation(world: TestWorld) -> None:
    _account(world)
    world.vault.erase(PERSON)
    rekeying.renew_all(world.vault)
    assert rotating.reseal(world).rows == 1  # the index of an address that nobody can read
    assert rotating.reseal(world).rows == 0
    assert rotating.forget_old(world) > 0


def test_an_account_is_found_by_its_address_under_each_key_of_the_index(world: TestWorld) -> None:
    _account(world)
    for rotate in (lambda: rekeying.renew(world.vault, people.EMAILS), lambda: _reseal(world)):
        rotate()
        with world.db.read() as session:
            found = people.person_by_email(session, factors.DOOR, "anna@example.org")
        assert found is not None
        with pytest.raises(Conflict), world.db.write() as session:
            people.add_person(
                session, person_id="per_two", email="anna@example.org", name="Twin", at=NOW
            )
    assert rotating.forget_old(world) == 1
    with world.db.read() as session:
        assert people.person_by_email(session, factors.DOOR, "anna@example.org") is not None
        assert people.person_by_email(session, factors.DOOR, "ann@example.org") is None


def _reseal(world: TestWorld) -> None:
    assert rotating.reseal(world).rows == 1


def _account(world: TestWorld) -> bytes:
    _add(world, PERSON, "anna@example.org")
    identity = VerifiedIdentity("Anna Muster", date(1990, 4, 2), "eidas-high")
    sealed = identities.seal_identity(world.vault, PERSON, identity)
    with world.db.write() as session:
        kept.link(session, factors.DOOR, ISSUER, "anna", PERSON, at=NOW)
        kept.save_identity(session, factors.DOOR, ISSUER, "anna", sealed)
    return factors.new_seed(world.db, world.vault, PERSON)


def _add(world: TestWorld, person: str, email: str) -> None:
    with world.db.write() as session:
        people.add_person(session, person_id=person, email=email, name="Anna", at=NOW)
