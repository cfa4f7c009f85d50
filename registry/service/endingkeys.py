"""The end of a key that is held for an agency: by either side in one call, or by what it rested on.

The row of the private key goes in the transaction, its data key after it, so that neither is left
where the other is gone; what was signed before stays as it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import log
from core.db import next_seq
from core.errors import NotFound
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from registry.models.heldkeys import EndOfHolding, HeldKey
from registry.models.mandates import Act
from registry.service.acting import represent
from registry.service.heldnotes import note, tell
from registry.store import heldkeys

SCOPE = "licences"
SUBJECT = "hky_"
_AT_ONCE = 200


def end_key(session: Session, principal: Principal, key_id: str, *, now: datetime) -> HeldKey:
    """Destroy a key at once, from either side and without a reason; twice is once.

    Call it in `write()`, and `shred` once that is committed. Raises `NotFound` for whoever has no
    part in it, `NotAllowed` for an agent of the performer's side whom no mandate lets revoke.
    """
    # Load.
    require(principal, SCOPE)
    item = heldkeys.find_key(session, SearchCapability("held-key-end", key_id), key_id)
    held = item is not None and item.declared.holder_id == principal.tenant_id
    # Decide.
    if item is None:
        raise heldkeys.absent()
    if not held:
        _represent(session, principal, item, now)
    if item.ended_at is not None:
        return item
    why = EndOfHolding.HOLDER if held else EndOfHolding.PERFORMER
    # Save.
    note(session, principal, "heldkey.ended", item, now)
    return _end(session, item, why, now)


def end_all(
    session: Session,
    *,
    performer_id: str = "",
    mandate_id: str = "",
    why: EndOfHolding,
    now: datetime,
) -> tuple[HeldKey, ...]:
    """End every key of a performer, or under a mandate, because of what happened to these."""
    capability = SearchCapability("held-key-end", performer_id or mandate_id)
    found = heldkeys.living(session, capability, performer_id=performer_id, mandate_id=mandate_id)
    return tuple(_end(session, item, why, now) for item in found)


def end_due(session: Session, capability: SearchCapability, *, at: datetime) -> int:
    """End keys whose mandate is over; returns how many."""
    due = heldkeys.living(session, capability, due=at, limit=_AT_ONCE)
    for item in due:
        _end(session, item, EndOfHolding.MANDATE, at)
    return len(due)


def shred(
    session: Session,
    vault: Vault,
    capability: SearchCapability,
    *,
    key_ids: Sequence[str] | None = None,
) -> int:
    """Destroy the data keys of keys that have ended, backups included; returns how many.

    Of these or of all. Call it after the end is committed; may run twice.
    """
    sealing = vault.subjects(SUBJECT) if key_ids is None else tuple(key_ids)
    over = [
        key_id
        for start in range(0, len(sealing), _AT_ONCE)
        for key_id in heldkeys.ended_ids(session, capability, sealing[start : start + _AT_ONCE])
    ]
    for key_id in over:
        vault.erase(key_id)
    return len(over)


def _represent(session: Session, principal: Principal, item: HeldKey, now: datetime) -> None:
    try:
        represent(session, principal, item.performer_id, Act.REVOKE, scope=SCOPE, now=now)
    except NotFound:
        raise heldkeys.absent() from None


def _end(session: Session, item: HeldKey, why: EndOfHolding, now: datetime) -> HeldKey:
    ended = replace(item, ended_at=now, ended_seq=next_seq(session), why=why)
    capability = SearchCapability("held-key-end", item.id)
    heldkeys.end(session, capability, ended, at=now, seq=ended.ended_seq or 0)
    payload = {"key": item.did, "why": why.value}
    log.append(session, kind="key.ended", subject_id=item.id, payload=payload, at=now)
    for tenant_id in {item.tenant_id, item.declared.holder_id}:
        tell(session, item, tenant_id, "heldkey.ended", now)
    return ended
