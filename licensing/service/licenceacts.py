"""Licences: drafted here, signed by the performer elsewhere, countersigned, kept and revoked.

The performer's own key is never here, and a key that is held for an agency is declared. The
registry signs second and only what it could verify, and keeps the exact bytes, because they are
what everybody else will verify.
"""

import hashlib
import uuid
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
from core.visibility import owns
from fingerprint.models import Reason
from licensing.credential import LicenceFacts, licence_facts
from licensing.drafting import (
    DraftIds,
    check_signature,
    countersigned,
    new_draft,
    signers,
    signing_request,
)
from licensing.minority import check_minor, for_minor
from licensing.models import Licence, LicenceDraft, LicenceState, Terms
from licensing.policy import TENANT_URN
from licensing.service.conformity import against_contracts, doubts, findings, invalid
from licensing.service.custody import check_declared, declaring
from licensing.service.frameworks import against_framework, note_signed, pinned
from licensing.service.licences import SCOPE, get_licence, own_draft
from licensing.service.parties import parties_at, signer_named
from licensing.service.scopes import scope_reasons
from licensing.service.statuslists import free_place
from licensing.store import licences as store
from licensing.termrules import check_terms
from licensing.terms import ordered
from licensing.wording import render
from registry.models.heldkeys import HeldKey
from registry.models.people import Purpose
from registry.models.works import KindOfUse
from registry.service import people
from registry.service.people import owners
from registry.service.purposes import require_not_withdrawn

REASON_LENGTH_MAX = 500


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
    draft = own_draft(session, principal, licence_id)
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
    if not owns(licence, principal):
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


def _require_own(session: Session, principal: Principal, performer_id: str) -> None:
    capability = SearchCapability("licence-draft", performer_id)
    found = owners(session, capability, [performer_id])
    if found.get(performer_id) != principal.tenant_id:
        raise NotFound("There is no such performer.", next_step="Check the performer id.")


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
