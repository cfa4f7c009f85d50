"""Certificates: what they say survives writing and reading, what was forged is refused, and how
they stand follows from what happened since."""

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from core import integrity
from core.canonical import canonical, parse_strict
from core.errors import BadProof
from core.integrity import ProofOptions
from core.keys import generate
from fingerprint.misses import MissRate
from fingerprint.models import Reason
from licensing.certificate import (
    certificate_document,
    certificate_facts,
    signed_certificate,
    state_url,
    status_list_url,
)
from licensing.certificateassertion import LABEL, SOFT_BINDING, assertions_of, certificate_in
from licensing.certificatecheck import Brought, verify_certificate_bytes
from licensing.certificatestate import standing
from licensing.certificatestatus import signed_status
from licensing.known import UnknownPolicy
from licensing.models_certificate import (
    CertificateFacts,
    CertificateState,
    Decided,
    LicenceBehind,
    LicenceNow,
    Media,
    Miss,
    Release,
    Search,
    Shown,
    Since,
    Standing,
)
from licensing.models_clearance import Verdict
from licensing.models_verification import StepState, VerifyReport
from licensing.status import bits_with
from licensing.statuslist import signed_status_list

T0 = datetime(2030, 1, 1, 12, tzinfo=UTC)
RELEASE = date(2030, 1, 10)
OVER = datetime(2030, 1, 11, tzinfo=UTC)
KEY, OTHER = generate(), generate()
LICENCE = b'{"licence": 1}'
FILM = hashlib.sha256(b"film").hexdigest()
FACTS = CertificateFacts(
    id="crt_a",
    vc_id="urn:uuid:6c5b1f3a-0000-4000-8000-000000000000",
    issuer=KEY.did,
    base_url="https://registry.example",
    status_list=1,
    status_index=42,
    issued_at=T0,
    clearance_id="clr_a",
    decided_at=T0 - timedelta(hours=1),
    log_index=7,
    studio_id="ten_a",
    title="Nordlicht · Folge 1",
    cut_id="cut_a",
    media=Media("ab" * 32, FILM, {"sound": "cd" * 32}),
    release=Release(RELEASE, ("DE", "AT"), "series", "de", "release"),
    search=Search(9, 5, ("voice-1",), (Miss("t-1"),), True, UnknownPolicy.TOLERATE, 2),
    declared=(Shown("prf_a", "dub", ()),),
    detected=(Shown("prf_a", "dub", ("voice",), "lic_a"),),
    licences=(
        LicenceBehind(
            "lic_a", "urn:uuid:1", hashlib.sha256(LICENCE).hexdigest(), T0 + timedelta(days=90)
        ),
    ),
)
MISSED = MissRate("voice", 3000, "real", 0.08, 0.0123, 0.31, 7, 197, "readers of books")
FULL = replace(
    FACTS,
    search=replace(FACTS.search, misses=(Miss("t-1"), Miss("t-2", (MISSED,)))),
    licences=(replace(FACTS.licences[0], contract="dub 2"),),
    remarks=(
        Reason("contexts-prohibited", {"licence_id": "lic_a", "contexts": "political"}),
        Reason(
            "label-missing",
            {"jurisdiction": "EU", "clause": "Say so.", "source": "Art. 50", "certainty": "x"},
        ),
    ),
)
SIGNED = signed_certificate(FACTS, KEY)


GOOD = Standing(CertificateState.VALID)


def state(found: Standing = GOOD, **changes: Any) -> bytes:
    given: dict[str, Any] = {"certificate_id": FACTS.id, "vc_id": FACTS.vc_id, "at": T0}
    key = changes.pop("key", KEY)
    return signed_status(key, base_url=FACTS.base_url, found=found, **{**given, **changes})


def check(data: bytes = SIGNED, **changes: Any) -> VerifyReport:
    brought = Brought(
        at=T0 + timedelta(hours=2),
        registry_methods=frozenset({KEY.verification_method}),
        media_sha256=FILM,
        licences=(LICENCE,),
        status=state(),
    )
    return verify_certificate_bytes(data, replace(brought, **changes))


def failed(report: VerifyReport) -> list[str]:
    return [step.name for step in report.steps if step.state is StepState.FAILED]


def test_what_is_written_is_read_back() -> None:
    assert certificate_facts(certificate_document(FACTS)) == FACTS
    bare = replace(FACTS, licences=(), detected=(), search=replace(FACTS.search, gallery_seq=None))
    assert certificate_facts(certificate_document(bare)) == bare
    assert "validUntil" not in certificate_document(bare)
    assert certificate_facts(certificate_document(FULL)) == FULL


def test_how_often_people_are_missed_stands_in_the_signed_bytes() -> None:
    said: Any = parse_strict(signed_certificate(FULL, KEY))
    of_none, measured = said["credentialSubject"]["clearance"]["search"]["thresholds"]
    assert of_none == {"id": "t-1", "missRate": "not measurable"}
    (rate,) = measured["missRates"]
    assert (rate["rate"], rate["interval"], rate["people"]) == ("0.08", ["0.0123", "0.31"], "7")


def test_a_good_certificate_passes_all_steps_that_files_alone_can_settle() -> None:
    report = check()
    assert [step.number for step in report.steps] == list(range(1, 10))
    assert [step.name for step in report.steps if step.state is not StepState.OK] == ["log"]


def test_what_was_not_handed_in_is_said_to_be_unchecked() -> None:
    report = check(media_sha256="", licences=(), status=b"")
    unchecked = [step.name for step in report.steps if step.state is StepState.NOT_CHECKED]
    assert (report.ok, unchecked) == (True, ["media", "licences", "state", "log"])


def tampered(**changes: Any) -> bytes:
    document = parse_strict(SIGNED)
    document["credentialSubject"]["clearance"].update(changes)
    return canonical(document)


def resigned(key: Any, document: dict[str, Any]) -> bytes:
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = ProofOptions(key.verification_method, "2030-01-01T12:00:00Z")
    return canonical(integrity.sign(unsigned, options, key))


@pytest.mark.parametrize(
    ("forged", "step"),
    [
        (SIGNED[:-1], "strict-json"),
        (b" " + SIGNED, "canonical-form"),
        (tampered(title="Another"), "registry-signature"),
        (tampered(verdict="REFUSED"), "certificate-profile"),
        (tampered(extra="x"), "certificate-profile"),
        (tampered(detected=[]), "registry-signature"),
        (canonical(certificate_document(FACTS)), "registry-signature"),
        (resigned(OTHER, parse_strict(SIGNED)), "registry-signature"),
        (signed_certificate(replace(FACTS, issuer=OTHER.did), OTHER), "registry-trusted"),
    ],
)
def test_forgeries_are_refused(forged: bytes, step: str) -> None:
    report = check(forged)
    assert failed(report)[0] == step
    assert not report.ok


def test_a_number_in_place_of_false_is_no_certificate() -> None:
    document = certificate_document(replace(FACTS, search=replace(FACTS.search, provisional=False)))
    copy = parse_strict(canonical(document))
    copy["credentialSubject"]["clearance"]["search"]["provisional"] = 0
    with pytest.raises(BadProof):
        certificate_facts(copy)


def test_another_file_and_another_licence_fail() -> None:
    assert failed(check(media_sha256="0" * 64)) == ["media"]
    assert failed(check(licences=(LICENCE, b"other"))) == ["licences"]


VOID = Standing(CertificateState.VOID, T0, (Reason("certificate-decided-again", {}),))


@pytest.mark.parametrize(
    "status",
    [
        state(VOID),
        state(Standing(CertificateState.EXPIRED, T0)),
        state(at=T0 - timedelta(days=2)),
        state(at=T0 + timedelta(days=1)),
        state(vc_id="urn:uuid:another"),
        state(certificate_id="crt_b"),
        state(key=OTHER),
        b"{}",
    ],
)
def test_a_void_stale_or_foreign_state_fails(status: bytes) -> None:
    assert failed(check(status=status)) == ["state"]


def test_consent_since_revoked_is_told_and_fails_nothing() -> None:
    report = check(status=state(Standing(CertificateState.CONSENT_SINCE_REVOKED, T0)))
    assert report.ok
    assert report.steps[7].detail.startswith("VALID_CONSENT_SINCE_REVOKED since")


@pytest.mark.parametrize(("void", "good"), [([], True), ([41], True), ([42], False)])
def test_the_list_of_void_ones_serves_too(void: list[int], good: bool) -> None:
    listed = signed_status_list(
        KEY, url=status_list_url(FACTS.base_url, 1), bits=bits_with(void), valid_from=T0
    )
    assert check(status=listed).ok is good


def test_a_state_names_no_person_and_no_licence() -> None:
    why = Reason("certificate-licence-revoked", {"licence_id": "lic_a", "revoked_at": "x"})
    said = state(Standing(CertificateState.VOID, T0, (why,)))
    assert b"lic_a" not in said
    assert state_url(FACTS.base_url, FACTS.id).encode() in said


NOW = OVER + timedelta(days=5)
UNTIL = T0 + timedelta(days=365)


def stands(*licences: LicenceNow, at: datetime = NOW, **more: Any) -> CertificateState:
    found = standing(9, RELEASE, Since(licences=licences, **more), at)
    assert (found.reasons == ()) is (found.state is CertificateState.VALID)
    return found.state


def lic(revoked_at: datetime | None = None, until: datetime = UNTIL) -> LicenceNow:
    return LicenceNow("lic_a", until, revoked_at)


MOMENT = timedelta(microseconds=1)
V, R, E, X = (
    CertificateState.VALID,
    CertificateState.CONSENT_SINCE_REVOKED,
    CertificateState.EXPIRED,
    CertificateState.VOID,
)


@pytest.mark.parametrize(
    ("licence", "at", "expected"),
    [
        (lic(), NOW, V),
        (lic(T0), NOW, X),
        (lic(OVER - MOMENT), NOW, X),
        (lic(OVER), NOW, R),
        (lic(OVER), UNTIL + timedelta(days=1), R),
        (lic(UNTIL + MOMENT), UNTIL + timedelta(days=1), E),
        (lic(), UNTIL - MOMENT, V),
        (lic(), UNTIL, E),
        (lic(until=T0 + MOMENT), NOW, X),
        (lic(until=T0 + timedelta(days=1)), T0, V),
    ],
)
def test_a_licence_behind_decides_by_when_it_ended(
    licence: LicenceNow, at: datetime, expected: CertificateState
) -> None:
    assert stands(licence, at=at) is expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (Decided(10, Verdict.REFUSED, T0), X),
        (Decided(10, Verdict.REVIEW, OVER - MOMENT), X),
        (Decided(10, Verdict.REFUSED, OVER), V),
        (Decided(9, Verdict.REFUSED, T0), V),
        (Decided(10, Verdict.CLEARED, T0), V),
    ],
)
def test_another_answer_before_the_release_is_over_makes_it_void(
    made: Decided, expected: CertificateState
) -> None:
    assert stands(decisions=(made,)) is expected


def test_a_suspension_on_the_release_day_makes_it_void_and_void_goes_before_all() -> None:
    held = (Reason("consent-suspended", {}),)
    assert stands(suspended=held) is X
    assert stands(lic(OVER), suspended=held) is X
    assert stands(lic(OVER), decisions=(Decided(10, Verdict.REFUSED, T0),)) is X


def test_a_receipt_of_something_else_settles_nothing() -> None:
    report = check(receipts=(b"c2sp.org/tlog-proof@v1\nnonsense", b"", b"\xff"))
    (step,) = (step for step in report.steps if step.name == "log")
    assert step.state is StepState.NOT_CHECKED


def test_a_certificate_travels_in_a_film_and_comes_out_byte_for_byte() -> None:
    (label, own), (soft, binding) = assertions_of(
        signed_certificate(FULL, KEY), "receipt", media_sha256=FILM
    )
    assert (label, soft) == (LABEL, SOFT_BINDING)
    # A library may write it in another order, and with other white space.
    turned = json.loads(json.dumps(own, indent=1, sort_keys=True))
    inside = certificate_in(turned)
    assert inside.signed == signed_certificate(FULL, KEY)
    assert (inside.receipt, inside.facts) == (b"receipt", FULL)
    (block,) = binding["blocks"]
    assert base64.b64decode(block["value"]).hex() == FULL.media.content["sound"]
    with pytest.raises(BadProof):
        assertions_of(SIGNED, "", media_sha256="0" * 64)
    undisclosed = replace(FACTS, media=replace(FACTS.media, sha256=""))
    with pytest.raises(BadProof):
        assertions_of(signed_certificate(undisclosed, KEY), "", media_sha256="")
    for broken in (
        {},
        {"credential": None, "sha256": ""},
        {**own, "sha256": "0" * 64},
        {**own, "credential": {**own["credential"], "more": "x"}},
    ):
        with pytest.raises(BadProof):
            certificate_in(broken)
