"""Invoices over HTTP: what is due, issuing, cancelling, papers, and who is named on them."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Language, Open, Reading, Writing
from api.describing import gives
from api.paging import Asked, Onwards, Page, page
from api.wire import FROZEN, Text
from core.clock import utc_now
from royalties.billing.bills import Bill
from royalties.billing.parties import Party
from royalties.forms.invoices import (
    ClaimOut,
    DueOut,
    IssuedOut,
    NamedInvoiceOut,
    NamedPartyOut,
    OverdueOut,
    PaperOut,
)
from royalties.models_income import Settlement
from royalties.service import bills, invoices, matching, reminders, writeoffs
from royalties.service.booknames import names_of
from royalties.wire_income import (
    bill_to_dict,
    claims_to_dict,
    invoice_to_dict,
    left_to_dict,
    named_party_to_dict,
    named_to_dict,
    overdue_to_dict,
    positions_to_list,
    proposal_to_dict,
    write_off_to_dict,
)

router = APIRouter(tags=["money"])
Month = Annotated[str, Query(max_length=7, description="Month, such as 2026-11.")]
Words = Annotated[str, Field(max_length=200)]


class Issuing(BaseModel):
    """A month up to which claims are invoiced, for everybody or one licensee."""

    model_config = FROZEN
    month: str = Field(max_length=7)
    licensee_id: str | None = Field(default=None, max_length=64)


class Cancelling(BaseModel):
    """Why an invoice is taken back; its credit note says so."""

    model_config = FROZEN
    reason: Text


class PartyIn(BaseModel):
    """What invoices write about an organisation (docs/invoices.md)."""

    model_config = FROZEN
    name: Words
    street: Words
    postcode: Words = ""
    city: Words
    country: Words
    email: Words = ""
    vat_id: Words = ""
    vat_checked_on: date | None = None
    vat_check_reference: Words = ""
    tax_number: Words = ""
    iban: Words = ""
    bic: Words = ""
    small_business: bool = False
    rate_class: Words = "standard"


@router.get("/invoice-drafts", response_model=list[DueOut])
def drafts(caller: Caller, reading: Reading, month: Month) -> list[DueOut]:
    """What invoices and credit notes are due for by a month; nothing is issued."""
    found = invoices.due(reading, caller, month)
    names = _names(reading, caller, [one.licensee_id for one in found])
    return [claims_to_dict(one, names[one.licensee_id]) for one in found]


@router.post("/invoices", status_code=201, response_model=IssuedOut)
def issue(body: Issuing, writing: Writing, world: Open) -> Response:
    """Issue what is due by a month, without gaps in the numbers; `left` says what cannot be."""

    def issued(session: Session) -> IssuedOut:
        found = invoices.issue(
            session,
            world.vault,
            writing.caller,
            body.month,
            licensee_id=body.licensee_id,
            now=utc_now(),
        )
        settled = matching.settlements(session, writing.caller, found)
        still = invoices.left(session, writing.caller, body.month)
        left = [one for one in still if body.licensee_id in (None, one.licensee_id)]
        whose = {one.invoice.licensee_id for one in settled} | {one.licensee_id for one in left}
        names = _names(session, writing.caller, whose)
        return {
            "issued": [named_to_dict(one, names[one.invoice.licensee_id]) for one in settled],
            "left": [left_to_dict(one, names[one.licensee_id]) for one in left],
        }

    return writing.write(issued)


@router.get("/invoices", response_model=Page[NamedInvoiceOut])
def list_invoices(
    caller: Caller,
    reading: Reading,
    window: Asked,
    licensee_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[NamedInvoiceOut]:
    """Invoices and credit notes of your book, and those issued to you, newest first."""
    found = invoices.list_invoices(
        reading,
        caller,
        licensee_id=licensee_id,
        before_seq=window.before_seq,
        limit=window.limit,
    )
    names = _names(reading, caller, [one.invoice.licensee_id for one in found])
    return page(found, window, lambda one: named_to_dict(one, names[one.invoice.licensee_id]), _seq)


@router.get("/overdue-invoices", response_model=Page[OverdueOut])
def list_overdue(caller: Caller, reading: Reading, window: Asked) -> Page[OverdueOut]:
    """Invoices that should have been paid, oldest first, and the reminder that is due."""
    found = reminders.list_overdue(
        reading, caller, now=utc_now(), after=window.after, limit=window.limit
    )
    names = _names(reading, caller, [one.settled.invoice.licensee_id for one in found])
    return page(
        found,
        window,
        lambda one: overdue_to_dict(one, names[one.settled.invoice.licensee_id]),
        cursor=lambda one: one.settled.invoice.id,
    )


@router.post("/invoice-reminders", status_code=201, response_model=list[OverdueOut])
def remind(writing: Writing) -> Response:
    """Remind of every overdue invoice whose next level is due, in the licensees' inboxes."""

    def reminded(session: Session) -> list[OverdueOut]:
        found = reminders.remind(session, writing.caller, now=utc_now())
        whose = [one.settled.invoice.licensee_id for one in found]
        names = _names(session, writing.caller, whose)
        return [overdue_to_dict(one, names[name]) for one, name in zip(found, whose, strict=True)]

    return writing.write(reminded)


@router.get("/invoices/{invoice_id}", response_model=PaperOut)
def show(invoice_id: str, caller: Caller, reading: Reading, world: Open) -> PaperOut:
    """One invoice: its amounts, what its paper says, and how far it is settled."""
    settled = invoices.get_invoice(reading, caller, invoice_id)
    bill = bills.bill_of(reading, world.vault, caller, invoice_id)
    titles = _titles(reading, caller, bill)
    steps = writeoffs.list_steps(reading, caller, invoice_id)
    waiting = writeoffs.proposed(reading, caller, invoice_id)
    return {
        **invoice_to_dict(settled),
        **bill_to_dict(bill),
        "positions": [
            {**one, "title": titles.get(one["cut_id"], "")} for one in positions_to_list(bill)
        ],
        "write_offs": [write_off_to_dict(one) for one in steps],
        "write_off_proposed": proposal_to_dict(waiting.id, waiting.payload) if waiting else None,
    }


@router.get("/invoices/{invoice_id}/claims", response_model=list[ClaimOut])
def claims(
    invoice_id: str,
    caller: Caller,
    reading: Reading,
    onward: Onwards,
    *,
    after: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
) -> list[ClaimOut]:
    """The ledger's transactions that an invoice bears, by id; `after` pages on."""
    found = bills.lines_of(reading, caller, invoice_id, after=after, limit=limit)
    onward.behind(found, limit, lambda one: one[0])
    return [{"transaction_id": name, "amount_micro": str(micro)} for name, micro in found]


@router.get(
    "/invoices/{invoice_id}/invoice.xml",
    response_class=Response,
    responses=gives("application/xml"),
)
def xml(invoice_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """The invoice as it was issued, as XML of EN 16931 (CII)."""
    data = bills.xml_of(reading, world.vault, caller, invoice_id)
    return Response(data, media_type="application/xml")


@router.get(
    "/invoices/{invoice_id}/invoice.pdf",
    response_class=Response,
    responses=gives("application/pdf"),
)
def pdf(invoice_id: str, caller: Caller, reading: Reading, world: Open, lang: Language) -> Response:
    """The same to be read, in English or German."""
    # Not needed by any other answer.
    from api.web.invoicepdf import invoice_pdf  # noqa: PLC0415

    bill = bills.bill_of(reading, world.vault, caller, invoice_id)
    paper = invoice_pdf(bill, lang, _titles(reading, caller, bill))
    return Response(paper, media_type="application/pdf")


@router.post("/invoices/{invoice_id}/cancellation", status_code=201, response_model=NamedInvoiceOut)
def cancel(invoice_id: str, body: Cancelling, writing: Writing, world: Open) -> Response:
    """Take all that is left of an invoice back by a credit note; its claims are due again."""

    def cancelled(session: Session) -> NamedInvoiceOut:
        note = invoices.cancel(
            session,
            world.vault,
            writing.caller,
            invoice_id,
            reason=body.reason,
            now=utc_now(),
        )
        (settled,) = matching.settlements(session, writing.caller, [note])
        names = _names(session, writing.caller, [note.licensee_id])
        return named_to_dict(settled, names[note.licensee_id])

    return writing.write(cancelled)


@router.get("/billing-parties", response_model=list[NamedPartyOut])
def list_parties(caller: Caller, reading: Reading, world: Open) -> list[NamedPartyOut]:
    """What your book writes on invoices about itself and its licensees."""
    found = bills.parties(reading, world.vault, caller)
    return [named_party_to_dict(name, party) for name, party in found.items()]


@router.post("/billing-parties/{party_id}", status_code=201, response_model=NamedPartyOut)
def set_party(party_id: str, body: PartyIn, writing: Writing, world: Open) -> Response:
    """Say what your invoices write about your organisation or a licensee from now on."""
    party = Party(**body.model_dump())

    def kept(session: Session) -> NamedPartyOut:
        said = bills.set_party(session, world.vault, writing.caller, party_id, party, now=utc_now())
        return named_party_to_dict(party_id, said)

    return writing.write(kept)


def _titles(session: Session, caller: Caller, bill: Bill) -> dict[str, str]:
    """Title and version of the cuts that an invoice is about, by id; of none that are gone."""
    cuts = [(one.cut_id, bill.invoice.licensee_id) for one in bill.lines if one.cut_id]
    found = names_of(session, caller.tenant_id, cuts=cuts).cuts
    return {cut_id: ", ".join(filter(None, both)) for cut_id, both in found.items() if any(both)}


def _names(session: Session, caller: Caller, ids: Collection[str]) -> Mapping[str, str]:
    """What licensees are called, as far as it may be known; else by their ids."""
    known = names_of(session, caller.tenant_id, organisations=ids).organisations
    return {name: known.get(name, name) for name in ids}


def _seq(item: Settlement) -> int:
    return item.invoice.seq
