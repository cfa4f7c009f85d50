"""Every term and type of the registry's own documents is in the context they name."""

import json
from datetime import UTC, datetime

import pytest

from core import keys
from core.ids import new_id
from fingerprint.models import Modality
from registry.consent import ConsentTerms, consent_document
from registry.contexts import CONTEXTS, context_bytes
from registry.models.people import Purpose

BASE = "https://registry.example"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
W3C_TERMS = {"id", "VerifiableCredential"}


@pytest.mark.parametrize("name", sorted(CONTEXTS))
def test_a_context_is_json_with_absolute_names(name: str) -> None:
    context = json.loads(context_bytes(name))["@context"]
    named = [
        value if isinstance(value, str) else value["@id"]
        for key, value in context.items()
        if not key.startswith("@")
    ]
    assert named
    assert all(iri.startswith("urn:ebenbild:likeness:") for iri in named)


def test_the_consent_uses_only_terms_of_its_context() -> None:
    terms = ConsentTerms(
        enrolment_id=new_id("enr"),
        performer_id=new_id("prf"),
        issuer=keys.generate().did,
        modalities=(Modality.VOICE,),
        purposes=(Purpose.MATCHING,),
        valid_from=NOW,
        valid_until=None,
    )
    document = consent_document(terms, base_url=BASE)
    assert document["@context"][1] == f"{BASE}/ns/enrolment/v1"
    context = json.loads(context_bytes("enrolment"))["@context"]
    used = set(document["type"]) | set(document["credentialSubject"])
    assert used - W3C_TERMS <= set(context)
