"""W3C Data Integrity proofs with the cryptosuite eddsa-jcs-2022.

A signer signs 64 bytes that bind the document and the proof's own terms; the document's bytes are
kept as they are, and to verify it is canonicalised again.
Specs: https://www.w3.org/TR/vc-data-integrity/ and https://www.w3.org/TR/vc-di-eddsa/
"""

import hashlib
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import base58

from core import keys
from core.canonical import canonical
from core.clock import from_text
from core.errors import BadInput, BadProof

SUITE = "eddsa-jcs-2022"
PROOFS_MAX = 8
_PROOF_MEMBERS = {
    "@context",
    "created",
    "cryptosuite",
    "id",
    "previousProof",
    "proofPurpose",
    "proofValue",
    "type",
    "verificationMethod",
}


@dataclass(frozen=True, slots=True)
class ProofOptions:
    """The terms of one proof; `created` is RFC 3339 text.

    `previous_proof` is the id of a proof already on the document, or the ids of several, which
    this one then covers; give a proof an `id` when another is to build on it.
    """

    verification_method: str
    created: str
    purpose: str = "assertionMethod"
    previous_proof: str | tuple[str, ...] | None = None
    id: str | None = None


def signing_input(document: Mapping[str, Any], options: ProofOptions) -> bytes:
    """Return the 64 bytes to sign: SHA-256 of the proof's terms, then SHA-256 of the document.

    Proofs that the document carries are left out, except the one that `previous_proof` names.
    Raises BadProof when that one is missing, BadInput when the document has no canonical form.
    """
    return _hash(document, _config(document, options))


def attach(document: Mapping[str, Any], options: ProofOptions, signature: bytes) -> dict[str, Any]:
    """Return the document with the proof added; several proofs become a list, in order."""
    value = "z" + base58.b58encode(signature).decode("ascii")
    proof = {**_config(document, options), "proofValue": value}
    earlier = _proofs(document)
    return {**document, "proof": [*earlier, proof] if earlier else proof}


def sign(
    document: Mapping[str, Any], options: ProofOptions, private: keys.PrivateKey
) -> dict[str, Any]:
    """Return the document with a proof by a key that is held here."""
    return attach(document, options, keys.sign(private, signing_input(document, options)))


def verify(
    document: Mapping[str, Any], *, expected: Set[str], purpose: str = "assertionMethod"
) -> None:
    """Return when every proof holds and every method in `expected` made one; else raise BadProof.

    A set of proofs of which only some hold is refused whole: nobody should have to guess which.
    """
    # 1. The caller says who must have signed: no expectation is no verification.
    if not expected:
        raise _bad("no signer is expected", "name the verification methods to expect")
    # 2. There are proofs, not absurdly many.
    proofs = _proofs(document)
    if not 1 <= len(proofs) <= PROOFS_MAX:
        raise _bad("the document carries no proof, or too many", "send the signed document")
    # 3. Each proof holds by itself.
    for proof in proofs:
        verify_proof(document, proof, purpose=purpose)
    # 4. Each expected signer made one of them.
    missing = expected - {proof["verificationMethod"] for proof in proofs}
    if missing:
        raise _bad("an expected signature is missing", "have every party sign the document")


def verify_proof(
    document: Mapping[str, Any], proof: Mapping[str, Any], *, purpose: str = "assertionMethod"
) -> None:
    """Return when one proof of the document holds for its did:key; raise BadProof otherwise."""
    # 1. Its members are known ones and say what this suite says.
    _check_terms(proof, purpose)
    # 2. It was made for the document's context.
    _check_context(document, proof)
    # 3. The method is a did:key that names itself.
    method = proof["verificationMethod"]
    did = method.partition("#")[0]
    public = keys.public_from_did(did)
    if keys.verification_method(did) != method:
        raise _bad("the proof names an unknown method", "sign with a did:key")
    # 4. The signature covers these bytes.
    unsigned = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        data = _hash(document, unsigned)
    except BadInput as exc:
        raise _bad("the document has no canonical form", "send the document unchanged") from exc
    keys.verify(public, data, _signature(proof["proofValue"]))


def _config(document: Mapping[str, Any], options: ProofOptions) -> dict[str, Any]:
    config = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": options.created,
        "verificationMethod": options.verification_method,
        "proofPurpose": options.purpose,
        **_context_of(document),
    }
    if options.id is not None:
        config["id"] = options.id
    if options.previous_proof is not None:
        earlier = options.previous_proof
        config["previousProof"] = earlier if isinstance(earlier, str) else list(earlier)
    return config


def _hash(document: Mapping[str, Any], config: Mapping[str, Any]) -> bytes:
    body = {name: value for name, value in document.items() if name != "proof"}
    if "previousProof" in config:
        # Chained: earlier proofs are part of what is signed, so that none can be exchanged.
        earlier = config["previousProof"]
        ids = earlier if isinstance(earlier, list) else [earlier]
        body["proof"] = [_previous(document, proof_id) for proof_id in ids]
    return hashlib.sha256(canonical(config)).digest() + hashlib.sha256(canonical(body)).digest()


def _previous(document: Mapping[str, Any], proof_id: Any) -> Mapping[str, Any]:
    found = [proof for proof in _proofs(document) if proof.get("id") == proof_id]
    if not isinstance(proof_id, str) or len(found) != 1:
        raise _bad("the proof that another builds on is missing", "sign in the agreed order")
    return found[0]


def _proofs(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    value = document.get("proof", [])
    proofs = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if not all(isinstance(proof, Mapping) for proof in proofs):
        raise _bad("a proof is not an object", "send the signed document unchanged")
    return list(proofs)


def _check_terms(proof: Mapping[str, Any], purpose: str) -> None:
    texts = [value for name, value in proof.items() if name not in ("@context", "previousProof")]
    if (
        not _PROOF_MEMBERS.issuperset(proof)
        or not all(isinstance(value, str) for value in texts)
        or not _names_earlier(proof.get("previousProof", ""))
        or proof.get("type") != "DataIntegrityProof"
        or proof.get("cryptosuite") != SUITE
        or proof.get("proofPurpose") != purpose
        or not {"verificationMethod", "proofValue", "created"} <= set(proof)
    ):
        raise _bad("a proof has unexpected terms", f"sign with {SUITE} for {purpose}")
    try:
        from_text(proof["created"])
    except BadInput as exc:
        raise _bad("a proof has no proper time", "sign with a time in RFC 3339") from exc


def _names_earlier(value: object) -> bool:
    """One id, or a list of at least two different ones: a single one has one spelling."""
    if not isinstance(value, list):
        return isinstance(value, str)
    texts = [item for item in value if isinstance(item, str)]
    return 1 < len(set(texts)) == len(value) < PROOFS_MAX


def _check_context(document: Mapping[str, Any], proof: Mapping[str, Any]) -> None:
    # The specification lets contexts be added later; refused here, for they could change the sense.
    if proof.get("@context") != document.get("@context"):
        raise _bad("a proof is about another context", "send the signed document unchanged")


def _context_of(document: Mapping[str, Any]) -> dict[str, Any]:
    return {"@context": document["@context"]} if "@context" in document else {}


def _signature(value: str) -> bytes:
    try:
        raw = base58.b58decode(value[1:]) if value.startswith("z") else b""
    except ValueError as exc:
        raise _bad("a signature is not base58", "send the signed document unchanged") from exc
    if len(raw) != 64 or "z" + base58.b58encode(raw).decode("ascii") != value:
        raise _bad("a signature has not 64 bytes", "send the signed document unchanged")
    return raw


def _bad(message: str, next_step: str) -> BadProof:
    return BadProof(message, next_step=next_step)
