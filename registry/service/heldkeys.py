"""Keys held for agencies: made under a mandate and sealed here, beside the performer's own key.

The private key is made here, is never sent anywhere and lies under a data key of its own below the
performer's, so that it goes by itself and goes with the performer.
"""

import secrets
from datetime import datetime

from sqlmodel import Session

from core import integrity, keys, log
from core.canonical import canonical, parse_strict
from core.clock import to_text
from core.db import next_seq
from core.errors import Conflict, NotAllowed
from core.ids import new_id
from core.integrity import ProofOptions
from core.keys import PrivateKey
from core.principal import Principal, SearchCapability, require, system
from core.tenants import get_tenant
from core.vault import Vault
from registry.heldkeys import declared_under, silent
from registry.keyhistory import Authority, Statement, statement_document
from registry.minority import is_minor, minority_in
from registry.models.heldkeys import HeldKey
from registry.models.mandates import Mandate
from registry.models.people import Performer
from registry.service.heldnotes import note, tell
from registry.service.heldseals import seal_seed
from registry.service.keys import signed_binding
from registry.store import heldkeys, mandates, people

SCOPE = "licences"
_SEED_BYTES = 32


def make_key(
    session: Session,
    vault: Vault,
    registry_key: PrivateKey,
    principal: Principal,
    mandate_id: str,
    *,
    base_url: str,
    now: datetime,
) -> HeldKey:
    """Make a key of the performer's for the holder of a mandate to sign with; call it in `write()`.

    Raises `NotFound` for a mandate that the caller has no part in, `NotAllowed` for whoever does
    not hold it, `Conflict` where it does not cover this, for a minor, for the dead and while a key
    lives under it.
    """
    # Load.
    require(principal, SCOPE)
    mandate = mandates.get_mandate(session, principal, mandate_id)
    terms, capability = mandate.terms, SearchCapability("held-key", mandate_id)
    performer = people.require_standing(session, system(mandate.tenant_id), terms.performer_id)
    # Decide.
    if terms.holder_id != principal.tenant_id:
        raise _not_holder()
    require_grown(performer, now)
    if heldkeys.living(session, capability, mandate_id=mandate_id):
        raise Conflict(
            "A key is held under this mandate already.",
            next_step="Sign with it, or end it first: ebenbild key end.",
            code="key-held",
        )
    seed = secrets.token_bytes(_SEED_BYTES)
    item = _made(session, registry_key, mandate, keys.from_seed(seed), base_url=base_url, now=now)
    _require_covered(item, mandate, now)
    # Save.
    heldkeys.add_key(session, item, sealed=seal_seed(vault, item, seed))
    log.append(
        session, kind="key.bound", subject_id=item.id, payload=parse_strict(item.statement), at=now
    )
    note(session, principal, "heldkey.made", item, now)
    tell(session, item, item.tenant_id, "heldkey.made", now)
    return item


def list_keys(
    session: Session, principal: Principal, *, performer_id: str = "", after: str = ""
) -> tuple[HeldKey, ...]:
    """Keys of the caller's performers, and those that the caller holds, by id."""
    require(principal, SCOPE)
    return heldkeys.list_keys(session, principal, performer_id=performer_id, after=after)


def get_key(session: Session, principal: Principal, key_id: str) -> HeldKey:
    """One of these; raises `NotFound`."""
    require(principal, SCOPE)
    return heldkeys.get_key(session, principal, key_id)


def key_held_by(session: Session, holder_id: str, performer_id: str, *, now: datetime) -> HeldKey:
    """The newest key that an organisation holds for a performer now; `Conflict` without one."""
    capability = SearchCapability("held-key", holder_id)
    for item in reversed(heldkeys.living(session, capability, performer_id=performer_id)):
        if item.declared.holder_id == holder_id and item.until > now:
            return item
    raise Conflict(
        "Your organisation holds no key for this performer.",
        next_step="Have the performer give a mandate to hold-key, then: ebenbild key hold.",
        code="no-held-key",
    )


def key_named(session: Session, did: str) -> HeldKey | None:
    """The held key with this name, where it is one; ended ones too."""
    return heldkeys.key_named(session, SearchCapability("held-key", did), did)


def require_grown(performer: Performer, now: datetime) -> None:
    """Return for a living adult; raise `Conflict` for anybody else."""
    if is_minor(minority_in(performer), now):
        raise Conflict(
            "No key is held for a minor: guardians sign themselves, and on the 18th birthday "
            "nobody else may still hold a key that speaks for the child.",
            next_step="Have every guardian sign with a key of his or her own.",
            code="held-key-minor",
        )
    if performer.deceased_on is not None:
        raise Conflict(
            "This performer died; only the heirs' own key signs now.",
            next_step="Have the estate confirmed and its key bound: ebenbild estate claim.",
            code="heirs-key",
        )


def _made(
    session: Session,
    registry_key: PrivateKey,
    mandate: Mandate,
    made: PrivateKey,
    *,
    base_url: str,
    now: datetime,
) -> HeldKey:
    declared = declared_under(mandate, get_tenant(session, mandate.terms.holder_id).name)
    statement = Statement(
        binding_id=new_id("kbd"),
        registry=registry_key.did,
        performer_id=mandate.terms.performer_id,
        did=made.did,
        replaces=None,
        authority=Authority.MANDATE,
        valid_from=now,
        custody=declared,
    )
    document = statement_document(statement, base_url=base_url)
    options = ProofOptions(made.verification_method, to_text(now))
    proof = keys.sign(made, integrity.signing_input(document, options))
    signed = signed_binding(statement, document, registry_key, possession=proof, at=now)
    return HeldKey(
        id=new_id("hky"),
        tenant_id=mandate.tenant_id,
        performer_id=mandate.terms.performer_id,
        did=made.did,
        declared=declared,
        statement=canonical(signed),
        began_at=now,
        until=mandate.terms.valid_until,
        seq=next_seq(session),
    )


def _require_covered(item: HeldKey, mandate: Mandate, now: datetime) -> None:
    reasons = silent(item, mandate, kinds=(), at=now)
    if reasons:
        raise Conflict(
            f"The mandate does not let you hold a key: {', '.join(one.code for one in reasons)}.",
            next_step="Ask the performer for one: ebenbild mandate give --act hold-key.",
            code="no-mandate",
            reasons=reasons,
        )


def _not_holder() -> NotAllowed:
    return NotAllowed(
        "Only the organisation that a mandate names may have a key held under it.",
        next_step="Have that organisation ask for it: ebenbild key hold.",
        code="not-the-holder",
    )
