"""Writing off invoices that nobody pays, over HTTP: proposed, and decided on by a second person."""

from datetime import date

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Writing
from api.wire import FROZEN
from core.clock import utc_now
from royalties.forms.invoices import WriteOffProposalOut, WrittenOffOut
from royalties.models_income import WriteOffReason
from royalties.service import invoices, writeoffs
from royalties.wire_income import invoice_to_dict, proposal_to_dict, write_off_to_dict

router = APIRouter(tags=["money"])


class NewWriteOff(BaseModel):
    """Why nobody expects an invoice to be paid, or it is again, and since when: else today."""

    model_config = FROZEN
    reason: WriteOffReason
    since: date | None = None


class WriteOffDecision(BaseModel):
    """Whether what somebody else proposed is done."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


@router.post(
    "/invoices/{invoice_id}/write-off", status_code=201, response_model=WriteOffProposalOut
)
def propose(invoice_id: str, body: NewWriteOff, writing: Writing) -> Response:
    """Propose to write off all that is open of an invoice, or to expect it again; two decide."""
    asked = writeoffs.Asked(body.reason, body.since)

    def proposed(session: Session) -> WriteOffProposalOut:
        made = writeoffs.propose(session, writing.caller, invoice_id, asked, now=utc_now())
        return proposal_to_dict(made.id, made.payload)

    return writing.write(proposed)


@router.post("/invoices/{invoice_id}/write-off-decision", response_model=WrittenOffOut)
def decide(invoice_id: str, body: WriteOffDecision, writing: Writing) -> Response:
    """Do what somebody else proposed, or let it be; the invoice as it is then."""

    def decided(session: Session) -> WrittenOffOut:
        caller = writing.caller
        writeoffs.decide(
            session, caller, invoice_id, approve=body.approve, note=body.note, now=utc_now()
        )
        found = invoice_to_dict(invoices.get_invoice(session, caller, invoice_id))
        steps = writeoffs.list_steps(session, caller, invoice_id)
        return {**found, "write_offs": [write_off_to_dict(one) for one in steps]}

    return writing.write(decided, status=200)
