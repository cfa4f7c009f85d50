"""The published list of revocations as a credential signed by the registry.

It is valid for a day: an old list, however well signed, must not hide a newer revocation.
Spec: https://www.w3.org/TR/vc-bitstring-status-list/#bitstringstatuslistcredential
"""

from collections.abc import Set
from datetime import datetime, timedelta
from typing import Any

from core import integrity
from core.canonical import canonical
from core.clock import from_text, to_text
from core.errors import BadProof
from core.integrity import ProofOptions
from core.keys import PrivateKey
from licensing.credential import CREDENTIALS_V2, REVOCATION, parse_signed
from licensing.status import decode, encode

VALID_FOR = timedelta(days=1)
LIST_TYPE = "BitstringStatusListCredential"


def status_list_document(
    *, url: str, issuer: str, bits: bytes, valid_from: datetime, purpose: str = REVOCATION
) -> dict[str, object]:
    """The unsigned credential of one list, published at `url`."""
    return {
        "@context": [CREDENTIALS_V2],
        "id": url,
        "type": ["VerifiableCredential", LIST_TYPE],
        "issuer": issuer,
        "validFrom": to_text(valid_from),
        "validUntil": to_text(valid_from + VALID_FOR),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose,
            "encodedList": encode(bits),
        },
    }


def signed_status_list(
    registry_key: PrivateKey,
    *,
    url: str,
    bits: bytes,
    valid_from: datetime,
    purpose: str = REVOCATION,
) -> bytes:
    """Canonical bytes of the list, signed; the same list at the same time gives the same bytes."""
    document = status_list_document(
        url=url, issuer=registry_key.did, bits=bits, valid_from=valid_from, purpose=purpose
    )
    options = ProofOptions(registry_key.verification_method, to_text(valid_from))
    return canonical(integrity.sign(document, options, registry_key))


def read_status_list(
    data: bytes, *, url: str, trusted: Set[str], at: datetime, purpose: str = REVOCATION
) -> bytes:
    """Bits of a list that must be the one of `url`, signed by a trusted method and of today.

    Raises BadProof otherwise, BadInput for malformed bytes.
    """
    # 1. The bytes are what they say, in canonical form.
    document = parse_signed(data)
    # 2. They are the list that was asked for, and nothing beside it.
    bits = _bits(document, url, purpose)
    # 3. The issuer signed it and is trusted.
    method = document["proof"].get("verificationMethod")
    if method not in trusted or method.partition("#")[0] != document["issuer"]:
        raise _refused("The status list is not signed by a trusted registry.")
    integrity.verify(document, expected={method})
    # 4. It is neither of tomorrow nor stale.
    if not from_text(document["validFrom"]) <= at < from_text(document["validUntil"]):
        raise _refused("The status list is not of today.")
    return bits


def _bits(document: dict[str, Any], url: str, purpose: str) -> bytes:
    try:
        bits = decode(document["credentialSubject"]["encodedList"])
        wanted: dict[str, object] = status_list_document(
            url=url,
            issuer=document["issuer"],
            bits=bits,
            valid_from=from_text(document["validFrom"]),
            purpose=purpose,
        )
        # Two compressors may pack the same bits differently.
        packed = document["credentialSubject"]["encodedList"]
        wanted["credentialSubject"] = {**_table(wanted["credentialSubject"]), "encodedList": packed}
        if {**wanted, "proof": _table(document["proof"])} != document:
            raise ValueError("other members")
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as exc:
        raise _refused("The document is not the status list that was asked for.") from exc
    return bits


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("table expected")
    return value


def _refused(message: str) -> BadProof:
    return BadProof(
        message,
        next_step="Fetch the status list from its registry again.",
        code="bad-status-list",
    )
