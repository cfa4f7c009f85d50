"""The right after death: how long it lasts, and the public uses that renew it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from core import log
from core.db import next_seq
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.objects import ObjectRef
from core.principal import Principal, SearchCapability, require, system
from licensing.publicuse import (
    PREFIX,
    PublicUse,
    Right,
    UseDraft,
    check_evidence,
    check_use,
    require_key,
    right_after,
    signed_use,
    use_facts,
    use_request,
)
from licensing.rulepacks.times import day_of
from licensing.store import publicuses as store
from registry.service.attesting import ATTEST
from registry.service.keys import keys_at
from registry.service.people import lifetimes, owners, require_standing

SCOPE = "performers"
STATED = "public-use.stated"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A stored file and the SHA-256 (hex) of its bytes."""

    stored: ObjectRef
    sha256: str


def draft_use(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    used_on: date,
    where: str,
    evidence_sha256: str,
    now: datetime,
) -> UseDraft:
    """Make the statement for the estate to sign with the key that is bound now; nothing is kept.

    Raises `NotFound` for another's performer, `BadTerms` for what is no public use after death,
    `Conflict` while no key speaks for the estate.
    """
    # Load.
    require(principal, SCOPE)
    require_standing(session, principal, performer_id)
    bound = keys_at(session, performer_id, now)
    # Decide.
    if not bound:
        raise Conflict(
            "No key speaks for this estate.",
            next_step="Have the heirs' key bound: ebenbild performer rekey.",
            code="no-key",
        )
    item = PublicUse(
        id=new_id(PREFIX),
        performer_id=performer_id,
        key=bound[0],
        used_on=used_on,
        where=where.strip(),
        evidence_sha256=evidence_sha256,
        created=now,
    )
    _check(session, principal, item, now)
    return use_request(item)


def state_use(
    session: Session,
    principal: Principal,
    performer_id: str,
    document: Mapping[str, object],
    *,
    signature: bytes,
    evidence: Evidence | None,
    now: datetime,
) -> Right:
    """Keep what the estate signed, with its evidence; returns the right as it stands now.

    Raises `BadProof` for another key or a signature that does not hold, `BadTerms` for a statement
    about somebody else, from another day, or of a day that is known, and for other evidence.
    """
    # Load.
    require(principal, SCOPE)
    performer = require_standing(session, principal, performer_id)
    item = use_facts(document)
    # Decide.
    if item.performer_id != performer_id or day_of(item.created) != day_of(now):
        raise Conflict("This draft is old or about somebody else.", next_step="Draft it again.")
    require_key(item, keys_at(session, performer_id, now))
    _check(session, principal, item, now)
    if evidence is not None:
        check_evidence(item, evidence.sha256, evidence.stored.bytes)
    signed = signed_use(item, signature)
    # Save.
    told = {"used_on": item.used_on.isoformat(), "evidence": item.evidence_sha256}
    index = log.append(session, kind=STATED, subject_id=performer_id, payload=told, at=now)
    seq = next_seq(session)
    store.add(
        session,
        item,
        signed,
        tenant_id=performer.tenant_id,
        seq=seq,
        log_index=index,
        object_name=None if evidence is None else evidence.stored.name,
    )
    found = right_of(session, principal, performer_id)
    assert found is not None
    return found


def right_of(session: Session, principal: Principal, performer_id: str) -> Right | None:
    """The right after the death of one of the caller's performers; None while he lives."""
    require(principal, SCOPE)
    require_standing(session, principal, performer_id)
    died = _died(session, performer_id)
    uses = store.uses_of(session, principal, performer_id)
    return None if died is None else right_after(died, tuple(item.used_on for item in uses))


def uses_of(session: Session, principal: Principal, performer_id: str) -> tuple[PublicUse, ...]:
    """What was stated, in the order of stating."""
    require(principal, SCOPE)
    require_standing(session, principal, performer_id)
    return store.uses_of(session, principal, performer_id)


def evidence_of(session: Session, principal: Principal, performer_id: str, use_id: str) -> str:
    """The stored file that shows a use, for its side and for attesters; the last without an id.

    Raises `NotFound` where there is none, or only its digest.
    """
    side = _reach(session, principal, performer_id)
    require_standing(session, side, performer_id)
    found = store.evidence_of(session, side, performer_id, use_id)
    if found is None:
        raise NotFound(
            "No such evidence is kept here.",
            next_step="Look at `ebenbild estate right`; older uses name a digest alone.",
        )
    return found


def _reach(session: Session, principal: Principal, performer_id: str) -> Principal:
    """Who reads it for this caller: he himself his own, an attester everybody's."""
    if ATTEST not in principal.scopes:
        require(principal, SCOPE)
        return principal
    capability = SearchCapability("attestation", performer_id)
    owner = owners(session, capability, [performer_id]).get(performer_id)
    return principal if owner is None else system(owner)


def _check(session: Session, principal: Principal, item: PublicUse, now: datetime) -> None:
    uses = store.uses_of(session, principal, item.performer_id)
    known = tuple(each.used_on for each in uses)
    check_use(item, _died(session, item.performer_id), known, day_of(now))


def _died(session: Session, performer_id: str) -> date | None:
    capability = SearchCapability("public-use", performer_id)
    return lifetimes(session, capability, [performer_id])[1].get(performer_id)
