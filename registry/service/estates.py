"""Estates: heirs claim with papers, attesters read them, and then the dead sign no more.

Nothing changes by a claim alone. Once it is confirmed the performer's key is silent, mandates end,
excerpts for comparison go and what was not yet enrolled is withdrawn; two people of the operator's
bind the heirs' key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session

from core import audit, log, notices
from core.db import next_seq
from core.errors import Conflict
from core.ids import new_id
from core.keys import public_from_did
from core.objects import ObjectRef
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from registry import estates as rules
from registry.models.estates import Estate, EstateState, Heir
from registry.models.heldkeys import EndOfHolding
from registry.models.people import EnrolmentState, Purpose
from registry.proofing.sufficiency import Demands
from registry.service.attesting import ATTEST, attester_of
from registry.service.endingkeys import end_all
from registry.service.enrolment import withdraw_enrolment
from registry.service.purposes import given_purposes, withdraw_purpose
from registry.service.sealedtexts import open_text, seal_text
from registry.store import enrolments, estates, mandates, people

SCOPE = "performers"


@dataclass(frozen=True, slots=True)
class NewHeir:
    """One heir as named by whoever claims; `share` is a text such as 1/3."""

    name: str
    did: str
    share: str


def claim_estate(
    session: Session,
    vault: Vault,
    principal: Principal,
    performer_id: str,
    *,
    deceased_on: date,
    papers: ObjectRef,
    papers_sha256: str,
    heirs: Sequence[NewHeir],
    demands: Demands,
    now: datetime,
) -> Estate:
    """Record a claim with its papers; raises `Conflict` while another one stands.

    Raises `BadInput` for shares that do not add up to 1, heirs of one key and a day to come.
    """
    # Load.
    require(principal, SCOPE)
    performer = people.require_standing(session, principal, performer_id)
    known = estates.estates_of(session, principal, performer_id)
    # Decide.
    rules.check_death(deceased_on, now)
    rules.check_keys([heir.did for heir in heirs])
    rules.check_shares([rules.parse_share(heir.share) for heir in heirs])
    if any(item.state is not EstateState.WITHDRAWN for item in known):
        raise Conflict(
            "There is a claim about this performer's estate.",
            next_step="Withdraw it first, or wait until it is decided.",
            code="estate-claimed",
        )
    item = Estate(
        id=new_id("est"),
        tenant_id=performer.tenant_id,
        performer_id=performer_id,
        deceased_on=deceased_on,
        state=EstateState.CLAIMED,
        object_name=papers.name,
        papers_sha256=papers_sha256,
        heirs=tuple(_heir(vault, performer.tenant_id, performer_id, heir) for heir in heirs),
        attesters=(),
        single_operator=demands.single_operator,
        claimed_at=now,
    )
    # Save.
    estates.add_estate(session, item)
    _log(session, "estate.claimed", item, now)
    return item


def attest_estate(
    session: Session, principal: Principal, estate_id: str, *, demands: Demands, now: datetime
) -> Estate:
    """Vouch for the papers after having read them; the last one needed confirms the estate.

    Raises `Conflict` for the same person twice and for a claim that is decided, `NotAllowed` where
    the registry has a staff and the caller is no attester.
    """
    # Load.
    if not demands.single_operator:
        require(principal, ATTEST)
    side = _reach(session, principal, estate_id)
    item = estates.get_estate(session, side, estate_id)
    # Decide.
    if item.state is not EstateState.CLAIMED:
        raise Conflict("This claim is decided.", next_step="Nothing more is needed.")
    attester = attester_of(principal, demands)
    if attester in item.attesters:
        raise Conflict("You have vouched for these papers.", next_step="Somebody else must, too.")
    seen = replace(item, attesters=(*item.attesters, attester))
    # Save.
    estates.add_reading(session, item, reading_id=new_id("esr"), attester=attester, at=now)
    audit.record(
        session,
        principal,
        action="estate.attested",
        subject_id=item.performer_id,
        details={"estate": item.id},
        now=now,
    )
    if rules.is_attested(seen.attesters, demands.attesters):
        _confirm(session, side, seen, now)
    return estates.get_estate(session, side, estate_id)


def withdraw_estate(
    session: Session, principal: Principal, estate_id: str, *, now: datetime
) -> Estate:
    """Take a claim back before it is confirmed; raises `Conflict` afterwards."""
    require(principal, SCOPE)
    item = estates.get_estate(session, principal, estate_id)
    if item.state is not EstateState.CLAIMED:
        raise Conflict("This claim is decided.", next_step="Ask the operator.")
    estates.save_state(session, principal, estate_id, EstateState.WITHDRAWN)
    _log(session, "estate.withdrawn", item, now)
    return replace(item, state=EstateState.WITHDRAWN)


def get_estate(session: Session, principal: Principal, estate_id: str) -> Estate:
    """One estate of the caller's side, or before an attester; raises `NotFound`."""
    return estates.get_estate(session, _reach(session, principal, estate_id), estate_id)


def estates_of(session: Session, principal: Principal, performer_id: str) -> tuple[Estate, ...]:
    """Claims about one of the caller's performers, oldest first."""
    require(principal, SCOPE)
    people.get_performer(session, principal, performer_id)
    return estates.estates_of(session, principal, performer_id)


def heirs_of(session: Session, principal: Principal, performer_id: str) -> tuple[Heir, ...]:
    """The heirs of a confirmed estate, in order; empty while the performer lives."""
    found = estates.estates_of(session, principal, performer_id)
    return next((item.heirs for item in found if item.state is EstateState.CONFIRMED), ())


def heir_name(vault: Vault, item: Estate, heir: Heir) -> str:
    """The name of an heir, for the performer's side and for attesters."""
    return open_text(
        vault,
        heir.sealed_name,
        tenant_id=item.tenant_id,
        performer_id=item.performer_id,
        owner_id=heir.id,
    )


def _reach(session: Session, principal: Principal, estate_id: str) -> Principal:
    """Who reads an estate for this caller: he himself his own, an attester every one."""
    if ATTEST in principal.scopes:
        capability = SearchCapability("attestation", estate_id)
        return system(estates.owner_of(session, capability, estate_id))
    require(principal, SCOPE)
    return principal


def _heir(vault: Vault, tenant_id: str, performer_id: str, heir: NewHeir) -> Heir:
    public_from_did(heir.did)
    heir_id = new_id("hei")
    sealed = seal_text(
        vault, heir.name, tenant_id=tenant_id, performer_id=performer_id, owner_id=heir_id
    )
    return Heir(heir_id, sealed, heir.did, rules.parse_share(heir.share), new_id("pay"))


def _confirm(session: Session, side: Principal, item: Estate, now: datetime) -> None:
    estates.save_state(session, side, item.id, EstateState.CONFIRMED, at=now)
    people.save_death(session, side, item.performer_id, item.deceased_on)
    for mandate in mandates.list_mandates(session, side, performer_id=item.performer_id):
        if mandate.revoked_at is None:
            mandates.revoke(session, side, mandate.id, seq=next_seq(session), at=now)
    end_all(session, performer_id=item.performer_id, why=EndOfHolding.DEATH, now=now)
    _end_enrolments(session, item, now)
    _log(session, "estate.confirmed", item, now)
    notices.notify(
        session,
        tenant_id=item.tenant_id,
        person=None,
        kind="estate.confirmed",
        subject_id=item.performer_id,
        facts={},
        now=now,
    )


def _end_enrolments(session: Session, item: Estate, now: datetime) -> None:
    """What was not yet enrolled ends, and nobody compares by an excerpt of the dead any more."""
    side = system(item.tenant_id)
    for enrolment in enrolments.list_enrolments(session, side, item.performer_id):
        if enrolment.activated_at is None and enrolment.state is not EnrolmentState.WITHDRAWN:
            withdraw_enrolment(session, side, enrolment.id, now=now)
        elif Purpose.COMPARISON in given_purposes(session, enrolment):
            withdraw_purpose(session, side, enrolment.id, Purpose.COMPARISON, now=now)


def _log(session: Session, kind: str, item: Estate, now: datetime) -> None:
    payload = {
        "estate": item.id,
        "papers": item.papers_sha256,
        "heirs": [f"{heir.id} {heir.share}" for heir in item.heirs],
        "attesters": list(item.attesters),
    }
    log.append(session, kind=kind, subject_id=item.performer_id, payload=payload, at=now)
