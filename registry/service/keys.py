"""Binding keys to performers: drafted by the registry, signed outside of it, then kept.

Two calls, because the private key never comes here. The new key proves that its holder has it;
the present key says that it is to be replaced; the registry signs last and keeps the bytes.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from core import approvals, integrity, log
from core.canonical import canonical
from core.clock import to_text
from core.db import next_seq
from core.errors import BadProof, Conflict, NotFound
from core.ids import new_id
from core.integrity import ProofOptions
from core.keys import PrivateKey, public_from_did, verification_method
from core.principal import Principal, SearchCapability, require, system
from core.tenants import OPERATOR
from registry.keyhistory import (
    Authority,
    Statement,
    check_new_key,
    expected_signers,
    in_force,
    read_statement,
    statement_document,
    with_ends,
)
from registry.models.estates import EstateState
from registry.models.people import KeyBinding, KeyDraft, Performer, SigningRequest
from registry.replacing import silences
from registry.service.replacementnotes import tell
from registry.service.twopeople import agreed
from registry.store import estates, keys, people, replacements

REBIND = "key.rebind"
_LOST = SearchCapability("key-replacement", "found")


def draft_key(
    session: Session,
    principal: Principal,
    performer_id: str,
    did: str,
    *,
    registry_did: str,
    base_url: str,
    now: datetime,
) -> KeyDraft:
    """Make the statement that binds `did` to the performer, to be signed by the key's holder.

    Raises `NotFound` for another tenant's performer (an operator may act for all), `BadProof`
    for what is no Ed25519 did:key, `Conflict` for a key that was bound before.
    """
    # Load.
    owner = _owner(session, principal, performer_id)
    performer = people.get_performer(session, system(owner), performer_id)
    public_from_did(did)
    bindings = keys.bindings(session, performer_id)
    # Decide.
    check_new_key(bindings, did, now)
    present = in_force(bindings, now)
    cuts = people.key_cuts(session, SearchCapability("key-history", performer_id), performer_id)
    silent = bool(present) and not in_force(bindings, now, cuts)
    statement = Statement(
        binding_id=new_id("kbd"),
        registry=registry_did,
        performer_id=performer_id,
        did=did,
        replaces=present[0] if present else None,
        authority=_authority(principal, present, silent=silent),
        valid_from=now,
    )
    draft = draft_of(statement, base_url=base_url)
    if performer.deceased_on is not None:
        _check_heir(session, performer, statement)
    # Save.
    if statement.authority is Authority.OPERATOR:
        _propose(session, principal, statement, now)
    stored = keys.StoredDraft(draft.id, principal.tenant_id, performer_id, draft.document, now)
    keys.add_draft(session, stored)
    return draft


def register_key(
    session: Session,
    registry_key: PrivateKey,
    principal: Principal,
    draft_id: str,
    *,
    possession: bytes,
    authorisation: bytes | None = None,
    now: datetime,
) -> KeyBinding:
    """Keep a drafted binding with its signatures, countersigned by the registry.

    `possession` is the new key's signature, `authorisation` the present key's where the draft
    asks for one. Raises `BadProof` when one does not hold, `Conflict` when another key came in
    between.
    """
    # Load.
    draft = keys.get_draft(session, principal, draft_id)
    statement = read_statement(draft.document)
    tenant_id = _owner(session, principal, statement.performer_id)
    bindings = keys.bindings(session, statement.performer_id)
    # Decide.
    check_new_key(bindings, statement.did, statement.valid_from)
    if statement.authority is Authority.OPERATOR:
        _require_two(session, principal, statement, now)
    signed = signed_binding(
        statement,
        draft.document,
        registry_key,
        possession=possession,
        authorisation=authorisation,
        at=now,
    )
    # Save.
    for waits in replacements.pending(session, _LOST, performer_id=statement.performer_id):
        # Another key speaks from now on: none has to follow the lost one any more.
        stopped = replace(waits, stopped_at=now)
        replacements.save_standing(session, _LOST, stopped)
        tell(session, principal, stopped, "ownkey.stopped", now)
    keys.drop_draft(session, principal, draft_id)
    return keep_binding(session, statement, signed, tenant_id=tenant_id, now=now)


def keep_binding(
    session: Session,
    statement: Statement,
    signed: Mapping[str, Any],
    *,
    tenant_id: str,
    now: datetime,
) -> KeyBinding:
    """Store a binding that everybody signed, with its leaf in the log."""
    binding = KeyBinding(
        id=statement.binding_id,
        performer_id=statement.performer_id,
        did=statement.did,
        valid_from=statement.valid_from,
        valid_until=None,
        seq=next_seq(session),
        statement=canonical(signed),
    )
    keys.add_binding(session, binding, tenant_id=tenant_id, at=now)
    log.append(session, kind="key.bound", subject_id=binding.id, payload=signed, at=now)
    return binding


def keys_at(session: Session, performer_id: str, at: datetime) -> tuple[str, ...]:
    """The did:key that spoke for the performer at `at`; empty when none did."""
    capability = SearchCapability("key-history", performer_id)
    cuts = people.key_cuts(session, capability, performer_id)
    lost = replacements.pending(session, capability, performer_id=performer_id)
    gone = (item.begins_at for item in lost if silences(item, at))
    return in_force(keys.bindings(session, performer_id), at, (*cuts, *gone))


def require_key(session: Session, performer_id: str, at: datetime) -> str:
    """The did:key that speaks for the performer at `at`; raises `Conflict` when none does."""
    issuers = keys_at(session, performer_id, at)
    if not issuers:
        raise Conflict(
            "No key is bound to this performer that may sign now.",
            next_step="Bind the performer's own key first: ebenbild performer rekey.",
            code="no-key",
        )
    return issuers[0]


def key_history(session: Session, performer_id: str) -> tuple[KeyBinding, ...]:
    """Every binding of the performer in order, with the registry-signed statements."""
    return with_ends(keys.bindings(session, performer_id))


def _rebound(statement: Statement) -> dict[str, str]:
    """What exactly two people agree on: this key for this performer."""
    return {"performer": statement.performer_id, "did": statement.did}


def _propose(session: Session, principal: Principal, statement: Statement, now: datetime) -> None:
    """Lay the replacement of a lost key before a second person, unless one approved it already."""
    wanted = _rebound(statement)
    if not approvals.is_approved(session, REBIND, statement.performer_id, wanted):
        approvals.propose(
            session,
            principal,
            action=REBIND,
            subject_id=statement.performer_id,
            payload=wanted,
            now=now,
        )


def _require_two(
    session: Session, principal: Principal, statement: Statement, now: datetime
) -> None:
    wanted = _rebound(statement)
    if agreed(session, principal, REBIND, statement.performer_id, wanted, now=now) is not None:
        raise Conflict(
            "A lost key is replaced once a second person of the operator's approved it.",
            next_step="Have somebody else approve it (ebenbild approval list), then bind it again.",
            code="approval-needed",
        )


def _check_heir(session: Session, performer: Performer, statement: Statement) -> None:
    """After a death the operator binds a key, and only one that an heir was named with."""
    side = system(performer.tenant_id)
    heirs = [
        heir.did
        for item in estates.estates_of(session, side, performer.id)
        if item.state is EstateState.CONFIRMED
        for heir in item.heirs
    ]
    if statement.authority is not Authority.OPERATOR or statement.did not in heirs:
        raise Conflict(
            "This performer died: two people of the operator's bind the key of an heir.",
            next_step="Send the operator the key that one of the heirs was named with.",
            code="heirs-key",
        )


def _owner(session: Session, principal: Principal, performer_id: str) -> str:
    if principal.tenant_kind != OPERATOR:
        require(principal, "performers")
        return people.get_performer(session, principal, performer_id).tenant_id
    require(principal, "admin")
    capability = SearchCapability("key-recovery", performer_id)
    found = people.owners(session, capability, [performer_id])
    if performer_id not in found:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")
    return found[performer_id]


def _authority(principal: Principal, present: tuple[str, ...], *, silent: bool) -> Authority:
    if not present:
        return Authority.FIRST
    if principal.tenant_kind == OPERATOR:
        return Authority.OPERATOR
    return Authority.AGE if silent else Authority.PREVIOUS_KEY


def draft_of(statement: Statement, *, base_url: str) -> KeyDraft:
    """The statement with what its keys are to sign."""
    document = statement_document(statement, base_url=base_url)

    def request(did: str) -> SigningRequest:
        options = _options(did, to_text(statement.valid_from))
        signing_input = integrity.signing_input(document, options)
        return SigningRequest(statement.binding_id, document, options, signing_input)

    asked = statement.authority is Authority.PREVIOUS_KEY and statement.replaces is not None
    return KeyDraft(
        id=statement.binding_id,
        document=document,
        possession=request(statement.did),
        authorisation=request(statement.replaces) if asked and statement.replaces else None,
    )


def signed_binding(
    statement: Statement,
    document: Mapping[str, Any],
    registry_key: PrivateKey,
    *,
    possession: bytes,
    authorisation: bytes | None = None,
    at: datetime,
) -> dict[str, Any]:
    """The statement with the proofs it needs, the registry's last; raises `BadProof`."""
    created = to_text(statement.valid_from)
    signed = integrity.attach(document, _options(statement.did, created), possession)
    if statement.authority is Authority.PREVIOUS_KEY and statement.replaces is not None:
        options = _options(statement.replaces, created)
        signed = integrity.attach(signed, options, _required(authorisation))
    registry_options = ProofOptions(registry_key.verification_method, to_text(at))
    signed = integrity.sign(signed, registry_options, registry_key)
    integrity.verify(signed, expected=expected_signers(statement))
    return signed


def check_possession(statement: Statement, document: Mapping[str, Any], possession: bytes) -> None:
    """Raises `BadProof` unless the new key signed its own binding."""
    signed = integrity.attach(
        document, _options(statement.did, to_text(statement.valid_from)), possession
    )
    integrity.verify(signed, expected={verification_method(statement.did)})


def _options(did: str, created: str) -> ProofOptions:
    return ProofOptions(verification_method(did), created)


def _required(authorisation: bytes | None) -> bytes:
    if authorisation is None:
        raise BadProof(
            "The present key has not signed its replacement.",
            next_step="Sign with the present key too, or say that it is lost: ebenbild key lost.",
            code="authorisation-missing",
        )
    return authorisation
