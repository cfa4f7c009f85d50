"""Self-billed credit notes over HTTP: issued from a closed run, read by the payee's side."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Language, Open, Reading, Writing
from api.describing import gives
from api.paging import Asked, Page, page
from api.wire import FROZEN
from core.clock import utc_now
from royalties.forms.invoices import CreditNoteOut, NotePaperOut, NotesIssuedOut
from royalties.models_income import Invoice
from royalties.service import selfbilling
from royalties.wire_income import bill_to_dict, note_to_dict, positions_to_list

router = APIRouter(tags=["money"])


class Issuing(BaseModel):
    """The closed run whose payees get their notes."""

    model_config = FROZEN
    run_id: str = Field(max_length=64)


@router.post("/credit-notes", status_code=201, response_model=NotesIssuedOut)
def issue(body: Issuing, writing: Writing, world: Open) -> Response:
    """Issue a note to every payee whom a closed run paid; `left` says who has none, and why."""

    def issued(session: Session) -> NotesIssuedOut:
        made, left = selfbilling.issue(
            session, world.vault, writing.caller, body.run_id, now=utc_now()
        )
        known = selfbilling.list_notes(session, writing.caller, run_id=body.run_id, limit=len(made))
        return {
            "issued": [note_to_dict(*one) for one in reversed(known)] if made else [],
            "left": [
                {
                    "payee_id": one.payee_id,
                    "currency": one.currency,
                    "net_micro": str(one.net_micro),
                    "reason": one.reason,
                }
                for one in left
            ],
        }

    return writing.write(issued)


@router.get("/credit-notes", response_model=Page[CreditNoteOut])
def list_notes(
    caller: Caller,
    reading: Reading,
    window: Asked,
    run_id: Annotated[str, Query(max_length=64)] = "",
) -> Page[CreditNoteOut]:
    """Notes of your book, or to your payees, newest first."""
    found = selfbilling.list_notes(
        reading, caller, run_id=run_id, before_seq=window.before_seq, limit=window.limit
    )
    return page(found, window, lambda one: note_to_dict(*one), _seq)


@router.get("/credit-notes/{note_id}", response_model=NotePaperOut)
def show(note_id: str, caller: Caller, reading: Reading, world: Open) -> NotePaperOut:
    """One note: its amounts, and what its paper says."""
    bill, run_id = selfbilling.bill_of(reading, world.vault, caller, note_id)
    sign = -1 if bill.invoice.claims_micro < 0 else 1
    said = note_to_dict(bill.invoice, run_id, sign * bill.withheld_micro)
    return {**said, **bill_to_dict(bill), "positions": positions_to_list(bill)}


@router.get(
    "/credit-notes/{note_id}/note.xml", response_class=Response, responses=gives("application/xml")
)
def xml(note_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """The note as it was issued, as XML of EN 16931 (CII)."""
    data = selfbilling.xml_of(reading, world.vault, caller, note_id)
    return Response(data, media_type="application/xml")


@router.get(
    "/credit-notes/{note_id}/note.pdf", response_class=Response, responses=gives("application/pdf")
)
def pdf(note_id: str, caller: Caller, reading: Reading, world: Open, lang: Language) -> Response:
    """The same to be read, in English or German."""
    # Not needed by any other answer.
    from api.web.invoicepdf import invoice_pdf  # noqa: PLC0415

    bill, _ = selfbilling.bill_of(reading, world.vault, caller, note_id)
    return Response(invoice_pdf(bill, lang), media_type="application/pdf")


def _seq(item: tuple[Invoice, str, int]) -> int:
    return item[0].seq
