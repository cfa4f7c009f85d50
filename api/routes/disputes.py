"""Disputes over HTTP, for the operator's people: what two of them decide."""

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from registry.proofing.duplicates import Outcome
from registry.service import disputes

router = APIRouter(tags=["disputes"])


class NewOutcome(BaseModel):
    """How the dispute about a newcomer's enrolment should end."""

    model_config = FROZEN
    enrolment_id: Text
    outcome: Outcome


class ProposalOut(BaseModel):
    """The approval that a second person must decide on."""

    approval_id: str
    state: str


@router.get("/disputes", response_model=list[str])
def list_disputes(caller: Caller, reading: Reading) -> list[str]:
    """List the newcomers' enrolments about which two people must decide, oldest first."""
    return list(disputes.open_disputes(reading, caller))


@router.post("/disputes/proposals", status_code=201, response_model=ProposalOut)
def propose(body: NewOutcome, writing: Writing) -> Response:
    """Propose how a dispute should end; somebody else approves it."""

    def proposed(session: Session) -> ProposalOut:
        item = disputes.propose(
            session, writing.caller, body.enrolment_id, body.outcome, now=utc_now()
        )
        return ProposalOut(approval_id=item.id, state=item.state.value)

    return writing.write(proposed)


@router.post("/disputes/settlements", response_model=list[str])
def settle(body: NewOutcome, writing: Writing) -> Response:
    """Carry out an approved outcome; returns the disputes that are still open."""

    def settled(session: Session) -> list[str]:
        disputes.settle(session, writing.caller, body.enrolment_id, body.outcome, now=utc_now())
        return list(disputes.open_disputes(session, writing.caller))

    return writing.write(settled, status=200)
