import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core import keys
from core.errors import BadProof
from core.integrity import ProofOptions, attach, sign, signing_input, verify

GOLDEN = json.loads(
    (Path(__file__).parents[2] / "vectors" / "eddsa_jcs_2022.json").read_text(encoding="utf-8")
)
FIRST, SECOND = keys.from_seed(b"\x01" * 32), keys.from_seed(b"\x02" * 32)
BOTH = {FIRST.verification_method, SECOND.verification_method}
DOCUMENT = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"id": "urn:x:1", "amount": "9007199254740993"},
}


def options(key: keys.PrivateKey, **changes: Any) -> ProofOptions:
    return ProofOptions(key.verification_method, "2026-11-21T10:00:00Z", **changes)


def chained() -> dict[str, Any]:
    once = sign(DOCUMENT, options(FIRST, id="urn:uuid:1"), FIRST)
    return sign(once, options(SECOND, previous_proof="urn:uuid:1"), SECOND)


def test_the_published_vector_is_hashed_signed_and_verified_byte_for_byte() -> None:
    golden = ProofOptions(GOLDEN["verification_method"], GOLDEN["created"])
    data = signing_input(GOLDEN["document"], golden)
    assert data.hex() == GOLDEN["proof_hash"] + GOLDEN["document_hash"]
    signed = attach(GOLDEN["document"], golden, bytes.fromhex(GOLDEN["signature"]))
    assert signed["proof"]["proofValue"] == GOLDEN["proof_value"]
    verify(signed, expected={GOLDEN["verification_method"]})


def test_the_published_files_agree_with_the_restated_facts(vectors_dir: Path) -> None:
    folder = vectors_dir / "vc-di-eddsa" / "eddsa-jcs-2022"
    assert (folder / "docHashJCS.txt").read_text() == GOLDEN["document_hash"]
    assert (folder / "proofHashJCS.txt").read_text() == GOLDEN["proof_hash"]
    assert (folder / "sigHexJCS.txt").read_text() == GOLDEN["signature"]
    verify(
        json.loads((folder / "signedJCS.json").read_bytes()),
        expected={GOLDEN["verification_method"]},
    )


def test_one_proof_is_an_object_and_two_are_a_list() -> None:
    once = sign(DOCUMENT, options(FIRST), FIRST)
    assert isinstance(once["proof"], dict)
    twice = sign(once, options(SECOND), SECOND)
    assert [proof["verificationMethod"] for proof in twice["proof"]] == [
        FIRST.verification_method,
        SECOND.verification_method,
    ]
    verify(twice, expected=BOTH)


def test_a_chained_proof_covers_the_earlier_one() -> None:
    document = chained()
    verify(document, expected=BOTH)
    # The earlier signer signs anew: good by itself, but not what the later one covered.
    exchanged = sign(DOCUMENT, options(FIRST, id="urn:uuid:1", purpose="assertionMethod"), FIRST)
    later = ProofOptions(FIRST.verification_method, "2026-11-22T10:00:00Z", id="urn:uuid:1")
    exchanged = sign(DOCUMENT, later, FIRST)
    document["proof"] = [exchanged["proof"], document["proof"][1]]
    verify(exchanged, expected={FIRST.verification_method})
    with pytest.raises(BadProof):
        verify(document, expected=BOTH)


def test_a_proof_cannot_build_on_a_missing_one() -> None:
    with pytest.raises(BadProof):
        signing_input(DOCUMENT, options(SECOND, previous_proof="urn:uuid:1"))


def test_step_1_somebody_must_be_expected() -> None:
    with pytest.raises(BadProof):
        verify(sign(DOCUMENT, options(FIRST), FIRST), expected=set())


@pytest.mark.parametrize("proof", [None, [], "x", 1, ["x"], [{}] * 9])
def test_step_2_there_are_proofs_and_not_too_many(proof: Any) -> None:
    document = {**DOCUMENT, "proof": proof} if proof is not None else dict(DOCUMENT)
    with pytest.raises(BadProof):
        verify(document, expected={FIRST.verification_method})


def test_step_3_one_bad_proof_spoils_a_good_one() -> None:
    document = sign(DOCUMENT, options(FIRST), FIRST)
    stranger = attach(document, options(SECOND), bytes(64))
    with pytest.raises(BadProof):
        verify(stranger, expected={FIRST.verification_method})


def test_step_4_every_expected_signer_is_needed() -> None:
    document = sign(DOCUMENT, options(FIRST), FIRST)
    verify(document, expected={FIRST.verification_method})
    with pytest.raises(BadProof):
        verify(document, expected=BOTH)


def _set(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        target = document
        *parents, last = path.split(".")
        for name in parents:
            target = target[name]
        target[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("credentialSubject.amount", "1"),
        _set("added", True),
        _set("added", 1.5),
        _set("@context", ["https://www.w3.org/ns/credentials/v1"]),
        _set("@context", []),
        _set("@context", ["https://www.w3.org/ns/credentials/v2", "https://x.example/"]),
        _set("proof.created", "2026-11-21T10:00:01Z"),
        _set("proof.created", "yesterday"),
        _set("proof.proofPurpose", "authentication"),
        _set("proof.type", "Ed25519Signature2020"),
        _set("proof.cryptosuite", "eddsa-rdfc-2022"),
        _set("proof.verificationMethod", SECOND.verification_method),
        _set("proof.verificationMethod", FIRST.did),
        _set("proof.verificationMethod", FIRST.did + "#other"),
        _set("proof.verificationMethod", "did:web:x.example#key"),
        _set("proof.verificationMethod", 7),
        _set("proof.extra", "x"),
        _set("proof.domain", "x"),
        _set("proof.id", "urn:uuid:2"),
        _set("proof.previousProof", "urn:uuid:2"),
        _set("proof.previousProof", ["urn:uuid:2"]),
        _set("proof.proofValue", "z"),
        _set("proof.proofValue", "m" + "A" * 88),
        _set("proof.proofValue", "z0OIl"),
        _set("proof.proofValue", None),
        _set("proof.@context", ["https://x.example/"]),
    ],
)
def test_any_change_is_found(change: Callable[[dict[str, Any]], None]) -> None:
    document = copy.deepcopy(sign(DOCUMENT, options(FIRST), FIRST))
    verify(document, expected={FIRST.verification_method})
    change(document)
    with pytest.raises(BadProof):
        verify(document, expected={FIRST.verification_method})


@pytest.mark.parametrize(
    "member", ["type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"]
)
def test_a_proof_without_a_member_is_refused(member: str) -> None:
    document = copy.deepcopy(sign(DOCUMENT, options(FIRST), FIRST))
    del document["proof"][member]
    with pytest.raises(BadProof):
        verify(document, expected={FIRST.verification_method})


def test_a_document_without_context_is_signed_as_it_is() -> None:
    document = sign({"type": "plain"}, options(FIRST), FIRST)
    assert "@context" not in document["proof"]
    verify(document, expected={FIRST.verification_method})
    with pytest.raises(BadProof):
        verify({**document, "@context": "x"}, expected={FIRST.verification_method})
