"""The thirteen steps, each with what it must refuse; and no changed byte is ever accepted."""

import base64
import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import integrity
from core.canonical import canonical
from core.integrity import ProofOptions
from licensing.credential import performer_options, registry_options
from licensing.models import Terms
from licensing.models_verification import StepState, VerifyReport
from licensing.verification import STEPS, verify_licence_bytes
from tests.unit.licensing import strategies
from tests.unit.licensing.documents import (
    FACTS,
    PERFORMER,
    PROOF_ID,
    REGISTRY,
    STRANGER,
    document,
    licence_bytes,
    reread,
    signed,
    status_bytes,
    suspension_bytes,
    trust,
)
from tests.unit.licensing.examples import ANNA, AT, TERMS, terms

LICENCE = licence_bytes()


def verify(data: bytes, **changes: Any) -> VerifyReport:
    return verify_licence_bytes(data, trust(**changes))


def failed(report: VerifyReport) -> list[str]:
    return [step.name for step in report.steps if step.state is StepState.FAILED]


def unchecked(report: VerifyReport) -> list[str]:
    return [step.name for step in report.steps if step.state is StepState.NOT_CHECKED]


def test_a_good_licence_passes_all_thirteen_steps_in_order() -> None:
    report = verify(LICENCE)
    assert [step.name for step in report.steps] == list(STEPS)
    assert [step.number for step in report.steps] == list(range(1, 14))
    assert report.ok and report.complete
    assert report.terms == TERMS
    assert report.vc_id == FACTS.vc_id


def test_the_bytes_of_a_licence_do_not_depend_on_the_run() -> None:
    assert licence_bytes() == LICENCE


@settings(max_examples=40, deadline=None)
@given(strategies.fit_terms)
def test_whatever_is_signed_is_read_back(some: Terms) -> None:
    at = some.valid_from
    report = verify(licence_bytes(document(some)), at=at, performer_dids={}, status_lists={})
    assert report.ok
    assert report.terms == some


# Every byte counts.


@pytest.mark.parametrize("flip", [0x01, 0x20])
def test_one_changed_byte_anywhere_is_refused(flip: int) -> None:
    accepted = []
    for place in range(len(LICENCE)):
        data = bytearray(LICENCE)
        data[place] ^= flip
        if verify(bytes(data)).ok:
            accepted.append(place)
    assert accepted == []


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(LICENCE) - 1), st.integers(0, 255))
def test_no_byte_can_take_another_value(place: int, value: int) -> None:
    data = bytearray(LICENCE)
    data[place] = value
    assert verify(bytes(data)).ok == (bytes(data) == LICENCE)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(LICENCE)), st.binary(min_size=1, max_size=3))
def test_nothing_can_be_inserted(place: int, extra: bytes) -> None:
    assert not verify(LICENCE[:place] + extra + LICENCE[place:]).ok


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(LICENCE) - 1), st.integers(1, 40))
def test_nothing_can_be_cut_out(place: int, length: int) -> None:
    assert not verify(LICENCE[:place] + LICENCE[place + length :]).ok


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_rubbish_is_refused_without_an_accident(data: bytes) -> None:
    report = verify(data)
    assert not report.ok
    assert len(report.steps) == len(STEPS)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(signed())), _JSON)
def test_no_member_can_hold_anything_else(member: str, value: Any) -> None:
    changed = {**signed(), member: value}
    assert not verify(canonical(changed)).ok or changed == signed()


# Step 1: strict JSON.


def test_step_1_a_duplicate_key_is_refused() -> None:
    twice = LICENCE.replace(b'{"@context"', b'{"validUntil":"2026-11-22T00:00:00Z","@context"', 1)
    assert failed(verify(twice)) == ["strict-json"]


def test_step_1_a_duplicate_key_deep_inside_is_refused() -> None:
    twice = LICENCE.replace(b'"operator":"eq"', b'"operator":"eq","operator":"eq"', 1)
    assert failed(verify(twice)) == ["strict-json"]


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"\xef\xbb\xbf" + LICENCE, b"{" * 5000])
def test_step_1_other_bytes_are_refused(data: bytes) -> None:
    report = verify(data)
    assert failed(report) == ["strict-json"]
    assert unchecked(report) == list(STEPS[1:])


def test_step_1_a_giant_is_refused() -> None:
    assert failed(verify(b" " * 2_000_000)) == ["strict-json"]


# Step 2: canonical form.


@pytest.mark.parametrize("indent", [None, 2])
def test_step_2_another_spelling_of_the_same_licence_is_refused(indent: int | None) -> None:
    assert failed(verify(json.dumps(signed(), indent=indent).encode())) == ["canonical-form"]


def test_step_2_a_newline_at_the_end_is_refused() -> None:
    assert failed(verify(LICENCE + b"\n")) == ["canonical-form"]


# Step 3: the profile.

CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "another type": lambda d: d.update(type=["VerifiableCredential"]),
    "one more type": lambda d: d["type"].append("Other"),
    "an extra member": lambda d: d.update(name="x"),
    "another context": lambda d: d["@context"].append("https://evil.example/ns"),
    "an inline context": lambda d: d["@context"].append({"policy": "https://evil.example/x"}),
    "a member of the subject": lambda d: d["credentialSubject"].update(also="x"),
    "an extra permission": lambda d: d["credentialSubject"]["policy"]["permission"].append(
        {"target": "urn:likeness:x:face", "action": "use", "constraint": [], "duty": []}
    ),
    "an unknown constraint": lambda d: d["credentialSubject"]["policy"]["permission"][0][
        "constraint"
    ].append({"leftOperand": "event", "operator": "lt", "rightOperand": "x"}),
    "no prohibition of training": lambda d: d["credentialSubject"]["policy"].update(prohibition=[]),
    "no duty to pay": lambda d: d["credentialSubject"]["policy"]["permission"][0].update(duty=[]),
    "an obligation": lambda d: d["credentialSubject"]["policy"].update(obligation=[]),
    "another end": lambda d: d.update(validUntil="2030-01-01T00:00:00Z"),
    "an index as a number": lambda d: d["credentialStatus"].update(statusListIndex=42),
    "an index outside of the list": lambda d: d["credentialStatus"].update(
        statusListIndex="131072"
    ),
    "a padded index": lambda d: d["credentialStatus"].update(statusListIndex="042"),
    "another purpose": lambda d: d["credentialStatus"].update(statusPurpose="suspension"),
    "a list elsewhere": lambda d: d["credentialStatus"].update(
        statusListCredential="https://evil.example/status/1"
    ),
    "no status": lambda d: d.pop("credentialStatus"),
    "no subject": lambda d: d.pop("credentialSubject"),
    "an id that is no uuid": lambda d: d.update(id="urn:uuid:1"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_step_3_a_signed_document_that_says_anything_else_is_refused(
    change: Callable[[dict[str, Any]], Any],
) -> None:
    unsigned = json.loads(json.dumps(document()))
    change(unsigned)
    assert failed(verify(licence_bytes(unsigned))) == ["licence-profile"]


# Step 4: two proofs in a chain.


def proofs(change: Callable[[list[dict[str, Any]]], Any]) -> VerifyReport:
    changed = reread(LICENCE)
    change(changed["proof"])
    return verify(canonical(changed))


def test_step_4_a_dropped_registry_proof_is_refused() -> None:
    assert failed(proofs(lambda p: p.pop())) == ["proof-chain"]


def test_step_4_a_dropped_performer_proof_is_refused() -> None:
    assert failed(proofs(lambda p: p.pop(0))) == ["proof-chain"]


def test_step_4_reordered_proofs_are_refused() -> None:
    assert failed(proofs(lambda p: p.reverse())) == ["proof-chain"]


@pytest.mark.parametrize("which", [0, 1])
def test_step_4_a_duplicated_proof_is_refused(which: int) -> None:
    assert failed(proofs(lambda p: p.append(p[which]))) == ["proof-chain"]


@pytest.mark.parametrize("which", [0, 1])
def test_step_4_one_proof_in_the_place_of_the_other_is_refused(which: int) -> None:
    assert failed(proofs(lambda p: p.__setitem__(1 - which, p[which]))) == ["proof-chain"]


def test_step_4_a_single_proof_object_is_refused() -> None:
    changed = reread(LICENCE)
    changed["proof"] = changed["proof"][0]
    assert failed(verify(canonical(changed))) == ["proof-chain"]


def test_step_4_no_proof_is_refused() -> None:
    assert failed(verify(canonical(document()))) == ["proof-chain"]


def test_step_4_a_registry_proof_that_covers_no_other_is_refused() -> None:
    once = integrity.sign(document(), performer_options(PERFORMER.did, AT, PROOF_ID), PERFORMER)
    loose = ProofOptions(REGISTRY.verification_method, "2026-11-21T10:00:00Z")
    both = integrity.sign(once, loose, REGISTRY)
    assert failed(verify(canonical(both))) == ["proof-chain"]


def test_step_4_a_licence_signed_twice_by_its_issuer_is_refused() -> None:
    assert failed(verify(canonical(signed(second=PERFORMER)))) == ["proof-chain"]


def test_step_4_a_first_proof_by_somebody_else_is_refused() -> None:
    assert failed(verify(canonical(signed(first=STRANGER)))) == ["proof-chain"]


# Steps 5 to 7: the signatures.


def test_step_5_a_performer_signature_from_another_licence_is_refused() -> None:
    other = reread(licence_bytes(document(terms(seconds_max=61))))
    report = proofs(lambda p: p[0].update(proofValue=other["proof"][0]["proofValue"]))
    assert failed(report) == ["performer-signature"]


def test_step_5_a_proof_for_another_purpose_is_refused() -> None:
    assert failed(proofs(lambda p: p[0].update(proofPurpose="authentication"))) == [
        "performer-signature"
    ]


def test_step_7_a_performer_proof_exchanged_under_the_registrys_is_noticed() -> None:
    # The performer signs again with another time: good in itself, but not what was covered.
    later = performer_options(PERFORMER.did, AT + timedelta(hours=1), PROOF_ID)
    again = integrity.sign(document(), later, PERFORMER)["proof"]
    assert failed(proofs(lambda p: p.__setitem__(0, again))) == ["registry-signature"]


def test_step_7_a_registry_signature_from_another_licence_is_refused() -> None:
    other = reread(licence_bytes(document(terms(seconds_max=61))))
    report = proofs(lambda p: p[1].update(proofValue=other["proof"][1]["proofValue"]))
    assert failed(report) == ["registry-signature"]


# Step 8: whose registry.


def test_step_8_a_registry_nobody_trusts_is_refused() -> None:
    assert failed(verify(canonical(signed(second=STRANGER)))) == ["registry-trusted"]


def test_step_8_without_any_trusted_registry_nothing_is_good() -> None:
    report = verify(LICENCE, registry_methods=frozenset())
    assert "registry-trusted" in failed(report)
    assert not report.ok


# Step 9: whose key.


def test_step_9_another_key_than_the_performers_is_refused() -> None:
    report = verify(LICENCE, performer_dids={ANNA: frozenset({STRANGER.did})})
    assert failed(report) == ["performer-key"]


def test_step_9_unknown_keys_are_said_to_be_unchecked() -> None:
    report = verify(LICENCE, performer_dids={})
    assert unchecked(report) == ["performer-key"]
    assert report.ok and not report.complete


# Step 10: the term.


@pytest.mark.parametrize(
    ("at", "good"),
    [
        (TERMS.valid_from - timedelta(milliseconds=1), False),
        (TERMS.valid_from, True),
        (TERMS.valid_until - timedelta(milliseconds=1), True),
        (TERMS.valid_until, False),
    ],
)
def test_step_10_a_licence_counts_within_its_term_only(at: Any, good: bool) -> None:
    report = verify(LICENCE, at=at, status_lists={})
    assert failed(report) == ([] if good else ["term"])


# Step 11: revocation.


def test_step_11_a_revoked_licence_is_refused() -> None:
    report = verify(LICENCE, status_lists={FACTS.status_url: status_bytes(42)})
    assert failed(report) == ["revocation"]


def test_step_11_its_neighbours_revocation_does_not_matter() -> None:
    assert verify(LICENCE, status_lists={FACTS.status_url: status_bytes(41, 43)}).complete


def test_step_11_without_a_list_it_is_said_to_be_unchecked() -> None:
    assert unchecked(verify(LICENCE, status_lists={})) == ["revocation"]


def test_step_11_a_stale_list_is_refused() -> None:
    stale = {FACTS.status_url: status_bytes(days_ago=1)}
    assert failed(verify(LICENCE, status_lists=stale)) == ["revocation"]


def test_step_11_a_list_of_tomorrow_is_refused() -> None:
    early = {FACTS.status_url: status_bytes(days_ago=-1)}
    assert failed(verify(LICENCE, status_lists=early)) == ["revocation"]


def test_step_11_a_list_signed_by_somebody_else_is_refused() -> None:
    forged = {FACTS.status_url: status_bytes(key=STRANGER)}
    assert failed(verify(LICENCE, status_lists=forged)) == ["revocation"]


def test_step_11_a_list_with_cleared_bits_is_refused() -> None:
    revoked, clear = reread(status_bytes(42)), reread(status_bytes())
    revoked["credentialSubject"] = clear["credentialSubject"]
    report = verify(LICENCE, status_lists={FACTS.status_url: canonical(revoked)})
    assert failed(report) == ["revocation"]


def test_step_11_another_lists_bytes_are_refused() -> None:
    other = reread(status_bytes())
    other["id"] = FACTS.status_url[:-1] + "2"
    report = verify(LICENCE, status_lists={FACTS.status_url: canonical(other)})
    assert failed(report) == ["revocation"]


def test_step_11_a_licence_is_no_status_list() -> None:
    assert failed(verify(LICENCE, status_lists={FACTS.status_url: LICENCE})) == ["revocation"]


def test_step_11_another_compressors_list_is_read() -> None:
    bits = gzip.compress(bytes(16_384), compresslevel=1, mtime=7)
    packed = "u" + base64.urlsafe_b64encode(bits).decode().rstrip("=")
    body = reread(status_bytes())
    del body["proof"]
    body["credentialSubject"]["encodedList"] = packed
    options = ProofOptions(REGISTRY.verification_method, "2026-11-21T10:00:00Z")
    data = canonical(integrity.sign(body, options, REGISTRY))
    assert verify(LICENCE, status_lists={FACTS.status_url: data}).complete


def test_options_of_the_second_proof_name_the_first() -> None:
    assert registry_options(REGISTRY.did, AT, PROOF_ID).previous_proof == PROOF_ID


# Step 12: the list of suspensions.


def of_both(*revoked: int, suspended: tuple[int, ...] = ()) -> dict[str, bytes]:
    return {
        FACTS.status_url: status_bytes(*revoked),
        FACTS.suspension_url: suspension_bytes(*suspended),
    }


def test_step_12_a_licence_that_names_both_lists_is_complete_with_both() -> None:
    both = licence_bytes(document(suspendable=True))
    assert verify(both, status_lists=of_both(41, suspended=(43,))).complete
    assert unchecked(verify(both)) == ["suspension"]
    assert verify(both).ok


@pytest.mark.parametrize("named", [True, False])
def test_step_12_a_suspended_licence_fails_and_is_not_revoked(named: bool) -> None:
    report = verify(
        licence_bytes(document(suspendable=named)), status_lists=of_both(suspended=(42,))
    )
    assert failed(report) == ["suspension"]


def test_step_12_an_older_licence_names_no_such_list_and_stays_valid() -> None:
    assert verify(LICENCE).complete
    assert isinstance(document()["credentialStatus"], dict)


def test_step_12_a_list_of_revocations_is_no_list_of_suspensions() -> None:
    swapped = {**of_both(), FACTS.suspension_url: status_bytes()}
    both = licence_bytes(document(suspendable=True))
    assert failed(verify(both, status_lists=swapped)) == ["suspension"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda entries: entries.reverse(),
        lambda entries: entries.pop(),
        lambda entries: entries.append(entries[1]),
        lambda entries: entries.clear(),
        lambda entries: entries[1].update(statusListIndex="43"),
        lambda entries: entries[1].update(statusListCredential=FACTS.status_url),
        lambda entries: entries[1].update(statusPurpose="message"),
    ],
)
def test_step_3_other_lists_than_these_two_are_no_licence(wrong: Any) -> None:
    changed = document(suspendable=True)
    wrong(changed["credentialStatus"])
    assert failed(verify(licence_bytes(changed)))[0] == "licence-profile"
