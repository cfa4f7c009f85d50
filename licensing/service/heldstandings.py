"""Standing declarations that an agency signs with the key held for it, once two people do."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import integrity
from core.approvalrows import Approval
from core.canonical import parse_strict
from core.errors import Conflict, NotFound
from core.principal import Principal, require
from licensing.models_standing import StandingDeclaration
from licensing.service.heldlicences import Desk
from licensing.service.standings import SCOPE, asked_of, sign_standing
from licensing.standing import standing_facts
from licensing.store import standings as store
from registry.models.heldkeys import Signed
from registry.service.heldkeys import key_held_by, key_named
from registry.service.heldkeyuse import Wanted, sign_with
from registry.store import people


def sign_standing_held(
    session: Session,
    desk: Desk,
    principal: Principal,
    performer_id: str,
    draft_id: str,
    *,
    now: datetime,
) -> StandingDeclaration | Approval:
    """Sign a draft with the key it was made for, or say what waits for a second person.

    Call it in `write()`. Raises `Conflict` where the caller holds no key of the performer's,
    `NotFound` for a draft that asks for another, else as `sign_with` and `sign_standing` do.
    """
    # Load.
    require(principal, SCOPE)
    side = replace(principal, tenant_id=_owner(session, principal, performer_id, now))
    found = store.draft(session, side, performer_id, draft_id)
    if found is None:
        raise _no_draft()
    document, proof_id, created = parse_strict(found[0]), found[1], found[2]
    facts = standing_facts(document)
    item = key_named(session, facts.issuer)
    if item is None or item.declared.holder_id != principal.tenant_id:
        raise _no_draft()
    # Decide.
    options, *_ = asked_of(facts, proof_id, created)
    kinds = tuple(one.kind for one in facts.standings)
    asked = integrity.signing_input(document, options)
    signature = sign_with(
        session,
        desk.vault,
        principal,
        item,
        Wanted(Signed.STANDING, draft_id, asked, kinds),
        per_day=desk.per_day,
        now=now,
    )
    if isinstance(signature, Approval):
        return signature
    # Save.
    return sign_standing(
        session,
        desk.registry_key,
        side,
        performer_id,
        draft_id,
        signatures={options.verification_method: signature},
        held=item,
        now=now,
    )


def _owner(session: Session, principal: Principal, performer_id: str, now: datetime) -> str:
    try:
        return key_held_by(session, principal.tenant_id, performer_id, now=now).tenant_id
    except Conflict:
        people.get_performer(session, principal, performer_id)  # of others nothing is told
        raise


def _no_draft() -> NotFound:
    return NotFound(
        "There is no such draft that your organisation signs.",
        next_step="Draft it for the key that you hold: ebenbild standing declare FILE --agency.",
    )
