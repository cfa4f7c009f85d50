"""A guardian's lost key: two people of the operator's bind another to the same custody.

Nobody reads the papers again: who has custody has not changed, only what that person signs with.
The operator's people have seen who asks, and that side is told at once.
"""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import audit, log, notices
from core.approvalrows import Approval
from core.errors import Conflict
from core.ids import new_id
from core.keys import public_from_did
from core.principal import Principal, SearchCapability, system
from core.vault import Vault
from registry.models.guardianship import Guardian
from registry.service.sealedtexts import open_guardian, seal_guardian
from registry.service.twopeople import agreed, require_operator
from registry.store import guardians

REKEY = "guardian.rekey"
DONE = "guardian.rekeyed"


def rekey_guardian(
    session: Session,
    vault: Vault,
    principal: Principal,
    guardian_id: str,
    did: str,
    *,
    now: datetime,
) -> tuple[Guardian, Approval | None]:
    """The guardian who signs with `did` from now on, once two of the operator's people agree.

    Until then the guardian as it was, and the proposal that waits. Raises `NotAllowed` for
    everybody else, `Conflict` where the right has ended or the key is a guardian's already,
    `BadProof` for what is no Ed25519 did:key.
    """
    # Load.
    require_operator(principal)
    capability = SearchCapability("guardianship", guardian_id)
    item = guardians.get_guardian(session, capability, guardian_id)
    side = system(item.tenant_id)
    known = guardians.list_guardians(session, side, item.performer_id)
    # Decide.
    public_from_did(did)
    if item.until is not None:
        raise Conflict("This guardian's right has ended.", next_step="Nothing more is needed.")
    if any(one.did == did and one.until is None for one in known):
        raise Conflict("A guardian with this key is named already.", code="guardian-known")
    payload = {"performer": item.performer_id, "guardian": guardian_id, "did": did}
    waits = agreed(session, principal, REKEY, guardian_id, payload, now=now)
    if waits is not None:
        return item, waits
    # Save.
    made = _follower(vault, item, did, now)
    guardians.end(session, capability, guardian_id, at=now)
    guardians.add_guardian(session, made)
    guardians.take_over_readings(session, capability, guardian_id, made)
    if item.proved_at is not None:
        guardians.prove(session, capability, made.id, at=now)
    _tell(session, principal, item, made, now)
    return guardians.get_guardian(session, capability, made.id), None


def _follower(vault: Vault, item: Guardian, did: str, now: datetime) -> Guardian:
    """The same custody with another key, its name sealed for the new row."""
    made = replace(item, id=new_id("gua"), did=did, since=now, recorded_at=now, sealed_name=b"")
    name = open_guardian(vault, item)
    sealed = seal_guardian(
        vault, name, tenant_id=item.tenant_id, child=item.performer_id, guardian=made.id
    )
    return replace(made, sealed_name=sealed)


def _tell(
    session: Session, principal: Principal, item: Guardian, made: Guardian, now: datetime
) -> None:
    """Both trails, the public log, and whoever speaks for the child."""
    told = {"guardian": made.id, "replaces": item.id, "key": made.did}
    for trail in {principal.tenant_id: principal, item.tenant_id: system(item.tenant_id)}.values():
        audit.record(
            session, trail, action=DONE, subject_id=item.performer_id, details=told, now=now
        )
    log.append(session, kind=DONE, subject_id=item.performer_id, payload=told, at=now)
    notices.notify(
        session,
        tenant_id=item.tenant_id,
        person=None,
        kind=DONE,
        subject_id=item.performer_id,
        facts={},
        now=now,
    )
