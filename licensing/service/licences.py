"""Licences: drafted here, signed by the performer elsewhere, countersigned, kept and revoked.

The performer's own key is never here, and a key that is held for an agency is declared. The
registry signs second and only what it could verify, and keeps the exact bytes, because they are
what everybody else will verify.
"""

import hashlib
import uuid
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import log, outbox
from core.canonical import parse_strict
from core.clock import to_text
from core.db import next_seq
from core.errors import BadTerms, Conflict, NotAllowed, NotFound
from core.ids import new_id
from core.keys import PrivateKey
from core.principal import Principal, SearchCapability, require
from core.tenants import get_tenant
from fingerprint.models import Reason
from licensing.credential import LicenceFacts, licence_facts, status_url
from licensing.drafting import (
    Draft,
    DraftIds,
    check_signature,
    countersigned,
    new_draft,
    signers,
    signing_request,
)
from licensing.minority import check_minor, for_minor
from licensing.models import Licence, LicenceDraft, LicenceInForce, LicenceState, Terms
from licensing.policy import TENANT_URN
from licensing.service.conformity import against_contracts, doubts, findings, invalid
from licensing.service.custody import check_declared, declaring
from licensing.service.foreign import foreign_by_id, foreign_known
from licensing.service.frameworks import against_framework, note_signed, pinned
from licensing.service.parties import parties_at, signer_named
from licensing.service.scopes import as_ended, scope_reasons
from licensing.service.statuslists import free_place
from licensing.status import bits_with
from licensing.statuslist import signed_status_list
from licensing.store import licences as store
from licensing.termrules import check_terms
from licensing.terms import ordered
from licensing.token import seal_token
from licensing.wording import render
from registry.models.heldkeys import HeldKey
from registry.models.people import Purpose
from registry.models.works import KindOfUse
from registry.service import people
from registry.service.heldkeys import key_named
from registry.service.people import owners
from registry.service.purposes import require_not_withdrawn

SCOPE = "licences"
REASON_LENGTH_MAX = 500
EVER = 2**62  # beyond every sequence number: whatever is known


def draft_licence(
    session: Session,
    principal: Principal,
    terms: Terms,
    *,
    held: HeldKey | None = None,
    base_url: str,
    now: datetime,
) -> LicenceDraft:
    """Make the licence for the performer to sign with the key that is bound now.

    Or for an agency, with the key that is `held` for it, which the licence then declares.

    Raises `BadTerms` telling everything that is wrong with the terms, `NotFound` for another
    tenant's performer or an unknown licensee, `Conflict` while no key is bound.
    """
    # Load.
    require(principal, SCOPE)
    _require_own(session, principal, terms.performer_id)
    _require_purposes(session, principal, terms)
    terms = declaring(pinned(session, principal, terms), held)
    licensee = get_tenant(session, terms.licensee_id)
    parties = parties_at(session, principal, terms.performer_id, now, held=held)
    # Decide.
    if parties.adult_at is not None:
        _refuse(check_minor(terms, parties.adult_at))
        terms = for_minor(terms, parties.adult_at)
    _refuse((*check_terms(terms, now), *scope_reasons(session, principal, terms, now=now)))
    _refuse(against_contracts(session, principal, terms, now))
    found = findings(terms, parties, now)
    _refuse(invalid(found))
    status_list, status_index = free_place(session)
    facts = LicenceFacts(
        vc_id=uuid.uuid4().urn,
        issuer=parties.performer_did,
        subject_id=licensee.did or TENANT_URN + licensee.id,
        terms=ordered(terms),
        status_list=status_list,
        status_index=status_index,
        base_url=base_url,
        guardians=parties.guardian_dids,
        suspendable=True,
        agency_key=None if held is None else held.declared,
    )
    ids = DraftIds(licence=new_id("lic"), tariff=new_id("tar"), proof=uuid.uuid4().urn)
    draft = new_draft(facts, ids, tenant_id=principal.tenant_id, now=now)
    # Save.
    store.add_draft(session, draft)
    return replace(signing_request(draft), doubts=doubts(found))


def sign_licence(
    session: Session,
    registry_key: PrivateKey,
    principal: Principal,
    licence_id: str,
    *,
    signature: bytes,
    verification_method: str,
    held: HeldKey | None = None,
    now: datetime,
) -> Licence:
    """Take one signature under a draft; the last one due makes it a licence.

    The registry countersigns when performer and guardians have all signed; before, the draft is
    given back. Raises `BadProof` when the signature does not hold or its key is not one of theirs
    in force now, `BadTerms` when the terms are no longer fit to be signed or the document hides
    that an agency holds the key (`held` is given where it signs), `Conflict` when it is signed
    already, `NotFound` for another tenant's draft.
    """
    # Load.
    require(principal, SCOPE)
    draft = _own_draft(session, principal, licence_id)
    if store.licence(session, principal, licence_id) is not None:
        raise Conflict("The licence is signed already.", next_step="Read the signed licence.")
    present = parties_at(session, principal, draft.licence.terms.performer_id, now, held=held)
    waiting = store.signatures(session, principal, licence_id)
    # Decide.
    agreed = draft.licence.terms
    declared = licence_facts(parse_strict(draft.document)).agency_key
    flagged = agreed.formation.agency_key
    check_declared(session, draft.licence.performer_did, declared, flagged=flagged)
    _refuse((*check_terms(agreed, now), *scope_reasons(session, principal, agreed, now=now)))
    _refuse(against_framework(session, principal, agreed, now, signing=True))
    signer = signer_named(draft, verification_method, present)
    check_signature(draft, signer, signature)
    given = {**waiting, signer: signature}
    if set(signers(draft)) - set(given):
        if signer not in waiting:
            store.add_signature(session, draft, signer, signature, at=now)
        return draft.licence
    signed = countersigned(draft, given, registry_key, now=now)
    # Save.
    index = _log(session, "licence.issued", draft.licence, signed, now)
    licence = replace(
        draft.licence,
        state=LicenceState.SIGNED,
        seq=next_seq(session),
        recorded_at=now,
        signed=signed,
        log_index=index,
    )
    store.add_licence(session, licence)
    note_signed(session, principal, licence)
    _tell(session, "licence.issued", licence)
    return licence


def revoke_licence(
    session: Session, principal: Principal, licence_id: str, reason: str, *, now: datetime
) -> Licence:
    """End a licence for every later decision; a second call changes nothing.

    Only the performer's side can. Raises `NotFound` for a licence that the caller cannot see,
    `NotAllowed` for the licensee.
    """
    # Load.
    require(principal, SCOPE)
    licence = get_licence(session, principal, licence_id)
    # Decide.
    if licence.tenant_id != principal.tenant_id:
        raise NotAllowed(
            "Only the performer's side can revoke a licence.",
            next_step="Ask the performer's side.",
        )
    if licence.state is LicenceState.REVOKED:
        return licence
    if len(reason) > REASON_LENGTH_MAX:
        raise BadTerms(f"The reason is longer than {REASON_LENGTH_MAX} characters.")
    # Save.
    revoked = replace(
        licence,
        state=LicenceState.REVOKED,
        revoked_seq=next_seq(session),
        revoked_at=now,
        revoke_reason=reason,
    )
    index = _log(session, "licence.revoked", licence, licence.signed, now)
    store.add_revocation(session, revoked, log_index=index)
    _tell(session, "licence.revoked", revoked)
    return revoked


def get_licence(session: Session, principal: Principal, licence_id: str) -> Licence:
    """One signed licence, for either party; raises `NotFound`."""
    licence = store.licence(session, principal, licence_id)
    if licence is None:
        raise _no_licence()
    return licence


def licence_token(
    session: Session, registry_key: PrivateKey, principal: Principal, licence_id: str
) -> bytes:
    """A signed licence as `vc+jwt`, for either party; raises `NotFound`."""
    return seal_token(get_licence(session, principal, licence_id).signed, registry_key)


def get_draft(
    session: Session, principal: Principal, licence_id: str, signer: str | None = None
) -> LicenceDraft:
    """A draft as it was first given out, for the performer's key or another signer's.

    Raises `NotFound`, also for somebody who is not asked to sign.
    """
    require(principal, SCOPE)
    draft = _own_draft(session, principal, licence_id)
    if signer is not None and signer not in signers(draft):
        raise NotFound(
            "This key is not asked to sign the licence.",
            next_step="Sign with the key of the performer or of a guardian whom it names.",
        )
    drafted_at, terms = draft.licence.recorded_at, draft.licence.terms
    held = key_named(session, draft.licence.performer_did)
    parties = parties_at(session, principal, terms.performer_id, drafted_at, held=held)
    found = findings(terms, parties, drafted_at)
    return replace(signing_request(draft, signer), doubts=doubts(found))


def awaiting(session: Session, principal: Principal, licence_id: str) -> tuple[str, ...]:
    """The did:keys whose signatures a draft waits for; empty once it is a licence."""
    if store.licence(session, principal, licence_id) is not None:
        return ()
    draft = _own_draft(session, principal, licence_id)
    waiting = store.signatures(session, principal, licence_id)
    return tuple(did for did in signers(draft) if did not in waiting)


def draft_terms(session: Session, principal: Principal, licence_id: str) -> Terms:
    """The terms that a draft of the caller's own holds; raises `NotFound`."""
    return _own_draft(session, principal, licence_id).licence.terms


def list_licences(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> list[Licence]:
    """Signed licences that the caller is a party of, newest first; page on with the last seq."""
    return store.licences(
        session,
        principal,
        performer_id=performer_id,
        before_seq=before_seq,
        limit=min(limit, store.ROWS_MAX),
    )


def list_drafts(session: Session, principal: Principal, *, limit: int = 100) -> list[Licence]:
    """Drafts of the caller's own that nobody has signed, newest first."""
    return store.drafts(session, principal, limit=min(limit, store.ROWS_MAX))


def licences_by_id(
    session: Session, principal: Principal, licence_ids: Collection[str]
) -> tuple[Licence, ...]:
    """The signed licences among these ids that the caller is a party of, foreign ones too."""
    own = store.by_ids(session, principal, licence_ids)
    return (*own, *foreign_by_id(session, principal, licence_ids))


def given_in_force(
    session: Session, principal: Principal, performer_id: str, *, at: datetime
) -> tuple[LicenceInForce, ...]:
    """What one of the caller's performers gave that is neither revoked nor over."""
    found = as_ended(session, store.of_performer(session, principal, performer_id), EVER)
    return tuple(item for item in found if item.revoked_at is None and item.terms.valid_until > at)


def licences_known(
    session: Session,
    principal: Principal,
    *,
    performer_ids: Collection[str],
    licensee_id: str,
    up_to_seq: int,
) -> tuple[LicenceInForce, ...]:
    """Licences from these performers to the licensee, as they were known at `up_to_seq`.

    Expired and revoked ones are among them, and those that other registries issued; `principal` is
    a party or acts for one.
    """
    found = store.known(
        session,
        principal,
        performer_ids=performer_ids,
        licensee_id=licensee_id,
        up_to_seq=up_to_seq,
    )
    elsewhere = foreign_known(
        session, performer_ids=performer_ids, licensee_id=licensee_id, up_to_seq=up_to_seq
    )
    return (*as_ended(session, found, up_to_seq), *elsewhere)


def status_list_credential(
    session: Session,
    registry_key: PrivateKey,
    *,
    base_url: str,
    now: datetime,
    number: int = 1,
) -> bytes:
    """The signed status list with this number, for anyone; raises `NotFound` for a later one."""
    # Load.
    if not 1 <= number <= store.newest_status_list(session):
        raise NotFound("There is no such status list.", next_step="Start with list 1.")
    revoked = store.revoked_indices(session, number)
    # Decide.
    return signed_status_list(
        registry_key, url=status_url(base_url, number), bits=bits_with(revoked), valid_from=now
    )


def _require_own(session: Session, principal: Principal, performer_id: str) -> None:
    capability = SearchCapability("licence-draft", performer_id)
    found = owners(session, capability, [performer_id])
    if found.get(performer_id) != principal.tenant_id:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")


def _own_draft(session: Session, principal: Principal, licence_id: str) -> Draft:
    draft = store.draft(session, principal, licence_id)
    if draft is None:
        raise _no_licence()
    return draft


def _refuse(reasons: tuple[Reason, ...]) -> None:
    if reasons:
        raise BadTerms(
            " ".join(render(reason) for reason in reasons),
            next_step="Mend the terms and draft the licence again.",
            reasons=reasons,
        )


def _log(session: Session, kind: str, licence: Licence, signed: bytes, now: datetime) -> int:
    payload = {"vc_id": licence.vc_id, "sha256": hashlib.sha256(signed).hexdigest()}
    return log.append(session, kind=kind, subject_id=licence.id, payload=payload, at=now)


def _tell(session: Session, kind: str, licence: Licence) -> None:
    outbox.put(
        session,
        tenant_id=licence.tenant_id,
        audience=f"tenant:{licence.terms.licensee_id}",
        kind=kind,
        subject_id=licence.id,
        payload={"valid_until": to_text(licence.terms.valid_until)},
    )


def _require_purposes(session: Session, principal: Principal, terms: Terms) -> None:
    people.require_standing(session, principal, terms.performer_id)
    wanted = [Purpose.LICENSING]
    if KindOfUse.TRAIN_MODEL in terms.kinds:
        wanted.append(Purpose.TRAINING)
    for purpose in wanted:
        require_not_withdrawn(session, principal, terms.performer_id, purpose)


def _no_licence() -> NotFound:
    return NotFound("There is no such licence.", next_step="Check the licence id.")
