"""A licence as a W3C credential with two chained proofs, written and read without leeway.

The performer signs first; the registry's proof names the performer's and covers it, so that
neither can be exchanged or left out unnoticed. Whatever a document says beyond its terms makes
it unreadable. Specs: https://www.w3.org/TR/vc-data-model-2.0/,
https://www.w3.org/TR/vc-data-integrity/#proof-chains
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.canonical import canonical, parse_strict
from core.clock import to_text
from core.errors import BadInput, BadProof, BadTerms
from core.integrity import ProofOptions
from core.keys import verification_method
from licensing.models import Terms
from licensing.policy import policy_of
from licensing.policyreading import terms_from_policy
from licensing.status import LIST_BITS

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
CONTEXT_PATH = "/ns/licence/v1"
PROFILE_PATH = "/ns/likeness"
STATUS_PATH = "/status/"
LICENCE_TYPE = "LikenessConsentLicence"
LICENCE_BYTES_MAX = 1024 * 1024

_UUID_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """All that a licence document says; `licence_document` writes it, `licence_facts` reads it.

    `subject_id` is the licensee's own identifier (a DID where it has published one).
    """

    vc_id: str
    issuer: str
    subject_id: str
    terms: Terms
    status_list: int
    status_index: int
    base_url: str

    @property
    def status_url(self) -> str:
        """Where the status list of this licence is published."""
        return status_url(self.base_url, self.status_list)


def status_url(base_url: str, number: int) -> str:
    """Address of the status list credential with this number."""
    return f"{base_url}{STATUS_PATH}{number}"


def licence_document(facts: LicenceFacts) -> dict[str, object]:
    """The unsigned credential; numbers are text, as readers differ on numbers."""
    return {
        "@context": [CREDENTIALS_V2, facts.base_url + CONTEXT_PATH],
        "id": facts.vc_id,
        "type": ["VerifiableCredential", LICENCE_TYPE],
        "issuer": facts.issuer,
        "validFrom": to_text(facts.terms.valid_from),
        "validUntil": to_text(facts.terms.valid_until),
        "credentialStatus": {
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(facts.status_index),
            "statusListCredential": facts.status_url,
        },
        "credentialSubject": {
            "id": facts.subject_id,
            "policy": policy_of(facts.terms, profile=facts.base_url + PROFILE_PATH),
        },
    }


def licence_facts(document: Mapping[str, Any]) -> LicenceFacts:
    """Read a licence document, signed or not; raises BadTerms when it is no such licence.

    The facts are written again and must give the very same document, proofs apart.
    """
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    try:
        facts = _read(unsigned)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as exc:
        raise _no_licence() from exc
    if licence_document(facts) != unsigned:
        raise _no_licence()
    return facts


def performer_options(issuer: str, created: datetime, proof_id: str) -> ProofOptions:
    """The terms of the first proof; the registry's refers to it by `proof_id` (a urn:uuid)."""
    return ProofOptions(
        verification_method=verification_method(issuer), created=to_text(created), id=proof_id
    )


def registry_options(registry_did: str, created: datetime, performer_proof: str) -> ProofOptions:
    """The terms of the second proof, which covers the first."""
    return ProofOptions(
        verification_method=verification_method(registry_did),
        created=to_text(created),
        previous_proof=performer_proof,
    )


def parse_signed(data: bytes) -> dict[str, Any]:
    """Read signed bytes; raises BadInput unless they are the canonical form of what they say."""
    document = parse_strict(data, bytes_max=LICENCE_BYTES_MAX)
    check_canonical(document, data)
    return document


def check_canonical(document: Mapping[str, Any], data: bytes) -> None:
    """Raises BadInput unless `data` is the canonical form of `document`, byte for byte."""
    if canonical(document) != data:
        raise BadInput(
            "The document is not in its canonical form.",
            next_step="Use the file as it was issued, without formatting it.",
            code="not-canonical",
        )


def chained_proofs(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The performer's and the registry's proof; raises BadProof unless there are exactly these.

    The first is made by the issuer, the second by somebody else and names the first.
    """
    proofs = document.get("proof")
    if not isinstance(proofs, list) or len(proofs) != 2:
        raise _bad_chain("A licence carries two proofs, the performer's and the registry's.")
    first, second = proofs
    if not isinstance(first, Mapping) or not isinstance(second, Mapping):
        raise _bad_chain("A proof is not an object.")
    issuer = document.get("issuer")
    if not isinstance(issuer, str) or first.get("verificationMethod") != verification_method(
        issuer
    ):
        raise _bad_chain("The first proof is not made with the issuer's key.")
    if "previousProof" in first or not isinstance(first.get("id"), str):
        raise _bad_chain("The first proof must carry an id and build on no other.")
    if second.get("previousProof") != first["id"] or second.get("id") == first["id"]:
        raise _bad_chain("The registry's proof does not build on the performer's.")
    if second.get("verificationMethod") == first["verificationMethod"]:
        raise _bad_chain("Both proofs are made with the same key.")
    return first, second


def _read(unsigned: Mapping[str, Any]) -> LicenceFacts:
    base_url = unsigned["@context"][1].removesuffix(CONTEXT_PATH)
    status = unsigned["credentialStatus"]
    subject = unsigned["credentialSubject"]
    index, address = status["statusListIndex"], status["statusListCredential"]
    number = address.removeprefix(base_url + STATUS_PATH)
    texts = (unsigned["id"], unsigned["issuer"], subject["id"], base_url)
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("text expected")
    if not _UUID_URN.fullmatch(unsigned["id"]) or not base_url.startswith(("https://", "http://")):
        raise ValueError("id or base address")
    if not _NUMBER.fullmatch(index) or not _NUMBER.fullmatch(number) or int(index) >= LIST_BITS:
        raise ValueError("status")
    return LicenceFacts(
        vc_id=unsigned["id"],
        issuer=unsigned["issuer"],
        subject_id=subject["id"],
        terms=terms_from_policy(subject["policy"], profile=base_url + PROFILE_PATH),
        status_list=int(number),
        status_index=int(index),
        base_url=base_url,
    )


def _no_licence() -> BadTerms:
    return BadTerms(
        "The document is not a licence of this kind, or says more than its terms.",
        next_step="Ask the performer's side for the licence file as it was issued.",
        code="not-a-licence",
    )


def _bad_chain(message: str) -> BadProof:
    return BadProof(
        message,
        next_step="Ask the performer's side for the licence file as it was issued.",
        code="bad-proof-chain",
    )
