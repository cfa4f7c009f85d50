"""Verified identities of people who came through a provider, sealed under the person's own key."""

import json
from collections.abc import Collection
from datetime import date

from sqlmodel import Session

from api.accounts.models import Door
from api.accounts.store import factors
from core.signinsettings import AccountSettings
from core.vault import Vault
from registry.identification import VerifiedIdentity


def frameworks(settings: AccountSettings) -> Collection[str]:
    """The trust frameworks whose word this registry takes; none unless set."""
    return frozenset(
        part.strip() for part in settings.oidc_identity_frameworks.split(",") if part.strip()
    )


def seal_identity(vault: Vault, person_id: str, item: VerifiedIdentity) -> bytes:
    """Sealed bytes of an identity, for `identity_of`."""
    born_on = None if item.born_on is None else item.born_on.isoformat()
    data = {"name": item.name, "born_on": born_on, "framework": item.framework}
    return vault.seal(person_id, json.dumps(data).encode(), identity_aad(person_id))


def identity_of(
    session: Session, vault: Vault, door: Door, person_id: str | None
) -> VerifiedIdentity | None:
    """What a provider said last of a person, where it did; raises `BadProof` on tampering."""
    sealed = None if person_id is None else factors.sealed_identity(session, door, person_id)
    if sealed is None or person_id is None:
        return None
    data = json.loads(vault.unseal(person_id, sealed, identity_aad(person_id)))
    born_on = None if data["born_on"] is None else date.fromisoformat(data["born_on"])
    return VerifiedIdentity(data["name"], born_on, data["framework"])


def identity_aad(person_id: str) -> dict[str, str]:
    """What a sealed identity is bound to."""
    return {"what": "verified-identity", "person": person_id}
