"""Mandates: drafted here, signed by the performer and every guardian, revoked in one call."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core import log, notices
from core.canonical import canonical
from core.clock import to_text
from core.db import next_seq
from core.errors import BadTerms, Conflict, NotAllowed
from core.ids import new_id
from core.principal import Principal, require
from core.tenants import get_tenant
from core.visibility import owns
from fingerprint.models import Reason
from registry.cosigning import NO_SIGNATURES, require_same, to_sign, with_proofs
from registry.mandates import check_mandate, mandate_document, uncovered
from registry.minority import adult_on, midnight, minority_in
from registry.models.heldkeys import EndOfHolding
from registry.models.mandates import Act, Mandate, MandateTerms
from registry.models.people import SigningRequest
from registry.models.works import ANYWHERE, KindOfUse
from registry.service.endingkeys import end_all
from registry.service.guardians import guardians_due
from registry.service.heldkeys import require_grown
from registry.service.keys import keys_at, require_key
from registry.store import mandates, people
from registry.territories import check_territories

SCOPE = "performers"
AGENCY = "agency"
HOLDING_KINDS = frozenset({AGENCY, "union", "society", "operator"})
# Money and keys are not for people whom somebody lets in at home.
NOT_AT_HOME = frozenset({Act.COLLECT, Act.HOLD_KEY})


def draft_mandate(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    holder_id: str,
    acts: Collection[Act],
    kinds: Collection[KindOfUse] = (),
    territories: Collection[str] = (),
    valid_from: datetime | None = None,
    valid_until: datetime,
    base_url: str,
    now: datetime,
) -> SigningRequest:
    """Make a mandate for the performer to sign; a minor's ends at 18 at the latest.

    It begins now unless another moment is named; nobody acts under it before it is signed. Raises
    `NotFound` for another tenant's performer or an unknown holder, `BadTerms` for a mandate to
    nothing, without an end to come, or to an organisation that stands for nobody but those whom it
    has let in itself, `BadInput` for what is no territory.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.require_standing(session, principal, performer_id)
    holder = get_tenant(session, holder_id)
    due = guardians_due(session, principal, performer_id, now)
    minority = minority_in(performer)
    # Decide.
    ends = midnight(adult_on(minority.born_on)) if due and minority else valid_until
    terms = MandateTerms(
        mandate_id=new_id("mdt"),
        performer_id=performer_id,
        holder_id=holder.id,
        issuer=require_key(session, performer_id, now),
        guardians=tuple(item.did for item in due),
        acts=tuple(sorted(set(acts))),
        kinds=tuple(sorted(set(kinds))),
        valid_from=valid_from or now,
        valid_until=min(ends, valid_until),
        territories=_places(territories),
    )
    _refuse(terms, holder.kind, at_home=holder.id == performer.tenant_id)
    if Act.HOLD_KEY in terms.acts:
        require_grown(performer, now)
    document = mandate_document(terms, base_url=base_url)
    # Save.
    item = Mandate(terms.mandate_id, performer.tenant_id, terms, document, now)
    mandates.add_mandate(session, item)
    return to_sign(item.id, document, terms.signers, to_text(now))


def sign_mandate(
    session: Session,
    principal: Principal,
    mandate_id: str,
    signature: bytes,
    verification_method: str,
    *,
    cosigned: Mapping[str, bytes] = NO_SIGNATURES,
    now: datetime,
) -> Mandate:
    """Keep the signatures; the holder may act from now on, and is told.

    Raises `Conflict` when it is signed already or other people have custody by now, `BadProof`
    when a signature is missing, does not hold, or the key speaks for the performer no more.
    """
    # Load.
    require(principal, SCOPE)
    item = _own(session, principal, mandate_id)
    performer_id = item.terms.performer_id
    people.require_standing(session, principal, performer_id)
    due = guardians_due(session, principal, performer_id, now)
    # Decide.
    if item.signed is not None:
        raise Conflict("This mandate is signed already.", next_step="Draft another.")
    if item.terms.issuer not in keys_at(session, performer_id, now):
        raise Conflict(
            "The performer's key has changed since this mandate was drafted.",
            next_step="Draft it again.",
            code="wrong-key",
        )
    require_same(item.terms.guardians, due)
    given = {**cosigned, verification_method: signature}
    signed = canonical(
        with_proofs(item.document, item.terms.signers, given, to_text(item.drafted_at))
    )
    # Save.
    seq = next_seq(session)
    mandates.save_signature(session, principal, mandate_id, signed=signed, seq=seq, at=now)
    _log(session, "mandate.signed", mandate_id, signed, now)
    _tell(session, item, "mandate.given", now)
    return replace(item, signed=signed, seq=seq, signed_at=now)


def revoke_mandate(
    session: Session, principal: Principal, mandate_id: str, *, now: datetime
) -> Mandate:
    """End a mandate at once; the performer's side needs no reason, any one guardian is enough."""
    # Load.
    require(principal, SCOPE)
    item = _own(session, principal, mandate_id)
    # Decide.
    if item.revoked_at is not None:
        return item
    # Save.
    seq = next_seq(session)
    mandates.revoke(session, principal, mandate_id, seq=seq, at=now)
    end_all(session, mandate_id=mandate_id, why=EndOfHolding.MANDATE, now=now)
    _log(session, "mandate.revoked", mandate_id, item.signed or b"", now)
    _tell(session, item, "mandate.ended", now)
    return replace(item, revoked_at=now, revoked_seq=seq)


def list_mandates(
    session: Session, principal: Principal, *, performer_id: str = "", after: str = ""
) -> tuple[Mandate, ...]:
    """Mandates that the caller's performers gave, or that the caller holds, by id."""
    return mandates.list_mandates(session, principal, performer_id=performer_id, after=after)


def mandates_of(
    session: Session, principal: Principal, performer_id: str, at: datetime
) -> tuple[Mandate, ...]:
    """Mandates of a performer that are in force at `at`, as far as the caller sees them."""
    return tuple(
        item
        for item in mandates.list_mandates(session, principal, performer_id=performer_id)
        if any(
            not uncovered(item, holder_id=item.terms.holder_id, act=act, at=at)
            for act in item.terms.acts
        )
    )


def _own(session: Session, principal: Principal, mandate_id: str) -> Mandate:
    item = mandates.get_mandate(session, principal, mandate_id)
    if not owns(item, principal):
        raise NotAllowed(
            "Only the performer's side signs or ends a mandate.",
            next_step="Ask the performer.",
            code="not-your-mandate",
        )
    return item


def _places(territories: Collection[str]) -> tuple[str, ...]:
    """In order; what names everywhere is not written."""
    found = check_territories(territories) if territories else ()
    return () if ANYWHERE in found else found


def _refuse(terms: MandateTerms, holder_kind: str, *, at_home: bool) -> None:
    reasons = list(check_mandate(terms))
    helps = at_home and NOT_AT_HOME.isdisjoint(terms.acts)
    if holder_kind not in HOLDING_KINDS and not helps:
        reasons.append(Reason("holder-stands-for-nobody", {}))
    if Act.HOLD_KEY in terms.acts and holder_kind != AGENCY:
        reasons.append(Reason("holder-no-agency", {}))
    if reasons:
        raise BadTerms(
            f"This mandate cannot be signed: {', '.join(one.code for one in reasons)}.",
            next_step="Name an agency or union, at least one act, and an end to come.",
            code=reasons[0].code,
            reasons=reasons,
        )


def _log(session: Session, kind: str, mandate_id: str, signed: bytes, at: datetime) -> None:
    payload = {"mandate": mandate_id, "signed": hashlib.sha256(signed).hexdigest()}
    log.append(session, kind=kind, subject_id=mandate_id, payload=payload, at=at)


def _tell(session: Session, item: Mandate, kind: str, now: datetime) -> None:
    notices.notify(
        session,
        tenant_id=item.terms.holder_id,
        person=None,
        kind=kind,
        subject_id=item.id,
        facts={"performer": item.terms.performer_id},
        now=now,
    )
