"""Which passwords are taken, and that they are kept as OWASP asks."""

import hashlib
from pathlib import Path

import pytest

from api.accounts import passwords
from core.errors import BadInput

GOOD = [
    "correct horse battery staple",
    "tomate-brücke-9-wolke",
    "vK7!pq0zLm2#",
    "a quiet lake at noon",
]
WEAK = [
    "short1!",
    "aaaaaaaaaaaaaa",
    "abababababab",
    "123456789012",
    "098765432109",
    "qwertyuiopqwerty",
    "Password2026!",
    "P@ssw0rd!!!!!",
    "passwordpassword",
    "Administrator1",
    "Ebenbild-2026",
    "annamaria1990",
    "x" * 257,
]


@pytest.mark.parametrize("password", GOOD)
def test_a_long_unusual_password_is_taken(password: str) -> None:
    passwords.check(password, own=("anna@example.org", "Anna"))


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_is_refused_with_advice(password: str) -> None:
    with pytest.raises(BadInput) as caught:
        passwords.check(password, own=("annamaria", "Annamaria"))
    assert caught.value.code == "weak-password"
    assert password not in caught.value.message


def test_a_password_of_a_list_of_stolen_ones_is_refused(tmp_path: Path) -> None:
    stolen = [f"a stolen sentence, number {number}" for number in range(500)]
    hashes = sorted(hashlib.sha1(text.encode()).hexdigest().upper() for text in stolen)
    listed = tmp_path / "hashes.txt"
    listed.write_text("".join(f"{value}:{number}\r\n" for number, value in enumerate(hashes)))
    for password in stolen:
        with pytest.raises(BadInput, match="stolen"):
            passwords.check(password, breached=listed)
    for number in range(200):
        passwords.check(f"an unlisted sentence, {number}", breached=listed)


def test_the_hash_is_argon2id_at_owasp_parameters() -> None:
    stored = passwords.hashed(GOOD[0])
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.matches(stored, GOOD[0])
    assert not passwords.matches(stored, GOOD[1])
    assert not passwords.is_dated(stored)


def test_nobody_has_the_password_of_nobody() -> None:
    assert not passwords.matches(None, "\x00nobody")
    assert not passwords.matches("no hash at all", "x")
