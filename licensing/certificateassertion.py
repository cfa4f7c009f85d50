"""A certificate as assertions of a C2PA manifest: the signed document, and how to find it again.

The document stands in it as JSON; its canonical form gives the signed bytes back, and their hash,
which stands beside, says so. Spec: C2PA 2.2, labels of assertions and soft bindings.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.canonical import canonical
from core.errors import BadInput, BadProof
from licensing.certificate import certificate_facts, state_url
from licensing.credential import parse_signed
from licensing.models_certificate import CertificateFacts

LABEL = "org.ebenbild.clearance-certificate"
SOFT_BINDING = "c2pa.soft-binding"
ALGORITHM = "org.ebenbild.content.1"


@dataclass(frozen=True, slots=True)
class Inside:
    """What was read out of a file: the signed bytes, the receipt of the log (empty without one)."""

    signed: bytes
    receipt: bytes
    facts: CertificateFacts

    @property
    def state_url(self) -> str:
        """Where anybody asks how it stands."""
        return state_url(self.facts.base_url, self.facts.id)


def assertions_of(
    signed: bytes, receipt: str, *, media_sha256: str
) -> tuple[tuple[str, dict[str, Any]], ...]:
    """Labels and data; raises BadProof where it is not about the file of this SHA-256 (hex)."""
    document = parse_signed(signed)
    facts = certificate_facts(document)
    if not media_sha256 or facts.media.sha256 != media_sha256:
        raise BadProof(
            "The certificate is about another file, or does not say about which.",
            next_step="Give the very file that was cleared, certified with its hash (--media).",
        )
    own = {
        "credential": document,
        "sha256": hashlib.sha256(signed).hexdigest(),
        "state": state_url(facts.base_url, facts.id),
        "receipt": receipt,
    }
    return ((LABEL, own), *((SOFT_BINDING, item) for item in _bindings(facts)))


def certificate_in(data: Mapping[str, Any]) -> Inside:
    """Read the assertion of this label; raises BadProof for one that holds no such certificate."""
    try:
        signed = canonical(data["credential"])
        facts = certificate_facts(data["credential"])
        receipt = str(data.get("receipt", "")).encode()
        same = hashlib.sha256(signed).hexdigest() == data["sha256"]
    except (BadInput, KeyError, TypeError, ValueError, AttributeError) as exc:
        raise _none() from exc
    if not same:
        raise _none()
    return Inside(signed, receipt, facts)


def _bindings(facts: CertificateFacts) -> list[dict[str, Any]]:
    """One binding for each part of the content that has a print: the hash of the print."""
    return [
        {
            "alg": ALGORITHM,
            "name": part,
            "blocks": [{"scope": {}, "value": _base64(digest)}],
        }
        for part, digest in sorted(facts.media.content.items())
    ]


def _base64(digest: str) -> str:
    return base64.b64encode(bytes.fromhex(digest)).decode("ascii")


def _none() -> BadProof:
    return BadProof(
        "The assertion holds no certificate of this profile.",
        next_step="Ask whoever gave you the file for the certificate beside it.",
        code="not-a-certificate",
    )
