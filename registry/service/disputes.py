"""Disputes: opened by the search for duplicates, ended by two people of the operator's.

Nothing a newcomer reads tells that somebody resembles him; the incumbent is told at once.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Session

from core import approvals, log, notices
from core.approvalrows import Approval
from core.db import next_seq
from core.errors import NotAllowed, NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, require, system
from registry.enrolment import Step, advance
from registry.models.people import Enrolment, EnrolmentState
from registry.proofing.duplicates import Outcome, payload
from registry.service.enrolment import withdraw_enrolment
from registry.store import disputes, enrolments, prints

ACTION = "enrolment.dispute"
SCOPE = "admin"


def open_dispute(
    session: Session, newcomer: Enrolment, print_ids: Collection[str], *, now: datetime
) -> None:
    """Stop a proofed newcomer who resembles others, and tell those others."""
    capability = SearchCapability("duplicates", newcomer.id)
    owners = prints.print_owners(session, capability, sorted(print_ids))
    incumbents = {
        owner.enrolment_id: (owner.tenant_id, owner.performer_id) for owner in owners.values()
    }
    for incumbent_id, (tenant_id, performer_id) in sorted(incumbents.items()):
        disputes.add_dispute(
            session,
            dispute_id=new_id("dsp"),
            tenant_id=newcomer.tenant_id,
            newcomer_id=newcomer.id,
            incumbent_id=incumbent_id,
            incumbent_tenant=tenant_id,
            at=now,
        )
        _move(session, incumbent_id, tenant_id, Step.DISPUTE)
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=None,
            kind="enrolment.disputed",
            subject_id=incumbent_id,
            facts={"performer": performer_id},
            now=now,
        )
    _move(session, newcomer.id, newcomer.tenant_id, Step.DISPUTE)
    _log(session, "enrolment.disputed", newcomer.id, {"incumbents": sorted(incumbents)}, now)


def propose(
    session: Session, principal: Principal, newcomer_id: str, outcome: Outcome, *, now: datetime
) -> Approval:
    """Lay an outcome before a second person of the operator's; raises NotFound without dispute."""
    _require_operator(principal)
    incumbents = _incumbents(session, newcomer_id)
    return approvals.propose(
        session,
        principal,
        action=ACTION,
        subject_id=newcomer_id,
        payload=payload(newcomer_id, [one for one, _ in incumbents], outcome),
        now=now,
    )


def settle(
    session: Session, principal: Principal, newcomer_id: str, outcome: Outcome, *, now: datetime
) -> None:
    """Carry out what two people decided: the newcomer goes, or goes on beside the incumbents.

    Raises Conflict while nobody approved exactly this outcome.
    """
    # Load.
    _require_operator(principal)
    capability = SearchCapability("duplicates", newcomer_id)
    incumbents = _incumbents(session, newcomer_id)
    tenant_id = dict(disputes.newcomers(session, capability))[newcomer_id]
    # Decide.
    agreed = payload(newcomer_id, [one for one, _ in incumbents], outcome)
    approval = approvals.require_approved(
        session, ACTION, newcomer_id, agreed, tenant_id=principal.tenant_id, now=now
    )
    # Save.
    disputes.end(session, capability, newcomer_id, outcome, at=now)
    for incumbent_id, owner in incumbents:
        if not disputes.is_disputed(session, capability, incumbent_id):
            _give_back(session, incumbent_id, owner)
    if outcome is Outcome.INCUMBENT:
        withdraw_enrolment(session, system(tenant_id), newcomer_id, now=now)
    else:
        _move(session, newcomer_id, tenant_id, Step.CLEAR)
    details = {"outcome": outcome.value, "single_operator": approval.single_operator}
    _log(session, "enrolment.settled", newcomer_id, details, now)


def open_disputes(session: Session, principal: Principal) -> tuple[str, ...]:
    """Newcomers' enrolments about which two people must decide, oldest first."""
    _require_operator(principal)
    found = disputes.newcomers(session, SearchCapability("duplicates", principal.subject))
    return tuple(newcomer_id for newcomer_id, _ in found)


def _incumbents(session: Session, newcomer_id: str) -> tuple[tuple[str, str], ...]:
    found = disputes.open_of(session, SearchCapability("duplicates", newcomer_id), newcomer_id)
    if not found:
        raise NotFound("There is no such dispute.", next_step="List the open disputes.")
    return found


def _give_back(session: Session, incumbent_id: str, tenant_id: str) -> None:
    """An incumbent is as before: searched, or waiting for the end of the own notice period."""
    found = enrolments.get_enrolment(session, system(tenant_id), incumbent_id)
    if found.state is not EnrolmentState.DISPUTED:
        return  # withdrawn meanwhile
    was_active = found.activated_at is not None
    _move(session, incumbent_id, tenant_id, Step.RESTORE if was_active else Step.CLEAR)
    if was_active:
        prints.place_prints(session, system(tenant_id), incumbent_id, next_seq(session))


def _move(session: Session, enrolment_id: str, tenant_id: str, step: Step) -> None:
    principal = system(tenant_id)
    found = enrolments.get_enrolment(session, principal, enrolment_id)
    if found.state is EnrolmentState.DISPUTED and step is Step.DISPUTE:
        return  # with somebody else already
    enrolments.save_state(session, principal, enrolment_id, advance(found.state, step))


def _require_operator(principal: Principal) -> None:
    require(principal, SCOPE)
    if principal.tenant_kind != "operator":
        raise NotAllowed(
            "Only the operator's people decide disputes.",
            next_step="Answer the notice about it instead.",
        )


def _log(
    session: Session, kind: str, enrolment_id: str, details: Mapping[str, object], at: datetime
) -> None:
    log.append(session, kind=kind, subject_id=enrolment_id, payload=details, at=at)
