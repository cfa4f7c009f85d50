"""Every kind of document is known by what it says, verified in steps, and refused when changed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core import integrity
from core.canonical import canonical
from core.clock import to_text
from core.ids import derived_id
from core.integrity import ProofOptions
from core.keys import sign
from fingerprint.models import Modality
from licensing.documentchecks import Brought
from licensing.documentkinds import KINDS, kind_of, verify_document
from licensing.frameworks import framework_from_body, signed_framework, signing_request
from licensing.models_standing import Stance, Standing
from licensing.models_verification import StepState, VerifyReport
from licensing.standing import StandingFacts, standing_document
from licensing.token import seal_token
from registry.consent import ConsentTerms, consent_document
from registry.keyhistory import Authority, Statement, statement_document
from registry.mandates import mandate_document
from registry.models.mandates import Act, MandateTerms
from registry.models.people import Purpose
from registry.models.works import KindOfUse
from tests.unit.licensing import test_certificate as certificates
from tests.unit.licensing.documents import (
    BASE_URL,
    MOTHER,
    PERFORMER,
    REGISTRY,
    STRANGER,
    document,
    licence_bytes,
    signed,
    status_bytes,
)
from tests.unit.licensing.examples import ANNA, AT, TERMS

METHOD = REGISTRY.verification_method
MANIFEST = f"path,sha256\na.wav,{'ab' * 32}\nb.wav,{'cd' * 32}\n".encode()


def proofs(unsigned: dict[str, object], *signers: Any) -> bytes:
    body: dict[str, Any] = unsigned
    for key in signers:
        body = integrity.sign(body, ProofOptions(key.verification_method, to_text(AT)), key)
    return canonical(body)


def declaration() -> bytes:
    facts = StandingFacts(
        vc_id="urn:uuid:00000000-0000-4000-8000-000000000009",
        issuer=PERFORMER.did,
        performer_id=ANNA,
        standings=(Standing(ANNA, KindOfUse.TRAIN_MODEL, Stance.NEVER),),
        valid_from=AT,
        base_url=BASE_URL,
    )
    return canonical(signed(standing_document(facts)))


def consent() -> bytes:
    terms = ConsentTerms(
        enrolment_id="enr_a",
        performer_id=ANNA,
        issuer=PERFORMER.did,
        modalities=(Modality.VOICE,),
        purposes=(Purpose.MATCHING,),
        valid_from=AT,
        valid_until=AT + timedelta(days=30),
        guardians=(MOTHER.did,),
    )
    return proofs(consent_document(terms, base_url=BASE_URL), PERFORMER, MOTHER)


def mandate() -> bytes:
    terms = MandateTerms(
        mandate_id="man_a",
        performer_id=ANNA,
        holder_id="ten_a",
        issuer=PERFORMER.did,
        guardians=(),
        acts=(Act.READ,),
        kinds=(),
        valid_from=AT,
        valid_until=AT + timedelta(days=30),
    )
    return proofs(mandate_document(terms, base_url=BASE_URL), PERFORMER)


def binding(key: Any = PERFORMER) -> bytes:
    said = Statement("kbd_a", REGISTRY.did, ANNA, key.did, None, Authority.FIRST, AT)
    return proofs(statement_document(said, base_url=BASE_URL), key, REGISTRY)


def framework() -> bytes:
    body = {"title": "AI", "agreement": "May 2026", "valid_from": to_text(AT), "minimums": {}}
    facts = framework_from_body(
        body, id=derived_id("frw", "a"), version=1, group=("grp_a", "G"), key=MOTHER.did, at=AT
    )
    signature = sign(MOTHER, signing_request(facts).signing_input)
    return signed_framework(facts, signature, REGISTRY, AT)


def erasure() -> bytes:
    said = {
        "id": "urn:ebenbild:erasure:era_a",
        "type": "ErasureReceipt",
        "registry": REGISTRY.did,
        "performer": ANNA,
        "requested": to_text(AT),
        "finished": to_text(AT),
        "gone": {"template": 2},
        "kept": [],
    }
    return proofs(said, REGISTRY)


DOCUMENTS: dict[str, bytes] = {
    "licence-token": seal_token(licence_bytes(), REGISTRY),
    "licence": licence_bytes(),
    "standing-declaration": declaration(),
    "certificate": certificates.SIGNED,
    "certificate-state": certificates.state(),
    "status-list": status_bytes(7, 9),
    "consent": consent(),
    "mandate": mandate(),
    "framework": framework(),
    "key-binding": binding(),
    "erasure-receipt": erasure(),
    "dataset-manifest": MANIFEST,
}
TRUSTED = frozenset({METHOD, certificates.KEY.verification_method})


def verified(data: bytes, **changes: Any) -> tuple[str, VerifyReport]:
    at = certificates.T0 if b"Certificate" in data else AT
    plain = Brought(at=at, registry_methods=TRUSTED)
    return verify_document(data, replace(plain, **changes))


def states(report: VerifyReport) -> dict[str, StepState]:
    return {step.name: step.state for step in report.steps}


def test_there_is_an_example_of_every_kind_but_those_that_need_a_log() -> None:
    assert {kind.name for kind in KINDS} - set(DOCUMENTS) == {"log-receipt", "consent-bundle"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_known_and_holds(name: str) -> None:
    kind, report = verified(DOCUMENTS[name])
    assert kind == name
    assert report.ok, report
    assert [step.number for step in report.steps] == list(range(1, len(report.steps) + 1))


@pytest.mark.parametrize("name", [name for name in DOCUMENTS if name != "dataset-manifest"])
@pytest.mark.parametrize("place", [0.3, 0.5, 0.8])
def test_a_changed_document_fails(name: str, place: float) -> None:
    data = bytearray(DOCUMENTS[name])
    spot = int(len(data) * place)
    data[spot] = ord("A") if data[spot] != ord("A") else ord("B")
    assert not verified(bytes(data))[1].ok


@pytest.mark.parametrize(
    "name", sorted(set(DOCUMENTS) - {"dataset-manifest", "consent", "mandate"})
)
def test_a_registry_that_nobody_trusts_fails(name: str) -> None:
    strange = frozenset({STRANGER.verification_method})
    assert not verified(DOCUMENTS[name], registry_methods=strange)[1].ok


@pytest.mark.parametrize("name", ["consent", "mandate", "standing-declaration", "licence"])
def test_keys_at_hand_say_whose_document_it_is(name: str) -> None:
    assert states(verified(DOCUMENTS[name])[1])["performer-key"] is StepState.NOT_CHECKED
    known = verified(DOCUMENTS[name], others=(binding(),))[1]
    assert states(known)["performer-key"] is StepState.OK
    other = verified(DOCUMENTS[name], others=(binding(STRANGER),))[1]
    assert states(other)["performer-key"] is StepState.FAILED


def test_a_key_binding_of_a_strange_registry_says_nothing() -> None:
    said = Statement("kbd_a", STRANGER.did, ANNA, PERFORMER.did, None, Authority.FIRST, AT)
    strange = proofs(statement_document(said, base_url=BASE_URL), PERFORMER, STRANGER)
    report = verified(DOCUMENTS["consent"], others=(strange,))[1]
    assert states(report)["performer-key"] is StepState.NOT_CHECKED


def test_a_status_list_at_hand_is_found_by_its_address() -> None:
    name = "revocation"
    assert states(verified(licence_bytes())[1])[name] is StepState.NOT_CHECKED
    assert states(verified(licence_bytes(), others=(status_bytes(),))[1])[name] is StepState.OK
    revoked = verified(licence_bytes(), others=(status_bytes(42),))[1]
    assert states(revoked)[name] is StepState.FAILED


def test_a_list_of_yesterday_is_not_of_today() -> None:
    old = status_bytes(7, days_ago=2)
    assert states(verified(old)[1])["of-today"] is StepState.FAILED


def test_tokens_tell_the_same_doubts_as_licences() -> None:
    unclear = replace(
        TERMS, territories=("US",), description="", kinds=(KindOfUse.SYNTHESISE_VOICE,)
    )
    data = canonical(signed(document(unclear)))
    plain, token = verified(data)[1], verified(seal_token(data, REGISTRY))[1]
    assert plain.doubts
    assert token.doubts == plain.doubts


def test_a_manifest_names_its_files_and_is_not_signed() -> None:
    _, report = verified(MANIFEST)
    assert states(report)["files"] is StepState.NOT_CHECKED
    both = verified(MANIFEST, media_sha256=("ab" * 32, "cd" * 32))[1]
    assert states(both)["files"] is StepState.OK
    assert states(both)["registered"] is StepState.NOT_CHECKED
    stranger = verified(MANIFEST, media_sha256=("ef" * 32,))[1]
    assert states(stranger)["files"] is StepState.FAILED


def test_a_certificate_about_one_file_is_not_about_two() -> None:
    two = ("ab" * 32, certificates.FILM)
    assert states(verified(certificates.SIGNED, media_sha256=two)[1])["media"] is StepState.FAILED


NONSENSE: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no json": lambda: b"\xff\x00",
    "another json": lambda: b'{"type":"Something"}',
    "a type that is a number": lambda: b'{"type":7}',
}


@pytest.mark.parametrize("name", NONSENSE)
def test_what_is_none_of_these_fails_as_a_licence(name: str) -> None:
    data = NONSENSE[name]()
    assert kind_of(data).name == "licence"
    assert not verified(data)[1].ok


@pytest.mark.parametrize(
    "said",
    [
        "LikenessConsentLicence",
        "LikenessStandingDeclaration",
        "ClearanceCertificate",
        "CertificateStatus",
        "BitstringStatusListCredential",
        "EnrolmentConsent",
        "Mandate",
        "PerformerKeyBinding",
        "ErasureReceipt",
    ],
)
def test_a_document_that_only_says_its_type_fails_and_never_raises(said: str) -> None:
    more: tuple[dict[str, Any], ...] = ({}, {"proof": 7}, {"proof": {}}, {"gone": 7})
    for members in (*more, {"credentialSubject": {}}, {"issuer": 7, "validFrom": 7}):
        assert not verified(canonical({"type": ["VerifiableCredential", said], **members}))[1].ok


def on_paper(inside: bytes) -> bytes:
    stream = f"<< /Length {len(inside)} /Type /EmbeddedFile >>\nstream\n".encode()
    return b"%PDF-1.4\n1 0 obj\n" + stream + inside + b"endstream\nendobj\n"


def test_of_a_pdf_what_is_attached_is_verified_and_its_pages_are_not() -> None:
    kind, report = verified(on_paper(certificates.SIGNED))
    assert kind == "certificate"
    assert report.ok and not report.complete
    plain = verified(certificates.SIGNED)[1]
    assert report.steps[:-1] == plain.steps
    last = report.steps[-1]
    assert (last.number, last.name) == (len(plain.steps) + 1, "paper")
    assert last.state is StepState.NOT_CHECKED
    changed = certificates.SIGNED.replace(b'"CLEARED"', b'"REVIEW_"', 1)
    assert changed != certificates.SIGNED
    assert not verified(on_paper(changed))[1].ok


@pytest.mark.parametrize("inside", [b"", b"<xml/>", b"no JSON"])
def test_a_pdf_with_no_document_says_what_to_verify_instead(inside: bytes) -> None:
    kind, report = verified(on_paper(inside))
    assert kind == "paper" and not report.ok
    assert "verify the document (JSON)" in report.steps[0].detail
