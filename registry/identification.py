"""What an identity provider says that it has verified, and whether it is the person enrolled.

Only claims inside `verified_claims` count, under a trust framework that this registry names; what
people write into a profile counts for nothing.
OpenID Connect for Identity Assurance, https://openid.net/specs/openid-connect-4-identity-assurance-1_0.html
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fingerprint.models import Reason

NAME_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """Who somebody is by a provider's word; `framework` names the rules it verified by."""

    name: str
    born_on: date | None
    framework: str


def asked_claims(frameworks: Collection[str]) -> dict[str, object]:
    """The `claims` parameter that asks for verified name and birth date in the ID token."""
    verification = {"trust_framework": {"values": sorted(frameworks)}}
    wanted = {"given_name": None, "family_name": None, "birthdate": None}
    return {"id_token": {"verified_claims": {"verification": verification, "claims": wanted}}}


def read_identity(
    claims: Mapping[str, Any], frameworks: Collection[str]
) -> VerifiedIdentity | None:
    """The verified identity in the claims of a token that was checked; None where there is none."""
    stated = claims.get("verified_claims")
    for item in stated if isinstance(stated, list) else [stated]:
        found = _identity(item, frameworks) if isinstance(item, Mapping) else None
        if found is not None:
            return found
    return None


def differences(
    identity: VerifiedIdentity, *, name: str, born_on: date | None, minor: bool
) -> tuple[Reason, ...]:
    """Why an identity is not that of the performer; empty when it is.

    `minor` says whether the stated birth date is a minor's: one who must be known as such here.
    """
    reasons: list[Reason] = []
    if plain(identity.name) != plain(name):
        reasons.append(Reason("name-differs", {}))
    if minor and born_on is None:
        reasons.append(Reason("minor-not-declared", {}))
    if born_on is not None and identity.born_on not in (None, born_on):
        reasons.append(Reason("birth-date-differs", {}))
    return tuple(reasons)


def plain(name: str) -> str:
    """A name without the differences that scripts and registers make: case, spaces, forms."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _identity(item: Mapping[str, Any], frameworks: Collection[str]) -> VerifiedIdentity | None:
    verification, claims = item.get("verification"), item.get("claims")
    if not isinstance(verification, Mapping) or not isinstance(claims, Mapping):
        return None
    framework = verification.get("trust_framework")
    parts = [claims.get("given_name"), claims.get("family_name")]
    if framework not in frameworks or not all(isinstance(one, str) and one for one in parts):
        return None
    name = " ".join(str(one) for one in parts)
    if len(name) > NAME_LENGTH_MAX:
        return None
    try:
        stated = claims.get("birthdate")
        born_on = None if stated is None else date.fromisoformat(str(stated))
    except ValueError:
        return None
    return VerifiedIdentity(name, born_on, str(framework))
