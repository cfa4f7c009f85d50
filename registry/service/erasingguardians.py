"""What of a guardian goes when the guardian asks, and what stays with the child's consents.

The name and the account go. The public key and the time of the custody stay, because every consent
that was signed for the child rests on them; they go with the child's own erasure, but for the keys
inside documents that were signed. As everywhere, the key of what is sealed is destroyed after the
row is gone: `shred_guardian` may run twice.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import answers, audit, integrity, log
from core.canonical import canonical
from core.clock import to_text
from core.errors import Conflict, NotFound
from core.integrity import ProofOptions
from core.keys import PrivateKey, verification_method
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from core.visibility import owns
from registry.models.guardianship import Guardian
from registry.privacy.receipts import guardian_receipt
from registry.service.guardians import SCOPE, get_guardian
from registry.service.sealedtexts import open_guardian
from registry.store import guardians


@dataclass(frozen=True, slots=True)
class GuardianErased:
    """The guardian as it stays, and the signed receipt."""

    guardian: Guardian
    receipt: bytes


def erase_guardian(
    session: Session,
    vault: Vault,
    registry_key: PrivateKey,
    principal: Principal,
    guardian_id: str,
    *,
    now: datetime,
) -> GuardianErased:
    """Take a guardian's name and account away once the custody has ended; gives the receipt.

    Call `shred_guardian` when this is committed. Raises `NotFound` for another side's, `Conflict`
    while the guardian speaks for the child and when it was done already.
    """
    # Load.
    require(principal, SCOPE)
    item = get_guardian(session, principal, guardian_id)
    if not owns(item, principal):  # attesters see everybody's
        raise NotFound("There is no such guardian.", next_step="Check the guardian id.")
    name = open_guardian(vault, item)
    # Decide.
    if item.until is None or item.until > now:
        raise Conflict(
            "This guardian speaks for the child, and consents rest on who it is.",
            next_step="Wait until the custody has ended (guardian end, or the 18th birthday).",
            code="custody-lasts",
        )
    if not item.sealed_name:
        raise Conflict("This guardian was erased.", next_step="Nothing more is needed.")
    # Save.
    capability = SearchCapability("erasure", guardian_id)
    guardians.erase(session, capability, guardian_id)
    told = answers.drop_mentions(session, item.tenant_id, names=[name], ids=[guardian_id])
    gone = {"name": 1, "account": int(item.person is not None), "answers": told}
    receipt = _signed(registry_key, item, gone, now)
    digest = {"receipt": hashlib.sha256(receipt).hexdigest()}
    subject = item.performer_id
    action = "guardian.erased"
    audit.record(session, principal, action=action, subject_id=subject, details=digest, now=now)
    log.append(session, kind=action, subject_id=guardian_id, payload=digest, at=now)
    return GuardianErased(guardians.get_guardian(session, capability, guardian_id), receipt)


def shred_guardian(vault: Vault, guardian_id: str) -> None:
    """Destroy the key of a guardian's name: it is unreadable in every copy and backup."""
    vault.erase(guardian_id)


def _signed(key: PrivateKey, item: Guardian, gone: dict[str, int], now: datetime) -> bytes:
    document = guardian_receipt(item, registry=key.did, gone=gone, at=now)
    options = ProofOptions(verification_method(key.did), to_text(now))
    return canonical(integrity.sign(document, options, key))
