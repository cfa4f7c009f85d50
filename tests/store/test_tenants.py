"""Tenants and API keys: hashed, revocable, and refused with one message."""

import pytest

from core import tenants
from core.errors import BadInput, NotAllowed, NotFound
from tests.fixtures import TestWorld

SCOPES = frozenset({"usage", "reports"})


@pytest.fixture
def issued(world: TestWorld) -> tuple[str, str]:
    with world.db.write() as session:
        return tenants.issue_key(session, world.first.tenant_id, SCOPES)


def test_a_key_names_its_tenant_and_scopes(world: TestWorld, issued: tuple[str, str]) -> None:
    key_id, plaintext = issued
    with world.db.read() as session:
        principal = tenants.authenticate(session, plaintext)
    assert principal.tenant_id == world.first.tenant_id
    assert principal.subject == key_id
    assert principal.scopes == SCOPES
    assert principal.tenant_kind == "studio"


def test_a_key_is_nowhere_on_disk(world: TestWorld, issued: tuple[str, str]) -> None:
    _, plaintext = issued
    secret = plaintext[31:].encode()
    files = [path for path in world.root.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not any(plaintext.encode() in path.read_bytes() for path in files)
    assert not any(secret in path.read_bytes() for path in files)


def test_every_wrong_key_is_refused_with_the_same_words(
    world: TestWorld, issued: tuple[str, str]
) -> None:
    key_id, plaintext = issued
    with world.db.write() as session:
        _, other = tenants.issue_key(session, world.second.tenant_id, SCOPES)
        revoked_id, revoked = tenants.issue_key(session, world.first.tenant_id, SCOPES)
        tenants.revoke_key(session, world.first.tenant_id, revoked_id)
    wrong = [
        "",
        "x",
        key_id,
        plaintext[:-1],
        plaintext + "A",
        plaintext[:-1] + ("A" if plaintext[-1] != "A" else "B"),
        plaintext[:31] + other[31:],
        "ebk_" + "a" * 26 + "_" + "A" * 43,
        plaintext.upper(),
        plaintext + "\n",
        "\ud800",
        revoked,
    ]
    words = set()
    for text in wrong:
        with world.db.read() as session, pytest.raises(NotAllowed) as caught:
            tenants.authenticate(session, text)
        words.add((caught.value.message, caught.value.code))
    assert len(words) == 1


def test_only_the_own_tenant_ends_a_key(world: TestWorld, issued: tuple[str, str]) -> None:
    key_id, plaintext = issued
    with pytest.raises(NotFound), world.db.write() as session:
        tenants.revoke_key(session, world.second.tenant_id, key_id)
    with world.db.read() as session:
        tenants.authenticate(session, plaintext)


def test_a_revoked_key_keeps_the_time_of_its_end(world: TestWorld, issued: tuple[str, str]) -> None:
    key_id, _ = issued
    ends = []
    for _ in range(2):
        with world.db.write() as session:
            tenants.revoke_key(session, world.first.tenant_id, key_id)
        with world.db.read() as session:
            (key,) = tenants.list_keys(session, world.first.tenant_id)
        ends.append(key.revoked_at)
    assert ends[0] is not None
    assert ends[0] == ends[1]


@pytest.mark.parametrize("scopes", [set(), {"*"}, {"Admin"}, {"a b"}, {""}])
def test_a_key_has_well_formed_scopes(world: TestWorld, scopes: set[str]) -> None:
    with pytest.raises(BadInput), world.db.write() as session:
        tenants.issue_key(session, world.first.tenant_id, frozenset(scopes))


def test_a_key_needs_a_tenant(world: TestWorld) -> None:
    with pytest.raises(NotFound), world.db.write() as session:
        tenants.issue_key(session, "ten_nobody", SCOPES)


@pytest.mark.parametrize(
    ("name", "kind"), [("", "studio"), (" ", "studio"), ("x" * 201, "studio"), ("A", "*")]
)
def test_a_tenant_needs_name_and_kind(world: TestWorld, name: str, kind: str) -> None:
    with pytest.raises(BadInput), world.db.write() as session:
        tenants.create_tenant(session, name=name, kind=kind)


def test_tenants_are_listed_by_kind(world: TestWorld) -> None:
    with world.db.read() as session:
        studios = tenants.list_tenants(session, kind="studio")
        everybody = tenants.list_tenants(session)
    assert [tenant.id for tenant in studios] == [world.first.tenant_id]
    assert {tenant.kind for tenant in everybody} == {"operator", "studio", "agency"}
