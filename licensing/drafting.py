"""How facts become a draft, and a draft and a signature the exact bytes that are kept.

Both signatures are made over documents that are rebuilt from kept bytes, and the result is
verified as a stranger would before anybody relies on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import integrity
from core.canonical import canonical, parse_strict
from core.errors import BadTerms, Broken
from core.integrity import ProofOptions
from core.keys import PrivateKey
from licensing.credential import (
    LICENCE_BYTES_MAX,
    LicenceFacts,
    licence_document,
    licence_facts,
    performer_options,
    registry_options,
    signer_proof_id,
)
from licensing.models import Licence, LicenceDraft, LicenceState
from licensing.verification import Trust, verify_licence_bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft with its unsigned bytes and the id that the performer's proof must carry."""

    licence: Licence
    document: bytes
    proof_id: str


@dataclass(frozen=True, slots=True)
class DraftIds:
    """The random ids a draft gets from whoever makes it: `lic_..`, `tar_..` and an URN."""

    licence: str
    tariff: str
    proof: str


def new_draft(facts: LicenceFacts, ids: DraftIds, *, tenant_id: str, now: datetime) -> Draft:
    """A fresh draft of these facts; raises BadTerms where it would be larger than a megabyte."""
    licence = Licence(
        id=ids.licence,
        tenant_id=tenant_id,
        vc_id=facts.vc_id,
        terms=facts.terms,
        tariff_id=ids.tariff,
        state=LicenceState.DRAFT,
        performer_did=facts.issuer,
        status_list=facts.status_list,
        status_index=facts.status_index,
        seq=None,
        recorded_at=now,
    )
    return Draft(licence, _bytes(licence_document(facts)), ids.proof)


def signers(draft: Draft) -> tuple[str, ...]:
    """The did:keys that must sign, the performer's first, then the guardians' in their order."""
    return (draft.licence.performer_did, *licence_facts(parse_strict(draft.document)).guardians)


def signing_request(draft: Draft, signer: str | None = None) -> LicenceDraft:
    """What one signer's program is to sign; the same for the same draft at any time.

    `signer` is the did:key of a guardian; without it the performer is asked.
    """
    document = parse_strict(draft.document)
    options = signer_options(draft, signer or draft.licence.performer_did)
    signing_input = integrity.signing_input(document, options)
    return LicenceDraft(draft.licence.id, document, options, signing_input)


def signer_options(draft: Draft, signer: str) -> ProofOptions:
    """The terms of the proof that one signer makes."""
    licence = draft.licence
    proof_id = signer_proof_id(draft.proof_id, licence.performer_did, signer)
    return performer_options(signer, licence.recorded_at, proof_id)


def check_signature(draft: Draft, signer: str, signature: bytes) -> None:
    """Raises BadProof unless the signature over the draft is by this signer."""
    options = signer_options(draft, signer)
    once = integrity.attach(parse_strict(draft.document), options, signature)
    integrity.verify(once, expected={options.verification_method})


def countersigned(
    draft: Draft, signatures: Mapping[str, bytes], registry_key: PrivateKey, *, now: datetime
) -> bytes:
    """The licence file: the draft, every signer's signature by did:key, the registry's over all.

    Raises BadProof when a signature does not hold.
    """
    document = parse_strict(draft.document)
    asked = [signer_options(draft, signer) for signer in signers(draft)]
    for options, signer in zip(asked, signers(draft), strict=True):
        document = integrity.attach(document, options, signatures[signer])
    integrity.verify(document, expected={options.verification_method for options in asked})
    ids = [options.id for options in asked if options.id is not None]
    last = registry_options(registry_key.did, now, *ids)
    signed = _bytes(integrity.sign(document, last, registry_key))
    _check(draft, signed, registry_key, now)
    return signed


def _check(draft: Draft, signed: bytes, registry_key: PrivateKey, now: datetime) -> None:
    trust = Trust(
        at=max(now, draft.licence.terms.valid_from),
        registry_methods=frozenset({registry_key.verification_method}),
    )
    report = verify_licence_bytes(signed, trust)
    if not report.ok or report.terms != draft.licence.terms:
        raise Broken("a licence that was just signed does not verify")


def _bytes(document: Mapping[str, Any]) -> bytes:
    data = canonical(document)
    if len(data) > LICENCE_BYTES_MAX:
        raise BadTerms(
            "The licence is larger than a megabyte.",
            next_step="Name fewer works, territories or languages, or use several licences.",
            code="licence-too-large",
        )
    return data
