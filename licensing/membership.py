"""What a performer signs to join a group: that its suspensions and frameworks reach his licences.

A Data Integrity document under the performer's own key, rebuilt from kept bytes and compared, as
licences are. Spec: https://www.w3.org/TR/vc-data-integrity/
"""

from datetime import datetime

from core import integrity
from core.canonical import canonical, parse_strict
from core.clock import to_text
from core.integrity import ProofOptions
from core.keys import verification_method
from licensing.models_suspension import Group, Membership, MembershipDraft
from licensing.policy import PERFORMER_URN

URN = "urn:ebenbild:membership:"
GROUP_URN = "urn:ebenbild:group:"


def membership_document(
    membership_id: str, group: Group, performer_id: str, did: str, at: datetime
) -> dict[str, object]:
    """The unsigned statement of joining, made at `at`."""
    return {
        "id": URN + membership_id,
        "type": "GroupMembership",
        "member": PERFORMER_URN + performer_id,
        "key": did,
        "group": GROUP_URN + group.id,
        "groupName": group.name,
        "says": "The group may suspend and restore reliance on my licences for all its members.",
        "created": to_text(at),
    }


def signing_request(membership: Membership) -> MembershipDraft:
    """What is to be signed; the same for the same draft at any time."""
    document = parse_strict(membership.document)
    options = ProofOptions(verification_method(str(document["key"])), str(document["created"]))
    return MembershipDraft(
        membership.id, document, options, integrity.signing_input(document, options)
    )


def signed_statement(membership: Membership, signature: bytes) -> bytes:
    """The bytes to keep: the statement with its proof; raises `BadProof` when it does not hold."""
    draft = signing_request(membership)
    signed = integrity.attach(draft.document, draft.options, signature)
    integrity.verify(signed, expected={draft.options.verification_method})
    return canonical(signed)
