"""A consent covers what it names and nothing beside it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.canonical import canonical, parse_strict
from core.errors import BadTerms
from core.ids import new_id
from fingerprint.models import Modality
from registry.consent import (
    ConsentTerms,
    check_consent,
    consent_document,
    consent_terms,
    coverage,
)
from registry.models.people import Purpose

BASE = "https://registry.invalid"
T0 = datetime(2027, 1, 1, tzinfo=UTC)
TERMS = ConsentTerms(
    enrolment_id=new_id("enr"),
    performer_id=new_id("prf"),
    issuer="did:key:z6MkExample",
    modalities=(Modality.VOICE,),
    purposes=(Purpose.MATCHING,),
    valid_from=T0,
    valid_until=T0 + timedelta(days=365),
)


def codes(at: datetime = T0, **changes: object) -> list[str]:
    asked = {
        "performer_id": TERMS.performer_id,
        "modality": Modality.VOICE,
        "purpose": Purpose.MATCHING,
        "at": at,
    }
    return [reason.code for reason in coverage(TERMS, **{**asked, **changes})]  # type: ignore[arg-type]


@given(
    st.lists(st.sampled_from(Modality), unique=True, min_size=1),
    st.lists(st.sampled_from(Purpose), unique=True, min_size=1),
    st.booleans(),
)
def test_a_document_reads_back_as_its_terms(
    modalities: list[Modality], purposes: list[Purpose], ends: bool
) -> None:
    terms = replace(
        TERMS,
        modalities=tuple(modalities),
        purposes=tuple(purposes),
        valid_until=TERMS.valid_until if ends else None,
    )
    kept = canonical(consent_document(terms, base_url=BASE))
    assert consent_terms(parse_strict(kept)) == terms


def test_what_is_named_is_covered() -> None:
    assert codes() == []


def test_every_reason_is_collected() -> None:
    assert codes(
        performer_id=new_id("prf"),
        modality=Modality.FACE,
        purpose=Purpose.TRAINING,
        at=T0 + timedelta(days=365),
    ) == ["other-performer", "modality-not-consented", "purpose-not-consented", "consent-expired"]


def test_matching_never_implies_training() -> None:
    assert codes(purpose=Purpose.TRAINING) == ["purpose-not-consented"]


def test_the_end_is_exclusive_and_the_start_inclusive() -> None:
    assert codes(at=T0 + timedelta(days=365) - timedelta(milliseconds=1)) == []
    assert codes(at=T0 - timedelta(milliseconds=1)) == ["consent-not-begun"]


def test_an_empty_consent_is_refused_with_every_reason() -> None:
    empty = replace(TERMS, modalities=(), purposes=(), valid_until=T0)
    assert [reason.code for reason in check_consent(empty)] == [
        "no-modality",
        "no-purpose",
        "ends-before-start",
    ]


def test_guardians_give_away_neither_training_nor_what_a_reviewer_compares_by() -> None:
    child = replace(TERMS, purposes=tuple(Purpose), guardians=("did:key:z6MkGuardian",))
    assert [reason.code for reason in check_consent(child)] == [
        "minor-no-training",
        "minor-no-comparison",
    ]
    assert check_consent(replace(child, guardians=())) == ()


def test_only_a_consent_to_comparison_says_that_an_excerpt_is_kept() -> None:
    both = replace(TERMS, purposes=(Purpose.MATCHING, Purpose.COMPARISON))
    kept, none = (
        str(consent_document(terms, base_url=BASE)["credentialSubject"]) for terms in (both, TERMS)
    )
    assert "excerpts" in kept
    assert "excerpts" not in none


@pytest.mark.parametrize("missing", ["type", "issuer", "validFrom", "credentialSubject", "id"])
def test_a_document_with_a_gap_is_no_consent(missing: str) -> None:
    document = consent_document(TERMS, base_url=BASE)
    del document[missing]
    with pytest.raises(BadTerms):
        consent_terms(document)


def test_a_purpose_that_does_not_exist_is_refused() -> None:
    document = consent_document(TERMS, base_url=BASE)
    subject = document["credentialSubject"]
    assert isinstance(subject, dict)
    subject["purposes"] = ["everything"]
    with pytest.raises(BadTerms):
        consent_terms(document)
