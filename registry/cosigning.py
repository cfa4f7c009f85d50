"""Documents that several people sign: performer and guardians, each over the same bytes."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from core import integrity
from core.errors import BadProof, Conflict
from core.integrity import ProofOptions
from core.keys import verification_method
from registry.models.guardianship import Guardian
from registry.models.people import SigningRequest

NO_SIGNATURES: Mapping[str, bytes] = MappingProxyType({})


def to_sign(
    request_id: str, document: Mapping[str, object], signers: Sequence[str], created: str
) -> SigningRequest:
    """What the first of `signers` (did:key) signs, with the terms for all others."""
    own, *others = (ProofOptions(verification_method(did), created) for did in signers)
    wanted = integrity.signing_input(document, own)
    return SigningRequest(request_id, document, own, wanted, tuple(others))


def with_proofs(
    document: Mapping[str, object], signers: Sequence[str], given: Mapping[str, bytes], created: str
) -> Mapping[str, object]:
    """The document with the proof of everybody who must sign it, and of nobody else.

    `given` are signatures by verification method; raises `BadProof` when one is missing or bad.
    """
    methods = [verification_method(did) for did in signers]
    missing = [method for method in methods if method not in given]
    if missing:
        raise BadProof(
            f"Not everybody has signed who must: {len(missing)} of {len(methods)} are missing.",
            next_step="Have every guardian sign the same draft, and send all signatures together.",
            code="guardian-signature-missing",
        )
    for method in methods:
        document = integrity.attach(document, ProofOptions(method, created), given[method])
    integrity.verify(document, expected=set(methods))
    return document


def require_same(named: Iterable[str], due: Iterable[Guardian]) -> None:
    """Return when those named in a draft are those who have custody now; else raise `Conflict`."""
    if set(named) != {item.did for item in due}:
        raise Conflict(
            "Other people have custody now than when this was drafted.",
            next_step="Draft it again, and have all of them sign.",
            code="guardians-changed",
        )
