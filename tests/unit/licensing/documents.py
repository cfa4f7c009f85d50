"""Licences signed with fixed keys, so that their bytes are the same in every run."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from core import integrity, keys
from core.canonical import canonical, parse_strict
from licensing.credential import (
    SUSPENSION,
    LicenceFacts,
    licence_document,
    performer_options,
    registry_options,
    signer_proof_id,
)
from licensing.models import Terms
from licensing.policy import TENANT_URN
from licensing.status import bits_with
from licensing.statuslist import signed_status_list
from licensing.verification import Trust
from tests.unit.licensing.examples import ANNA, AT, STUDIO, TERMS

PERFORMER = keys.from_seed(b"performer".ljust(32, b"."))
REGISTRY = keys.from_seed(b"registry".ljust(32, b"."))
MOTHER = keys.from_seed(b"mother".ljust(32, b"."))
FATHER = keys.from_seed(b"father".ljust(32, b"."))
STRANGER = keys.from_seed(b"stranger".ljust(32, b"."))
BASE_URL = "https://registry.example"
PROOF_ID = "urn:uuid:00000000-0000-4000-8000-000000000002"
FACTS = LicenceFacts(
    vc_id="urn:uuid:00000000-0000-4000-8000-000000000001",
    issuer=PERFORMER.did,
    subject_id=TENANT_URN + STUDIO,
    terms=TERMS,
    status_list=1,
    status_index=42,
    base_url=BASE_URL,
)


def document(terms: Terms = TERMS, **changes: Any) -> dict[str, Any]:
    """An unsigned licence."""
    return licence_document(replace(FACTS, terms=terms, **changes))


def signed(
    unsigned: dict[str, Any] | None = None,
    *,
    first: keys.PrivateKey = PERFORMER,
    second: keys.PrivateKey = REGISTRY,
    guardians: Sequence[keys.PrivateKey] = (),
) -> dict[str, Any]:
    """A licence with all proofs, chained."""
    body = document() if unsigned is None else unsigned
    ids = [signer_proof_id(PROOF_ID, first.did, key.did) for key in (first, *guardians)]
    for key, proof_id in zip((first, *guardians), ids, strict=True):
        body = integrity.sign(body, performer_options(key.did, AT, proof_id), key)
    return integrity.sign(body, registry_options(second.did, AT, *ids), second)


def childs() -> dict[str, Any]:
    """A licence that names two guardians, signed by performer, both of them and the registry."""
    named = document(guardians=(MOTHER.did, FATHER.did))
    return signed(named, guardians=(MOTHER, FATHER))


def licence_bytes(unsigned: dict[str, Any] | None = None) -> bytes:
    """The licence file."""
    return canonical(signed(unsigned))


@functools.cache
def status_bytes(*revoked: int, days_ago: int = 0, key: keys.PrivateKey = REGISTRY) -> bytes:
    """The status list credential with these bits set."""
    return signed_status_list(
        key,
        url=FACTS.status_url,
        bits=bits_with(revoked),
        valid_from=AT - timedelta(days=days_ago),
    )


def suspension_bytes(*suspended: int) -> bytes:
    """The list of suspensions with these bits set."""
    return signed_status_list(
        REGISTRY,
        url=FACTS.suspension_url,
        bits=bits_with(suspended),
        valid_from=AT,
        purpose=SUSPENSION,
    )


def trust(**changes: Any) -> Trust:
    """A verifier who knows the registry, the performer's key and today's status list."""
    plain = Trust(
        at=AT,
        registry_methods=frozenset({REGISTRY.verification_method}),
        performer_dids={ANNA: frozenset({PERFORMER.did})},
        status_lists={FACTS.status_url: status_bytes()},
    )
    return replace(plain, **changes)


def reread(data: bytes) -> dict[str, Any]:
    """The document in a licence file."""
    return parse_strict(data)
