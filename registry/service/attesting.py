"""Attesters come from outside: an enrolment is theirs to look at, whoever's it is.

They are people of the operator, of a society or of a union, whom the performer gives the id of the
enrolment. An agency must not vouch for those it enrols itself where others can.
"""

from sqlmodel import Session

from core.principal import Principal, SearchCapability, require, system
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
