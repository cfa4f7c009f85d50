"""Which enrolments wait for an attester, whoever's they are, and what is asked of one.

The list names nobody: whom an enrolment is of an attester reads on opening it.
"""

from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal, SearchCapability, require, system
from fingerprint.models import Reason
from registry.models.people import Enrolment, EnrolmentState, Performer
from registry.models.proofs import Challenge, ChallengeState, Fact
from registry.proofing import mouths
from registry.proofing.sufficiency import Demands, attesters, missing
from registry.service.attesting import ATTEST, attester_of, reach
from registry.service.proofing import evidence_of
from registry.store import challenges, enrolments, people


@dataclass(frozen=True, slots=True)
class Awaiting:
    """One enrolment before an attester: what it lacks, what is asked of this one, what is heard."""

    enrolment: Enrolment
    missing: tuple[Reason, ...]
    facts: tuple[Fact, ...]
    answers: tuple[Challenge, ...]


def awaiting(
    session: Session, principal: Principal, *, demands: Demands, after: str, limit: int
) -> tuple[Awaiting, ...]:
    """Captured enrolments of everybody, by their ids, those after `after`.

    Raises `NotAllowed` for whoever is no attester.
    """
    require(principal, ATTEST)
    capability = SearchCapability("attestation", principal.subject)
    found = enrolments.captured(session, capability, after=after, limit=limit)
    return tuple(_awaiting(session, principal, item, demands) for item in found)


def one(
    session: Session, principal: Principal, enrolment_id: str, *, demands: Demands
) -> tuple[Awaiting, Performer]:
    """One of them, and whose it is; raises `NotFound`, and `NotAllowed` as above."""
    require(principal, ATTEST)
    reader = reach(session, principal, enrolment_id)
    item = enrolments.get_enrolment(session, reader, enrolment_id)
    performer = people.get_performer(session, reader, item.performer_id)
    return _awaiting(session, principal, item, demands), performer


def _awaiting(
    session: Session, principal: Principal, item: Enrolment, demands: Demands
) -> Awaiting:
    if item.state is not EnrolmentState.CAPTURED:
        return Awaiting(item, (), (), ())
    evidence = evidence_of(session, item)
    asked = challenges.list_challenges(session, system(item.tenant_id), item.id)
    heard = tuple(answer for answer in asked if answer.state is ChallengeState.HEAR)
    lacking = missing(evidence, demands)
    facts: set[Fact] = set()
    if any(reason.code == "identity-unattested" for reason in lacking):
        facts.add(Fact.IDENTITY)
    if any(reason.code == "not-shown-live" for reason in lacking):
        facts |= {fact for answer in heard for fact in mouths.wanted(answer.reasons)}
    me = attester_of(principal, demands)
    if me in attesters(evidence.attestations, Fact.IDENTITY):
        facts.discard(Fact.IDENTITY)
    return Awaiting(item, lacking, tuple(fact for fact in Fact if fact in facts), heard)
