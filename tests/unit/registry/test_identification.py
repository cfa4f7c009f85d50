"""Only what a provider verified, under a framework that is trusted, says who somebody is."""

from datetime import date
from typing import Any

import pytest

from registry.identification import (
    VerifiedIdentity,
    asked_claims,
    differences,
    plain,
    read_identity,
)

TRUSTED = {"eidas"}
CLAIMS = {"given_name": "Ada", "family_name": "Love", "birthdate": "1990-12-10"}


def stated(framework: str = "eidas", **claims: Any) -> dict[str, Any]:
    return {
        "verified_claims": {
            "verification": {"trust_framework": framework},
            "claims": {**CLAIMS, **claims},
        }
    }


def test_what_was_verified_is_read() -> None:
    wanted = VerifiedIdentity("Ada Love", date(1990, 12, 10), "eidas")
    assert read_identity(stated(), TRUSTED) == wanted
    several = {"verified_claims": [stated("house")["verified_claims"], stated()["verified_claims"]]}
    assert read_identity(several, TRUSTED) == wanted


@pytest.mark.parametrize(
    "claims",
    [
        {},
        CLAIMS,
        {"verified_claims": CLAIMS},
        {"verified_claims": "eidas"},
        stated("house"),
        stated(given_name=None),
        stated(family_name=["Love"]),
        stated(birthdate="yesterday"),
        stated(given_name="A" * 300),
    ],
)
def test_everything_else_says_nothing(claims: dict[str, Any]) -> None:
    assert read_identity(claims, TRUSTED) is None
    assert read_identity(stated(), ()) is None


def test_a_provider_is_asked_for_just_this() -> None:
    asked: Any = asked_claims(["eidas"])
    wanted = asked["id_token"]["verified_claims"]
    assert wanted["verification"] == {"trust_framework": {"values": ["eidas"]}}
    assert set(wanted["claims"]) == set(CLAIMS)


@pytest.mark.parametrize(
    ("name", "born_on", "minor", "codes"),
    [
        ("  ADA  love ", None, False, []),
        ("Ada Lowe", None, False, ["name-differs"]),
        ("Ada Love", None, True, ["minor-not-declared"]),
        ("Ada Love", date(1990, 12, 11), True, ["birth-date-differs"]),
        ("Ada Love", date(1990, 12, 10), True, []),
    ],
)
def test_an_identity_must_be_the_performers(
    name: str, born_on: date | None, minor: bool, codes: list[str]
) -> None:
    identity = VerifiedIdentity("Ada Love", date(1990, 12, 10), "eidas")
    found = differences(identity, name=name, born_on=born_on, minor=minor)
    assert [reason.code for reason in found] == codes


def test_accents_count_and_case_does_not() -> None:
    assert plain("STRASSE") == plain("Straße")
    assert plain("José") != plain("Jose")
