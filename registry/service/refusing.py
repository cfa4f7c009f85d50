"""An attester's no: what is not so is said under one's own name, with the reason.

It holds an enrolment until the same person vouches for it after all, and answers whose words were
not the phrase, or that nobody was seen to say, count no more. The performer's side is told why.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from core import log, notices
from core.errors import BadInput
from core.principal import Principal, require, system
from fingerprint.models import Reason
from registry.enrolment import Step, advance
from registry.models.people import Enrolment, EnrolmentState
from registry.models.proofs import Attestation, ChallengeState, Fact
from registry.proofing.sufficiency import Demands
from registry.service.attesting import ATTEST, reach
from registry.service.proofing import attestation_of
from registry.store import attestations, challenges, enrolments

OF_AN_ANSWER = frozenset({Fact.WORDS, Fact.LIVE})


def refuse(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    facts: Sequence[Fact],
    why: str,
    *,
    demands: Demands,
    now: datetime,
) -> Attestation:
    """Keep what the caller denies and why, and tell the performer's side.

    Raises `Conflict` before a sample is captured and once the proofs are over, `BadInput` without
    a reason, `NotAllowed` for whoever is no attester, `NotFound` for a wrong id.
    """
    # Load.
    require(principal, ATTEST)
    reader = reach(session, principal, enrolment_id)
    enrolment = enrolments.get_enrolment(session, reader, enrolment_id)
    # Decide.
    if enrolment.state is not EnrolmentState.CAPTURED:
        advance(enrolment.state, Step.PROVE)
    if not why.strip():
        raise BadInput(
            "A refusal says why.",
            next_step="Say what was not so: the performer reads it.",
            code="bad-attestation",
        )
    item = attestation_of(principal, enrolment, facts, why, demands=demands, now=now, refused=True)
    # Save.
    attestations.add_attestation(session, item)
    if OF_AN_ANSWER & set(item.facts):
        _refuse_answers(session, enrolment, item.statement)
    payload = {
        "attestation": item.id,
        "attester": item.attester,
        "facts": list(item.facts),
        "statement": item.statement,
    }
    log.append(session, kind="enrolment.denied", subject_id=enrolment_id, payload=payload, at=now)
    notices.notify(
        session,
        tenant_id=enrolment.tenant_id,
        person=None,
        kind="enrolment.denied",
        subject_id=enrolment_id,
        facts={"why": item.statement, "performer": enrolment.performer_id},
        now=now,
    )
    return item


def _refuse_answers(session: Session, enrolment: Enrolment, why: str) -> None:
    principal = system(enrolment.tenant_id)
    for answer in challenges.list_challenges(session, principal, enrolment.id):
        if answer.state is ChallengeState.HEAR:
            reasons = (Reason("attester-refused", {"why": why}),)
            challenges.settle(session, principal, answer.id, ChallengeState.REFUSED, reasons)
