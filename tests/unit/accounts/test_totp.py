"""Codes from an app, against the vectors of RFC 6238 and RFC 4226."""

from datetime import UTC, datetime, timedelta

import pytest

from api.accounts import totp

SEEDS = {
    "sha1": b"1234567890" * 2,
    "sha256": (b"1234567890" * 4)[:32],
    "sha512": (b"1234567890" * 7)[:64],
}
# RFC 6238, appendix B: seconds, then the code of eight digits for each digest.
VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector[0]))
def test_codes_are_those_of_rfc_6238(vector: tuple[int, str, str, str]) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=vector[0])
    for digest, wanted in zip(SEEDS, vector[1:], strict=True):
        assert totp.code(SEEDS[digest], totp.step_at(at), digits=8, digest=digest) == wanted


def test_codes_are_those_of_rfc_4226() -> None:
    wanted = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583"]
    assert [totp.code(SEEDS["sha1"], step) for step in range(8)] == wanted


@pytest.mark.parametrize(
    ("steps", "fits"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_half_a_minute_off(steps: int, fits: bool) -> None:
    seed = totp.new_seed()
    step = totp.step_at(NOW) + steps
    assert totp.matching_step(seed, totp.code(seed, step), NOW) == (step if fits else None)


@pytest.mark.parametrize("given", ["", "000 00", "abcdef", "\ud800", "0" * 1000])
def test_what_is_no_code_matches_nothing(given: str) -> None:
    assert totp.matching_step(b"x" * 20, given.replace("\ud800", "?"), NOW) is None


def test_the_address_for_apps_names_account_and_secret() -> None:
    text = totp.address(SEEDS["sha1"], "anna@example.org")
    assert text.startswith("otpauth://totp/Ebenbild%3Aanna%40example.org?")
    assert "secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" in text


def test_recovery_codes_are_many_different_and_forgiving_to_type() -> None:
    codes = totp.new_codes()
    assert len(set(codes)) == totp.CODES
    assert totp.code_hash(f" {codes[0].upper().replace('-', ' ')} ") == totp.code_hash(codes[0])
    assert totp.code_hash(codes[0]) != totp.code_hash(codes[1])
