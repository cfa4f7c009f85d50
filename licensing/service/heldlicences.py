"""Licences that an agency signs with the key held for it, once two of its people want that."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from core.approvalrows import Approval
from core.errors import Conflict, NotFound
from core.keys import PrivateKey, verification_method
from core.principal import Principal, SearchCapability, require
from core.vault import Vault
from licensing.drafting import signing_request
from licensing.models import Licence
from licensing.service.licenceacts import sign_licence
from licensing.service.licences import SCOPE
from licensing.store import licences as store
from licensing.store.sides import issuer_of
from registry.models.heldkeys import HeldKey, Signed
from registry.service.heldkeys import key_named
from registry.service.heldkeyuse import Wanted, sign_with


@dataclass(frozen=True, slots=True)
class Desk:
    """What signing takes: the vault that opens the key, the registry's own key, the day's limit."""

    vault: Vault
    registry_key: PrivateKey
    per_day: int


def sign_licence_held(
    session: Session, desk: Desk, principal: Principal, licence_id: str, *, now: datetime
) -> Licence | Approval:
    """Sign a draft with the key it was drafted for, or say what waits for a second person.

    Call it in `write()`. Raises `NotFound` for a draft of no performer whose key the caller holds,
    `Conflict` for one that asks for another key, else as `sign_with` and `sign_licence` do.
    """
    # Load.
    item = _key_of(session, principal, licence_id)
    side = replace(principal, tenant_id=item.tenant_id)
    draft = store.draft(session, side, licence_id)
    if draft is None:
        raise _no_draft()
    if store.licence(session, side, licence_id) is not None:
        raise Conflict("The licence is signed already.", next_step="Read the signed licence.")
    request = signing_request(draft)
    kinds = draft.licence.terms.kinds
    wanted = Wanted(Signed.LICENCE, licence_id, request.signing_input, kinds)
    # Decide.
    signature = sign_with(
        session, desk.vault, principal, item, wanted, per_day=desk.per_day, now=now
    )
    if isinstance(signature, Approval):
        return signature
    # Save.
    return sign_licence(
        session,
        desk.registry_key,
        side,
        licence_id,
        signature=signature,
        verification_method=verification_method(item.did),
        held=item,
        now=now,
    )


def _key_of(session: Session, principal: Principal, licence_id: str) -> HeldKey:
    require(principal, SCOPE)
    capability = SearchCapability("held-key", licence_id)
    issuer = issuer_of(session, capability, licence_id)
    item = None if issuer is None else key_named(session, issuer)
    if item is None or item.declared.holder_id != principal.tenant_id:
        raise _no_draft()
    return item


def _no_draft() -> NotFound:
    return NotFound(
        "There is no such draft that your organisation signs.",
        next_step="Draft it for the key that you hold: ebenbild licence new TERMS --agency.",
    )
