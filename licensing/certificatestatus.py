"""What the registry says about a certificate today: its state, signed, good for a day.

It is for anybody who holds the certificate, so it names no person and no licence: only codes and
times. Spec of the proof: https://www.w3.org/TR/vc-di-eddsa/
"""

from collections.abc import Mapping, Set
from datetime import datetime, timedelta
from typing import Any

from core import integrity
from core.canonical import canonical
from core.clock import from_text, to_text
from core.errors import BadInput, BadProof
from core.integrity import ProofOptions
from core.keys import PrivateKey
from licensing.certificate import CONTEXT_PATH, state_url
from licensing.credential import CREDENTIALS_V2, parse_signed
from licensing.models_certificate import CertificateState, Standing

TYPE = "CertificateStatus"
VALID_FOR = timedelta(days=1)


def status_document(
    *, base_url: str, issuer: str, certificate_id: str, vc_id: str, found: Standing, at: datetime
) -> dict[str, object]:
    """The unsigned credential; `vc_id` is the certificate's."""
    return {
        "@context": [CREDENTIALS_V2, base_url + CONTEXT_PATH],
        "id": state_url(base_url, certificate_id),
        "type": ["VerifiableCredential", TYPE],
        "issuer": issuer,
        "validFrom": to_text(at),
        "validUntil": to_text(at + VALID_FOR),
        "credentialSubject": {
            "id": vc_id,
            "standing": {
                "state": found.state.value,
                "since": "" if found.since is None else to_text(found.since),
                "reasons": sorted({reason.code for reason in found.reasons}),
            },
        },
    }


def signed_status(
    registry_key: PrivateKey,
    *,
    base_url: str,
    certificate_id: str,
    vc_id: str,
    found: Standing,
    at: datetime,
) -> bytes:
    """Canonical bytes of the state with the registry's proof."""
    document = status_document(
        base_url=base_url,
        issuer=registry_key.did,
        certificate_id=certificate_id,
        vc_id=vc_id,
        found=found,
        at=at,
    )
    options = ProofOptions(registry_key.verification_method, to_text(at))
    return canonical(integrity.sign(document, options, registry_key))


def is_status(data: bytes) -> bool:
    """Whether these bytes say that they are the state of a certificate."""
    try:
        kinds = parse_signed(data).get("type")
    except BadInput:
        return False
    return isinstance(kinds, list) and TYPE in kinds


def read_status(
    data: bytes, *, url: str, vc_id: str, trusted: Set[str], at: datetime
) -> tuple[CertificateState, datetime | None]:
    """State and since when, of the certificate asked about, as its registry said within a day.

    Raises BadProof for another's, an untrusted or a stale one, BadInput for malformed bytes.
    """
    document = parse_signed(data)
    try:
        method = document["proof"]["verificationMethod"]
        signer = method.partition("#")[0]
        subject = document["credentialSubject"]
        about = (document["id"], subject["id"], document["issuer"], document["type"][1])
        said: Mapping[str, Any] = subject["standing"]
        state = CertificateState(said["state"])
        since = from_text(said["since"]) if said["since"] else None
        start, end = from_text(document["validFrom"]), from_text(document["validUntil"])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, BadInput) as exc:
        raise _refused("The document is not the state of a certificate.") from exc
    if method not in trusted or about != (url, vc_id, signer, TYPE):
        raise _refused("The state is of another certificate, or not by a trusted registry.")
    integrity.verify(document, expected={method})
    if not start <= at < end or end - start > VALID_FOR:
        raise _refused("The state is not of today.")
    return state, since


def _refused(message: str) -> BadProof:
    return BadProof(
        message, next_step="Fetch the state from the registry again.", code="bad-status"
    )
