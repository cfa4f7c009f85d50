"""Proofing: from captured samples to a print that is searched, one step after the other.

Everything that moves an enrolment towards ACTIVE is here. People vouch in requests; a job then
does what takes long, so that no answer's time tells whether somebody was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from core import jobs, leases, log, notices
from core.clock import to_text
from core.db import next_seq
from core.errors import BadInput
from core.ids import new_id
from core.jobs import Job
from core.principal import Principal, SearchCapability, require, system
from core.vault import Vault
from fingerprint.models import Reason, Template
from registry.enrolment import Step, advance, notice_ends, notice_is_over
from registry.models.people import Enrolment, EnrolmentState
from registry.models.proofs import PART_OF, Attestation, Challenge, ChallengeState, Fact
from registry.proofing import mouths
from registry.proofing.sufficiency import Demands, Evidence, missing
from registry.service.attesting import ATTEST, attester_of, reach
from registry.service.disputes import open_dispute
from registry.service.enrolment import withdraw_enrolment
from registry.service.seals import open_template
from registry.store import (
    attestations,
    challenges,
    enrolments,
    identifications,
    prints,
    printtemplates,
)

SCOPE = "performers"
PROVE_JOB = "prove"
STATEMENT_LENGTH_MAX = 500
DUE_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Standing:
    """What is asked of an enrolment, what of it is missing, and who vouched so far."""

    demands: Demands
    missing: tuple[Reason, ...]
    attestations: tuple[Attestation, ...]
    challenges: tuple[Challenge, ...]


def attest(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    facts: Sequence[Fact],
    statement: str,
    *,
    demands: Demands,
    now: datetime,
) -> Job:
    """Keep what the caller vouches for, and queue the look at all proofs.

    Raises `Conflict` before a sample is captured and after a withdrawal, `BadInput` for an
    attestation of nothing; where the registry has a staff `NotAllowed` for a key, and for
    whoever is no attester.
    """
    # Load.
    reader = reach(session, principal, enrolment_id)
    enrolment = enrolments.get_enrolment(session, reader, enrolment_id)
    # Decide.
    if not demands.single_operator:
        require(principal, ATTEST)
    if enrolment.state in (EnrolmentState.DRAFT, EnrolmentState.WITHDRAWN):
        advance(enrolment.state, Step.PROVE)
    item = attestation_of(principal, enrolment, facts, statement, demands=demands, now=now)
    # Save.
    attestations.add_attestation(session, item)
    payload = {
        "attestation": item.id,
        "attester": item.attester,
        "facts": list(item.facts),
        "statement": item.statement,
        "single_operator": item.single_operator,
    }
    log.append(session, kind="enrolment.attested", subject_id=enrolment_id, payload=payload, at=now)
    return enqueue_proof(session, enrolment)


def enqueue_proof(session: Session, enrolment: Enrolment) -> Job:
    """Queue a look at all proofs of an enrolment, whatever was queued for it before."""
    return jobs.enqueue(
        session,
        system(enrolment.tenant_id),
        kind=PROVE_JOB,
        subject_key=f"{enrolment.id}#{next_seq(session)}",
        payload={"enrolment_id": enrolment.id},
    )


@dataclass(frozen=True, slots=True)
class Resemblance:
    """What the search among everybody else found: prints too near, and why none may be made."""

    near: frozenset[str]
    reasons: tuple[Reason, ...]


NOBODY = Resemblance(frozenset(), ())


def is_ready(session: Session, job: Job, *, demands: Demands) -> Enrolment | None:
    """The enrolment of a job, when it waits for nothing but the search for duplicates."""
    enrolment = enrolments.get_enrolment(
        session, system(job.tenant_id), job.payload["enrolment_id"]
    )
    waits = enrolment.state is EnrolmentState.CAPTURED
    return enrolment if waits and not missing(evidence_of(session, enrolment), demands) else None


def rivals(
    session: Session, vault: Vault, enrolment: Enrolment, model_id: str, *, at: datetime
) -> tuple[tuple[str, Template], ...]:
    """(print id, template) of everybody else by one encoder, whoever's they are."""
    capability = SearchCapability("duplicates", enrolment.id)
    rows = printtemplates.rivals(session, capability, enrolment.performer_id, at=at)
    return tuple(
        (row.print_id, open_template(vault, row)) for row in rows if row.model_id == model_id
    )


def proceed(
    session: Session,
    enrolment_id: str,
    job: Job,
    *,
    demands: Demands,
    now: datetime,
    found: Resemblance = NOBODY,
) -> Enrolment:
    """Move an enrolment on as far as its proofs carry; `found` is whom it resembles.

    A print that resembles too many is refused; one near another person's stops in a dispute.
    """
    leases.guard(session, job)
    principal = system(job.tenant_id)
    enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    if enrolment.state is EnrolmentState.CAPTURED and not missing(
        evidence_of(session, enrolment), demands
    ):
        if found.reasons:
            return _refuse(session, enrolment, found.reasons, now)
        enrolment = _begin_notice(session, enrolment, demands, now)
        if found.near:
            open_dispute(session, enrolment, found.near, now=now)
            enrolment = enrolments.get_enrolment(session, principal, enrolment_id)
    if notice_is_over(enrolment, now):
        enrolment = _activate(session, enrolment, now)
    return enrolment


def activate_due(session: Session, capability: SearchCapability, *, at: datetime) -> int:
    """Activate what nobody objected to in its notice period; returns how many."""
    found = enrolments.due(session, capability, at=at, limit=DUE_AT_ONCE)
    for enrolment in found:
        _activate(session, enrolment, at)
    return len(found)


def standing(
    session: Session, principal: Principal, enrolment_id: str, *, demands: Demands
) -> Standing:
    """What an enrolment of the caller's, or before an attester, still lacks, and who vouched."""
    reader = reach(session, principal, enrolment_id)
    enrolment = enrolments.get_enrolment(session, reader, enrolment_id)
    evidence = evidence_of(session, enrolment)
    open_ = enrolment.state in (EnrolmentState.DRAFT, EnrolmentState.CAPTURED)
    lacking = missing(evidence, demands) if open_ else ()
    asked = challenges.list_challenges(session, reader, enrolment_id)
    return Standing(demands, lacking, evidence.attestations, asked)


def attestations_of(
    session: Session, principal: Principal, enrolment_id: str
) -> tuple[Attestation, ...]:
    """Who vouched for an enrolment of the caller's, in order."""
    require(principal, SCOPE)
    return attestations.list_attestations(session, principal, enrolment_id)


def evidence_of(session: Session, enrolment: Enrolment) -> Evidence:
    """What shows at present that an enrolment is the person's own."""
    principal = system(enrolment.tenant_id)
    captured = prints.list_prints(session, principal, enrolment.performer_id)
    parts = frozenset(item.modality for item in captured if item.enrolment_id == enrolment.id)
    said = attestations.list_attestations(session, principal, enrolment.id)
    asked = challenges.list_challenges(session, principal, enrolment.id)
    live = frozenset(PART_OF[item.kind] for item in asked if _is_passed(item, said))
    identified = identifications.framework_of(session, principal, enrolment.id) is not None
    return Evidence(parts, live, identified, said)


def _is_passed(item: Challenge, said: Sequence[Attestation]) -> bool:
    """Whether an answer counts: judged whole, or its words heard by somebody afterwards."""
    if item.state is not ChallengeState.HEAR or item.answered_at is None:
        return item.state is ChallengeState.PASSED
    vouched = [one for one in said if one.at > item.answered_at and not one.refused]
    later = {fact for one in vouched for fact in one.facts}
    return mouths.wanted(item.reasons) <= later


def _refuse(
    session: Session, enrolment: Enrolment, reasons: tuple[Reason, ...], now: datetime
) -> Enrolment:
    notices.notify(
        session,
        tenant_id=enrolment.tenant_id,
        person=None,
        kind="enrolment.refused",
        subject_id=enrolment.id,
        facts={
            "why": ", ".join(reason.code for reason in reasons),
            "performer": enrolment.performer_id,
        },
        now=now,
    )
    return withdraw_enrolment(session, system(enrolment.tenant_id), enrolment.id, now=now)


def _begin_notice(
    session: Session, enrolment: Enrolment, demands: Demands, now: datetime
) -> Enrolment:
    principal = system(enrolment.tenant_id)
    state = advance(advance(enrolment.state, Step.PROVE), Step.NOTIFY)
    until = notice_ends(now, demands.notice_days)
    stamp = demands.single_operator
    enrolments.save_state(
        session,
        principal,
        enrolment.id,
        state,
        proofed_at=now,
        notice_until=until,
        single_operator=stamp,
    )
    challenges.forget(session, principal, enrolment.id)
    payload = {"enrolment": enrolment.id, "single_operator": stamp, "notice_until": to_text(until)}
    log.append(session, kind="enrolment.proofed", subject_id=enrolment.id, payload=payload, at=now)
    return enrolments.get_enrolment(session, principal, enrolment.id)


def _activate(session: Session, enrolment: Enrolment, now: datetime) -> Enrolment:
    principal = system(enrolment.tenant_id)
    state = advance(enrolment.state, Step.ACTIVATE)
    enrolments.save_state(session, principal, enrolment.id, state, activated_at=now)
    # From here on the prints are new to every search, whenever they were made.
    prints.place_prints(session, principal, enrolment.id, next_seq(session))
    payload = {"enrolment": enrolment.id, "single_operator": enrolment.single_operator}
    log.append(session, kind="enrolment.active", subject_id=enrolment.id, payload=payload, at=now)
    return enrolments.get_enrolment(session, principal, enrolment.id)


def attestation_of(
    principal: Principal,
    enrolment: Enrolment,
    facts: Sequence[Fact],
    statement: str,
    *,
    demands: Demands,
    now: datetime,
    refused: bool = False,
) -> Attestation:
    """What the caller vouches for, or denies; raises `BadInput` where that is nothing or too long.

    Where the registry has a staff `NotAllowed` for a key.
    """
    said = " ".join(statement.split())
    if not facts or len(said) > STATEMENT_LENGTH_MAX:
        raise BadInput(
            f"An attestation names at least one fact, in at most {STATEMENT_LENGTH_MAX} letters.",
            next_step="Say what you have seen or heard yourself.",
            code="bad-attestation",
        )
    return Attestation(
        id=new_id("att"),
        tenant_id=enrolment.tenant_id,
        enrolment_id=enrolment.id,
        attester=attester_of(principal, demands),
        facts=tuple(sorted(set(facts))),
        statement=said,
        single_operator=demands.single_operator,
        at=now,
        refused=refused,
    )
