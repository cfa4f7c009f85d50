"""One signature with a key that is held for an agency, once two of the agency's people want it.

Each asks for the same document by the same call; whoever asks first waits, whoever asks second
approves and has it signed. Where one person runs the registry alone the signature says so instead.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core import approvals, keys, log
from core.approvalrows import Approval
from core.db import is_single_operator, next_seq
from core.errors import NotAllowed
from core.ids import new_id
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from registry.heldkeys import DAY, check_uses, silent
from registry.models.heldkeys import HeldKey, HeldKeyUse, Signed
from registry.models.works import KindOfUse
from registry.service.heldkeys import SCOPE, require_grown
from registry.service.heldnotes import note, tell
from registry.service.heldseals import open_key
from registry.store import heldkeys, heldkeyuses, mandates, people

ACTION = "heldkey.sign"
ROLES = frozenset({"admin", "agent"})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be signed: the bytes, and which document they are of."""

    what: Signed
    subject_id: str
    signing_input: bytes
    kinds: tuple[KindOfUse, ...] = ()

    @property
    def sha256(self) -> str:
        """The digest (hex) by which two people agree on the same document."""
        return hashlib.sha256(self.signing_input).hexdigest()


def sign_with(
    session: Session,
    vault: Vault,
    principal: Principal,
    item: HeldKey,
    wanted: Wanted,
    *,
    per_day: int,
    now: datetime,
) -> bytes | Approval:
    """The signature (64 bytes), or what still waits for a second person; call it in `write()`.

    `principal` is of the holder. Raises `NotAllowed` for anybody else, for whoever is no agent and
    where the mandate does not cover it, `Conflict` for a minor, the dead and past the day's limit.
    """
    # Load.
    require(principal, SCOPE)
    capability = SearchCapability("held-key-use", wanted.subject_id)
    # Decide.
    require_agent(session, principal, item)
    require_speaking(session, item, wanted.kinds, now)
    check_uses(heldkeyuses.times_since(session, capability, item.id, now - DAY), per_day, now)
    agreed = _agreed(session, principal, item, wanted, now)
    if isinstance(agreed, Approval):
        return agreed
    # Save.
    private = open_key(vault, item, heldkeys.sealed_of(session, capability, item.id))
    use = _use(item, wanted, agreed, single=is_single_operator(session), now=now)
    _record(session, principal, item, replace(use, seq=next_seq(session)))
    return keys.sign(private, wanted.signing_input)


def require_speaking(
    session: Session, item: HeldKey, kinds: Collection[KindOfUse], now: datetime
) -> None:
    """Return while the key may sign for these kinds of use; raise `NotAllowed` or `Conflict`."""
    side = system(item.tenant_id)
    require_grown(people.require_standing(session, side, item.performer_id), now)
    mandate = mandates.get_mandate(session, side, item.declared.mandate_id)
    reasons = silent(item, mandate, kinds=kinds, at=now)
    if reasons:
        raise NotAllowed(
            f"This key signs no more, or not this: {', '.join(one.code for one in reasons)}.",
            next_step="Have the performer sign, or give another mandate to hold-key.",
            code=reasons[0].code,
            reasons=reasons,
        )


def require_agent(session: Session, principal: Principal, item: HeldKey) -> None:
    """Return for an agent or administrator of the holder's; a key or worker is nobody."""
    if principal.tenant_id != item.declared.holder_id:
        raise NotAllowed(
            "Only the organisation that a key is held for signs with it.",
            next_step="Ask that organisation.",
            code="not-the-holder",
        )
    if is_single_operator(session):
        return
    if principal.person is None or not principal.roles & ROLES:
        raise NotAllowed(
            "Two agents or administrators sign with a held key, each as a person.",
            next_step="Sign in as yourself: ebenbild account sign-in ADDRESS.",
            code="person-needed",
        )


def uses_of(
    session: Session,
    principal: Principal,
    *,
    performer_id: str = "",
    key_id: str = "",
    before_seq: int | None = None,
    limit: int = 100,
) -> tuple[HeldKeyUse, ...]:
    """Who used the keys of the caller's performers, or that the caller holds, newest first."""
    require(principal, SCOPE)
    return heldkeyuses.uses_of(
        session,
        principal,
        performer_id=performer_id,
        key_id=key_id,
        before_seq=before_seq,
        limit=min(limit, heldkeyuses.PAGE_MAX),
    )


def _agreed(
    session: Session, principal: Principal, item: HeldKey, wanted: Wanted, now: datetime
) -> str | Approval:
    """The approval's id, empty where one person is alone; or the proposal that waits."""
    if is_single_operator(session):
        return ""
    payload = {"key": item.id, "what": wanted.what.value, "sha256": wanted.sha256}
    holder = item.declared.holder_id
    if not approvals.is_approved(session, ACTION, wanted.subject_id, payload):
        waits = approvals.propose(
            session,
            principal,
            action=ACTION,
            subject_id=wanted.subject_id,
            payload=payload,
            roles=ROLES,
            tenant_id=holder,
            now=now,
        )
        if waits.proposed_person == principal.person:
            return waits
        approvals.decide(session, principal, waits.id, approve=True, note="", now=now)
    done = approvals.require_approved(
        session, ACTION, wanted.subject_id, payload, tenant_id=holder, now=now
    )
    return done.id


def _use(
    item: HeldKey, wanted: Wanted, approval_id: str, *, single: bool, now: datetime
) -> HeldKeyUse:
    return HeldKeyUse(
        id=new_id("hku"),
        tenant_id=item.tenant_id,
        performer_id=item.performer_id,
        key_id=item.id,
        holder_id=item.declared.holder_id,
        what=wanted.what,
        subject_id=wanted.subject_id,
        sha256=wanted.sha256,
        approval_id=approval_id,
        single_operator=single,
        at=now,
        seq=0,
    )


def _record(session: Session, principal: Principal, item: HeldKey, use: HeldKeyUse) -> None:
    heldkeyuses.add_use(session, use)
    signed = {"what": use.what.value, "document": use.subject_id}
    note(session, principal, "heldkey.used", item, use.at, approval=use.approval_id, **signed)
    payload = {"key": item.did, "sha256": use.sha256}
    log.append(session, kind="key.used", subject_id=use.id, payload=payload, at=use.at)
    tell(session, item, item.tenant_id, "heldkey.used", use.at, **signed)
