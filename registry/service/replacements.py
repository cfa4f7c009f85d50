"""Replacing a lost signing key without it: asked for by the performer's side, and waited for.

The new key signs its own binding at once; the registry signs last, on the day that stands in it.
Until then anybody of that side, the operator, or the key that was thought lost ends it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import Session

from core.errors import Conflict, NotFound
from core.ids import new_id
from core.keys import PrivateKey, public_from_did
from core.principal import Principal, SearchCapability, holds, require, system
from core.tenants import OPERATOR
from core.visibility import owns
from registry.keyhistory import Authority, Statement, check_new_key, read_statement
from registry.minority import is_minor, minority_in
from registry.models.people import KeyDraft, Performer
from registry.models.replacements import Replacement, ReplacementState
from registry.replacing import (
    PENDING,
    check_pending,
    check_signed_in_time,
    needs_voucher,
    state_of,
)
from registry.service import keys
from registry.service.acting import speaks_alone
from registry.service.attesting import ATTEST
from registry.service.replacementnotes import tell
from registry.service.vouching import vouched
from registry.store import keys as bound
from registry.store import people
from registry.store import replacements as store

SCOPE = "performers"
ALONE = "performer"
_CAPABILITY = SearchCapability("key-replacement", "own")


def draft_replacement(
    session: Session,
    principal: Principal,
    performer_id: str,
    did: str,
    *,
    second_factor: bool,
    waiting: timedelta,
    registry_did: str,
    base_url: str,
    now: datetime,
) -> KeyDraft:
    """Make the binding of a new key that begins after `waiting`; its holder signs it at once.

    `second_factor` says whether the caller proved just now that it is him, by more than a password.
    Raises `Conflict` where no key speaks, after a death, and while another replacement waits.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.require_standing(session, principal, performer_id)
    public_from_did(did)
    begins = now + waiting
    # Decide.
    _check_living(performer)
    present = keys.require_key(session, performer_id, now)
    check_new_key(bound.bindings(session, performer_id), did, begins)
    _check_none_waits(session, performer_id, now)
    statement = Statement(
        binding_id=new_id("kbd"),
        registry=registry_did,
        performer_id=performer_id,
        did=did,
        replaces=present,
        authority=Authority.IDENTITY,
        valid_from=begins,
    )
    draft = replace(keys.draft_of(statement, base_url=base_url), id=new_id("krp"))
    # Save.
    item = Replacement(
        id=draft.id,
        tenant_id=performer.tenant_id,
        performer_id=performer_id,
        did=did,
        replaces=present,
        document=draft.document,
        begins_at=begins,
        drafted_at=now,
        asked_by=principal.person,
        needs_voucher=voucher_needed(principal, performer, second_factor=second_factor, now=now),
    )
    store.add(session, item)
    return draft


def sign_replacement(
    session: Session, principal: Principal, replacement_id: str, possession: bytes, *, now: datetime
) -> Replacement:
    """Keep the new key's signature: from now on everybody knows, and may stop it.

    Raises `BadProof` where it does not hold, `Conflict` for a draft that is signed, old or not
    alone, `NotFound` for what another account drafted.
    """
    # Load.
    item = _own(session, principal, replacement_id)
    if item.asked_by != principal.person:
        raise _absent()
    people.require_standing(session, principal, item.performer_id)
    # Decide.
    check_signed_in_time(item, now)
    _check_none_waits(session, item.performer_id, now)
    keys.check_possession(read_statement(item.document), item.document, possession)
    # Save.
    asked = replace(item, possession=possession, asked_at=now)
    return _save(session, principal, asked, "ownkey.lost", now)


def vouch(
    session: Session, principal: Principal, replacement_id: str, *, now: datetime
) -> tuple[Replacement, str]:
    """Say that the performer asks: an attester alone, or two of the operator's people.

    Returns it with the id of the approval that still waits for the second one, empty if none does.
    Raises `Conflict` for what needs nobody's word any more, `NotAllowed` for everybody else.
    """
    # Load.
    require(principal, ATTEST)
    item = store.get(session, _CAPABILITY, replacement_id)
    # Decide.
    check_pending(item, now)
    if state_of(item, now) is not ReplacementState.UNVOUCHED:
        raise Conflict("Nobody has to vouch for this.", next_step="It begins by itself.")
    waits = vouched(session, principal, item, now)
    if waits:
        return item, waits
    # Save.
    made = replace(item, voucher=principal.person or principal.subject, vouched_at=now)
    return _save(session, principal, made, "ownkey.vouched", now), ""


def stop(
    session: Session, principal: Principal, replacement_id: str, *, now: datetime
) -> Replacement:
    """End it before it begins, from the performer's side or the operator's, without a reason."""
    # Load.
    if principal.tenant_kind == OPERATOR and holds(principal, "admin"):
        item = store.get(session, _CAPABILITY, replacement_id)
    else:
        item = _own(session, principal, replacement_id)
    # Decide.
    check_pending(item, now)
    # Save.
    return _save(session, principal, replace(item, stopped_at=now), "ownkey.stopped", now)


def bind_due(
    session: Session, registry_key: PrivateKey, capability: SearchCapability, *, at: datetime
) -> int:
    """Bind what has waited long enough, and end what nobody vouched for; returns how many."""
    due = [item for item in store.pending(session, capability) if item.begins_at <= at]
    for item in due:
        side = system(item.tenant_id)
        if state_of(item, at) is ReplacementState.WAITING and _stands(session, side, item):
            statement = read_statement(item.document)
            signed = keys.signed_binding(
                statement, item.document, registry_key, possession=item.possession or b"", at=at
            )
            keys.keep_binding(session, statement, signed, tenant_id=item.tenant_id, now=at)
            _save(session, side, replace(item, bound_at=at), "ownkey.replaced", at)
        else:
            _save(session, side, replace(item, stopped_at=at), "ownkey.stopped", at)
    return len(due)


def replacements_of(
    session: Session, principal: Principal, performer_id: str
) -> tuple[Replacement, ...]:
    """What was asked for a performer of the caller's, newest first."""
    require(principal, SCOPE)
    people.get_performer(session, principal, performer_id)
    return store.of_performer(session, principal, performer_id)


def unvouched(
    session: Session, principal: Principal, *, now: datetime
) -> tuple[tuple[Replacement, Performer], ...]:
    """What waits for somebody who knows the performer, for attesters, whoever's it is."""
    require(principal, ATTEST)
    return tuple(
        (item, people.get_performer(session, system(item.tenant_id), item.performer_id))
        for item in store.pending(session, SearchCapability("attestation", principal.subject))
        if state_of(item, now) is ReplacementState.UNVOUCHED
    )


def voucher_needed(
    principal: Principal, performer: Performer, *, second_factor: bool, now: datetime
) -> bool:
    """Whether somebody else has to say that it is the performer who asks."""
    return needs_voucher(
        second_factor=second_factor,
        own_person=principal.tenant_kind == ALONE and speaks_alone(principal),
        minor=is_minor(minority_in(performer), now),
    )


def _own(session: Session, principal: Principal, replacement_id: str) -> Replacement:
    require(principal, SCOPE)
    item = store.get(session, _CAPABILITY, replacement_id)
    if not owns(item, principal):
        raise _absent()
    return item


def _absent() -> NotFound:
    return NotFound("There is no such replacement of a key.", next_step="Check its id.")


def _check_living(performer: Performer) -> None:
    if performer.deceased_on is not None:
        raise Conflict(
            "This performer died: two people of the operator's bind the key of an heir.",
            next_step="Send the operator the key that one of the heirs was named with.",
            code="heirs-key",
        )


def _check_none_waits(session: Session, performer_id: str, now: datetime) -> None:
    found = store.pending(session, _CAPABILITY, performer_id=performer_id)
    if any(state_of(item, now) in PENDING for item in found):
        raise Conflict(
            "Another key is about to follow already.",
            next_step="Wait for it, or stop it first.",
            code="replacement-waits",
        )


def _stands(session: Session, side: Principal, item: Replacement) -> bool:
    """Whether the performer lives here still, and the lost key is the last that was bound."""
    performer = people.get_performer(session, side, item.performer_id)
    last = bound.bindings(session, item.performer_id)[-1]
    alive = performer.erased_at is None and performer.deceased_on is None
    return alive and last.did == item.replaces and last.valid_from < item.begins_at


def _save(
    session: Session, principal: Principal, item: Replacement, what: str, now: datetime
) -> Replacement:
    store.save_standing(session, _CAPABILITY, item)
    tell(session, principal, item, what, now)
    return item
