"""Attesters come from outside: an enrolment is theirs to look at, whoever's it is.

They are people of the operator, of a society or of a union, whom the performer gives the id of the
enrolment. An agency must not vouch for those it enrols itself where others can.
"""

from sqlmodel import Session

from core.errors import NotAllowed
from core.principal import Principal, SearchCapability, require, system
from registry.proofing.sufficiency import Demands
from registry.store import enrolments

ATTEST = "attest"
OWN = "performers"


def reach(session: Session, principal: Principal, enrolment_id: str) -> Principal:
    """Who reads an enrolment for this caller: he himself his own, an attester every one.

    Raises `NotFound` for an attester's wrong id, `NotAllowed` for whoever is neither.
    """
    if ATTEST not in principal.scopes:
        require(principal, OWN)
        return principal
    capability = SearchCapability("attestation", enrolment_id)
    return system(enrolments.owner_of(session, capability, enrolment_id))


def attester_of(principal: Principal, demands: Demands) -> str:
    """The person who vouches; only where one runs the registry alone a key stands for that one."""
    if principal.person is not None:
        return principal.person
    if demands.single_operator:
        return principal.subject
    raise NotAllowed(
        "A key vouches for nobody: only people do.",
        next_step="Sign in as yourself, and attest what you have seen or heard.",
        code="person-needed",
    )
