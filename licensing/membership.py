"""What a performer signs to join a group: that its suspensions and frameworks reach his licences.

A Data Integrity document under the performer's own key, rebuilt from kept bytes and compared, as
licences are. Spec: https://www.w3.org/TR/vc-data-integrity/
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.canonical import canonical, parse_strict
from core.clock import to_text
from licensing.models_suspension import Group, Membership
from licensing.policy import PERFORMER_URN
from registry.cosigning import to_sign, with_proofs
from registry.models.people import SigningRequest

URN = "urn:ebenbild:membership:"
GROUP_URN = "urn:ebenbild:group:"


def membership_document(
    membership_id: str,
    group: Group,
    performer_id: str,
    signers: Sequence[str],
    at: datetime,
) -> dict[str, object]:
    """The unsigned statement of joining, made at `at`.

    `signers` are the did:keys of the performer and of every guardian who has to sign too.
    """
    did, *guardians = signers
    return {
        "id": URN + membership_id,
        "type": "GroupMembership",
        "member": PERFORMER_URN + performer_id,
        "key": did,
        "group": GROUP_URN + group.id,
        "groupName": group.name,
        "says": "The group may suspend and restore reliance on my licences for all its members.",
        "created": to_text(at),
        **({"guardians": guardians} if guardians else {}),
    }


def signing_request(membership: Membership) -> SigningRequest:
    """What performer and guardians are to sign; the same for the same draft at any time."""
    document = parse_strict(membership.document)
    return to_sign(membership.id, document, signers_of(document), str(document["created"]))


def signers_of(document: Mapping[str, Any]) -> tuple[str, ...]:
    """The did:keys of everybody who has to sign a statement of joining, the performer's first."""
    return (str(document["key"]), *(str(did) for did in document.get("guardians", ())))


def signed_statement(membership: Membership, signatures: Mapping[str, bytes]) -> bytes:
    """The bytes to keep: the statement with every proof that is due, by verification method.

    Raises `BadProof` when one is missing or does not hold.
    """
    document = parse_strict(membership.document)
    created = str(document["created"])
    return canonical(with_proofs(document, signers_of(document), signatures, created))
