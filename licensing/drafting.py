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
    performer_options,
    registry_options,
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


def signing_request(draft: Draft) -> LicenceDraft:
    """What the performer's program is to sign; the same for the same draft at any time."""
    document = parse_strict(draft.document)
    options = _options(draft)
    signing_input = integrity.signing_input(document, options)
    return LicenceDraft(draft.licence.id, document, options, signing_input)


def countersigned(
    draft: Draft, signature: bytes, registry_key: PrivateKey, *, now: datetime
) -> bytes:
    """The licence file: the draft, the performer's signature, and the registry's over both.

    Raises BadProof when the performer's signature does not hold.
    """
    options = _options(draft)
    once = integrity.attach(parse_strict(draft.document), options, signature)
    integrity.verify(once, expected={options.verification_method})
    second = registry_options(registry_key.did, now, draft.proof_id)
    signed = _bytes(integrity.sign(once, second, registry_key))
    trust = Trust(
        at=max(now, draft.licence.terms.valid_from),
        registry_methods=frozenset({registry_key.verification_method}),
    )
    report = verify_licence_bytes(signed, trust)
    if not report.ok or report.terms != draft.licence.terms:
        raise Broken("a licence that was just signed does not verify")
    return signed


def _options(draft: Draft) -> ProofOptions:
    licence = draft.licence
    return performer_options(licence.performer_did, licence.recorded_at, draft.proof_id)


def _bytes(document: Mapping[str, Any]) -> bytes:
    data = canonical(document)
    if len(data) > LICENCE_BYTES_MAX:
        raise BadTerms(
            "The licence is larger than a megabyte.",
            next_step="Name fewer works, territories or languages, or use several licences.",
            code="licence-too-large",
        )
    return data
