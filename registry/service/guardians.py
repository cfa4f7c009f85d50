"""Guardians: who speaks for a performer who is a minor.

Adding one only ever adds a signature that is asked for, so the performer's side does it. Nobody
signs for a child before attesters have read what shows that all those named have custody; one's
right ends only by two people of the operator's, who have read the court's paper.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlmodel import Session

from core import audit, log
from core.approvalrows import Approval
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.keys import public_from_did
from core.principal import Principal, SearchCapability, holds, require
from core.vault import Vault
from core.visibility import owns
from registry import minority as rules
from registry.models.guardianship import EndOfGuardianship, Guardian, Minority, Paper, Relation
from registry.proofing.sufficiency import Demands
from registry.service.attesting import ATTEST, attester_of
from registry.service.sealedtexts import seal_guardian
from registry.service.twopeople import agreed, require_operator
from registry.store import guardians, people

SCOPE = "performers"
END = "guardian.end"
GUARDIANS_MAX = 6


def guardians_due(
    session: Session, principal: Principal, performer_id: str, at: datetime
) -> tuple[Guardian, ...]:
    """All who must sign for a minor at `at`; empty for adults. Raises `NotFound`.

    Raises `Conflict` for a minor without a guardian, and while papers about one are unread:
    nobody can sign then.
    """
    performer = people.get_performer(session, principal, performer_id)
    minority = rules.minority_in(performer)
    found = guardians.list_guardians(session, principal, performer_id)
    due = rules.due(found, minority, at)
    if not due and rules.is_minor(minority, at):
        raise Conflict(
            "This performer is a minor, and nobody is named who has custody.",
            next_step="Add every guardian first: ebenbild guardian add.",
            code="no-guardian",
        )
    unproved = [item.id for item in due if item.proved_at is None]
    if unproved:
        raise Conflict(
            f"Nobody has yet confirmed who has custody: {', '.join(unproved)}.",
            next_step="Have attesters read the papers: ebenbild guardian attest.",
            code="guardian-unproved",
        )
    return due


def minor_until(session: Session, principal: Principal, performer_id: str) -> date | None:
    """The 18th birthday of a performer who is known as a minor, exclusive end; else None."""
    minority = rules.minority_in(people.get_performer(session, principal, performer_id))
    return None if minority is None else rules.adult_on(minority.born_on)


def add_guardian(
    session: Session,
    vault: Vault,
    principal: Principal,
    performer_id: str,
    *,
    name: str,
    did: str,
    relation: Relation,
    person: str | None = None,
    now: datetime,
) -> Guardian:
    """Add somebody who must sign too; `name` is sealed, `did` is that person's own key.

    Raises `Conflict` for an adult, for the performer's own key and for somebody who is named
    already, `BadProof` for what is no Ed25519 did:key.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.require_standing(session, principal, performer_id)
    known = guardians.list_guardians(session, principal, performer_id)
    # Decide.
    public_from_did(did)
    _check_new(rules.minority_in(performer), known, did, now)
    item = Guardian(
        id=new_id("gua"),
        tenant_id=performer.tenant_id,
        performer_id=performer_id,
        sealed_name=b"",
        did=did,
        relation=relation,
        person=person,
        since=now,
        until=None,
        recorded_at=now,
    )
    sealed = seal_guardian(
        vault, name, tenant_id=item.tenant_id, child=performer_id, guardian=item.id
    )
    # Save.
    guardians.add_guardian(session, replace(item, sealed_name=sealed))
    told = {"performer": performer_id, "guardian": item.id, "relation": relation.value, "did": did}
    _note(session, principal, "guardian.added", told, now=now)
    return replace(item, sealed_name=sealed)


def list_guardians(
    session: Session, principal: Principal, performer_id: str
) -> tuple[Guardian, ...]:
    """Everybody who is or was a guardian of the caller's performer, in order."""
    require(principal, SCOPE)
    people.get_performer(session, principal, performer_id)
    return guardians.list_guardians(session, principal, performer_id)


def get_guardian(session: Session, principal: Principal, guardian_id: str) -> Guardian:
    """One guardian of the caller's performer, or before an attester anybody's; else `NotFound`."""
    attests = holds(principal, ATTEST)
    if not attests:
        require(principal, SCOPE)
    capability = SearchCapability("guardianship", guardian_id)
    found = guardians.get_guardian(session, capability, guardian_id)
    if not attests and not owns(found, principal):
        raise NotFound("There is no such guardian.", next_step="Check the guardian id.")
    return found


def attest_guardian(
    session: Session,
    principal: Principal,
    guardian_id: str,
    paper: Paper,
    *,
    demands: Demands,
    now: datetime,
) -> Guardian:
    """Vouch for having read a paper that shows this custody; the last one needed proves it.

    Raises `Conflict` for the same person twice, for the guardian and for what is proved or over,
    `NotAllowed` where the registry has a staff and the caller is no attester.
    """
    # Load.
    if not demands.single_operator:
        require(principal, ATTEST)
    item = get_guardian(session, principal, guardian_id)
    attester = attester_of(principal, demands)
    # Decide.
    if item.proved_at is not None or item.until is not None:
        raise Conflict("This is decided.", next_step="Nothing more is needed.")
    if attester in item.attesters:
        raise Conflict("You have vouched for this.", next_step="Somebody else must, too.")
    if attester == item.person:
        raise Conflict("Nobody vouches for himself.", next_step="Somebody else must.")
    # Save.
    guardians.add_reading(
        session,
        item,
        attester=attester,
        paper=paper,
        single_operator=demands.single_operator,
        at=now,
    )
    told = {"performer": item.performer_id, "guardian": item.id, "paper": paper.value}
    _note(session, principal, "guardian.attested", told, now=now)
    capability = SearchCapability("guardianship", guardian_id)
    if len(item.attesters) + 1 >= demands.attesters:
        guardians.prove(session, capability, guardian_id, at=now)
    return guardians.get_guardian(session, capability, guardian_id)


def acting_guardian(
    session: Session, principal: Principal, performer_id: str, at: datetime
) -> str | None:
    """The guardian as whom this person acts for a performer, where that is so."""
    if principal.person is None:
        return None
    performer = people.get_performer(session, principal, performer_id)
    found = guardians.list_guardians(session, principal, performer_id)
    due = rules.due(found, rules.minority_in(performer), at)
    return next((item.id for item in due if item.person == principal.person), None)


def end_guardian(
    session: Session,
    principal: Principal,
    guardian_id: str,
    why: EndOfGuardianship,
    *,
    now: datetime,
) -> Approval | None:
    """End a guardian's right, once two people of the operator's agree; None when it is done.

    Until then the proposal that waits is returned. Raises `NotAllowed` for everybody else.
    """
    # Load.
    require_operator(principal)
    capability = SearchCapability("guardianship", guardian_id)
    item = guardians.get_guardian(session, capability, guardian_id)
    # Decide.
    if item.until is not None:
        raise Conflict("This guardian's right has ended.", next_step="Nothing more is needed.")
    payload = {"guardian": guardian_id, "why": why.value}
    waits = agreed(session, principal, END, guardian_id, payload, now=now)
    if waits is not None:
        return waits
    # Save.
    guardians.end(session, capability, guardian_id, at=now)
    told = {"performer": item.performer_id, **payload}
    _note(session, principal, "guardian.ended", told, now=now)
    return None


def _check_new(
    minority: Minority | None, known: tuple[Guardian, ...], did: str, now: datetime
) -> None:
    if not rules.is_minor(minority, now):
        raise Conflict(
            "This performer is not known as a minor.",
            next_step="Record the birth date first: ebenbild performer minor.",
            code="not-a-minor",
        )
    if any(item.did == did and item.until is None for item in known):
        raise Conflict("A guardian with this key is named already.", code="guardian-known")
    if sum(item.until is None for item in known) >= GUARDIANS_MAX:
        raise Conflict(
            f"A performer has at most {GUARDIANS_MAX} guardians.", code="too-many-guardians"
        )


def _note(
    session: Session,
    principal: Principal,
    action: str,
    details: Mapping[str, str],
    *,
    now: datetime,
) -> None:
    """One entry for those who look after the registry, one leaf for everybody."""
    subject = details["performer"]
    audit.record(session, principal, action=action, subject_id=subject, details=details, now=now)
    log.append(session, kind=action, subject_id=subject, payload=details, at=now)
