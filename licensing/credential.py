"""A licence as a W3C credential with chained proofs, written and read without leeway.

The performer signs first, then each guardian whom the document names; the registry's proof names
all of theirs and covers them, so that none can be exchanged or left out unnoticed. Whatever a
document says beyond its terms makes it unreadable.
Specs: https://www.w3.org/TR/vc-data-model-2.0/, https://www.w3.org/TR/vc-data-integrity/
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.canonical import canonical, parse_strict
from core.clock import to_text
from core.errors import BadInput, BadProof, BadTerms
from core.integrity import PROOFS_MAX, ProofOptions
from core.keys import verification_method
from licensing.models import Terms
from licensing.policy import policy_of
from licensing.policyreading import terms_from_policy
from licensing.status import LIST_BITS
from registry.custody import agency_key_of, custody_document
from registry.models.heldkeys import AgencyKey

CREDENTIALS_V2 = "https://www.w3.org/ns/credentials/v2"
CONTEXT_PATH = "/ns/licence/v1"
PROFILE_PATH = "/ns/likeness"
STATUS_PATH = "/status/"
LICENCE_TYPE = "LikenessConsentLicence"
REVOCATION, SUSPENSION = "revocation", "suspension"
LICENCE_BYTES_MAX = 1024 * 1024
# Issuer, guardians and registry stay within the proofs that a document may carry.
GUARDIANS_MAX = PROOFS_MAX - 2

_UUID_URN = re.compile(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    """All that a licence document says; `licence_document` writes it, `licence_facts` reads it.

    `subject_id` is the licensee's own identifier (a DID where it has published one), `guardians`
    the did:keys of those who must sign beside the performer, in their order. `suspendable` ones
    name the list of suspensions beside that of revocations; older licences do not. `agency_key`
    says who held the performer's key and by which mandate; `None` where nobody but the performer.
    """

    vc_id: str
    issuer: str
    subject_id: str
    terms: Terms
    status_list: int
    status_index: int
    base_url: str
    guardians: tuple[str, ...] = ()
    suspendable: bool = False
    agency_key: AgencyKey | None = None

    @property
    def status_url(self) -> str:
        """Where the status list of this licence is published."""
        return status_url(self.base_url, self.status_list)

    @property
    def suspension_url(self) -> str:
        """Where the list of suspensions is published; the licence's place in it is the same."""
        return suspension_url(self.status_url)


def suspension_url(list_url: str) -> str:
    """Where the list of suspensions lies beside a list of revocations; its places are the same."""
    return f"{list_url}/suspension"


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
        "credentialStatus": _status(facts),
        "credentialSubject": {
            "id": facts.subject_id,
            **({"guardian": list(facts.guardians)} if facts.guardians else {}),
            **held_by(facts.agency_key),
            "policy": policy_of(facts.terms, profile=facts.base_url + PROFILE_PATH),
        },
    }


def held_by(declared: AgencyKey | None) -> dict[str, object]:
    """The member of a subject that says who held the key; none where the performer did."""
    return {} if declared is None else {"agencyKey": custody_document(declared)}


def holder_in(subject: Mapping[str, Any]) -> AgencyKey | None:
    """What `held_by` wrote into a subject; raises TypeError, KeyError or ValueError for no such."""
    return agency_key_of(subject["agencyKey"]) if "agencyKey" in subject else None


def _status(facts: LicenceFacts) -> object:
    revoked = _entry(REVOCATION, facts.status_index, facts.status_url)
    if not facts.suspendable:
        return revoked
    return [revoked, _entry(SUSPENSION, facts.status_index, facts.suspension_url)]


def _entry(purpose: str, index: int, address: str) -> dict[str, str]:
    return {
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": address,
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


def signer_proof_id(proof_id: str, issuer: str, signer: str) -> str:
    """The id of one signer's proof: the performer's as drafted, a guardian's derived from it."""
    return proof_id if signer == issuer else uuid.uuid5(uuid.UUID(proof_id), signer).urn


def registry_options(registry_did: str, created: datetime, *earlier: str) -> ProofOptions:
    """The terms of the last proof, which covers the earlier ones that are named by their ids."""
    return ProofOptions(
        verification_method=verification_method(registry_did),
        created=to_text(created),
        previous_proof=earlier[0] if len(earlier) == 1 else earlier,
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


def chained_proofs(document: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """The proofs of issuer, guardians and registry, in this order; BadProof unless just these.

    The registry's is made by somebody else than the signers and names every one of theirs.
    """
    signers = (document.get("issuer"), *_guardians(document))
    proofs = document.get("proof")
    if not isinstance(proofs, list) or len(proofs) != len(signers) + 1:
        raise _bad_chain(
            "A licence carries one proof by the performer, one by each guardian whom it names, "
            "and the registry's."
        )
    *earlier, last = proofs
    if not all(isinstance(proof, Mapping) for proof in proofs):
        raise _bad_chain("A proof is not an object.")
    methods = [_method(signer) for signer in signers]
    if [proof.get("verificationMethod") for proof in earlier] != methods:
        raise _bad_chain("A proof is not made with the key of performer or guardian, in order.")
    if any("previousProof" in proof or not isinstance(proof.get("id"), str) for proof in earlier):
        raise _bad_chain("A proof of performer or guardian must carry an id and build on no other.")
    ids = [proof["id"] for proof in earlier]
    covered = last.get("previousProof")
    if len({*ids, last.get("id")}) <= len(ids) or covered != (ids if len(ids) > 1 else ids[0]):
        raise _bad_chain("The registry's proof does not build on all the others.")
    if last.get("verificationMethod") in methods or len(set(methods)) < len(methods):
        raise _bad_chain("Two proofs are made with the same key.")
    return tuple(proofs)


def names_guardians(data: bytes) -> bool:
    """Whether a canonical licence names guardians, told without reading all of it.

    Within a text every quote is escaped, so these bytes are the member and nothing else.
    """
    return b'"guardian":[' in data


def _guardians(document: Mapping[str, Any]) -> list[Any]:
    subject = document.get("credentialSubject")
    named = subject.get("guardian", []) if isinstance(subject, Mapping) else []
    return named if isinstance(named, list) else []


def _method(signer: object) -> str:
    if not isinstance(signer, str):
        raise _bad_chain("A signer is not named by a key.")
    return verification_method(signer)


def _read(unsigned: Mapping[str, Any]) -> LicenceFacts:
    base_url = unsigned["@context"][1].removesuffix(CONTEXT_PATH)
    listed = unsigned["credentialStatus"]
    suspendable = isinstance(listed, list)
    status = listed[0] if suspendable else listed
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
    terms = terms_from_policy(subject["policy"], profile=base_url + PROFILE_PATH)
    agency_key = holder_in(subject)
    if agency_key is not None and not terms.formation.agency_key:
        raise ValueError("the agreement does not say what its subject does")
    return LicenceFacts(
        vc_id=unsigned["id"],
        issuer=unsigned["issuer"],
        subject_id=subject["id"],
        terms=terms,
        status_list=int(number),
        status_index=int(index),
        base_url=base_url,
        guardians=_named(subject.get("guardian", [])),
        suspendable=suspendable,
        agency_key=agency_key,
    )


def _named(guardians: Any) -> tuple[str, ...]:
    if not isinstance(guardians, list) or not all(isinstance(did, str) for did in guardians):
        raise TypeError("a list of texts expected")
    if len(guardians) > GUARDIANS_MAX:
        raise ValueError("too many guardians")
    return tuple(guardians)


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
