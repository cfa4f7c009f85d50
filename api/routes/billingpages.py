"""Pages of what is due to a society and what came in: invoices, and the bank's payments."""

from datetime import UTC, date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.web.office import ASKED, InOffice
from api.web.response import FormResponse
from core.approvals import may_decide
from royalties.billing.standing import InvoiceState
from royalties.closing import begins_on, month_after, month_before, month_of
from royalties.models_income import WriteOffReason
from royalties.models_payouts import RefundReason
from royalties.refunding import is_told
from royalties.service import (
    advised,
    billingdesk,
    bills,
    receipts,
    refunds,
    toldpayments,
    writeoffs,
)
from royalties.service.booknames import names_in

router = APIRouter(tags=["society"], include_in_schema=False)
SHOWN = 50
INVOICES, RECEIPTS = "/society/invoices", "/society/receipts"


class Listed(BaseModel):
    """Which invoices are shown, and from which on."""

    model_config = ASKED
    state: InvoiceState | None = None
    before: int | None = Field(default=None, ge=1)


class Came(BaseModel):
    """Which payments are shown: those that wait, those of one file, or all; and from which on."""

    model_config = ASKED
    waiting: bool = False
    file: str = Field(default="", max_length=64)
    before: int | None = Field(default=None, ge=1)


@router.get(INVOICES, response_class=FormResponse)
def invoices_page(office: InOffice, asked: Annotated[Listed, Query()]) -> Response:
    """What is due to us, or from us, and what of it is overdue?"""
    session, caller, now = office.session, office.caller, office.now
    found = billingdesk.list_standing(
        session, caller, asked.state, now=now, before_seq=asked.before, limit=SHOWN + 1
    )
    shown, to_us = found[:SHOWN], billingdesk.is_licensee(caller)
    others = {
        one.invoice.id: one.invoice.tenant_id if to_us else one.invoice.licensee_id for one in shown
    }
    return office.page(
        "societyinvoices.html",
        here=INVOICES,
        to_us=to_us,
        others=others,
        names=office.names(organisations=[*others.values()]),
        unpaid=billingdesk.unpaid(session, caller, now=now),
        invoices=shown,
        state=asked.state,
        before=shown[-1].invoice.seq if len(found) > SHOWN else None,
    )


@router.get(INVOICES + "/new", response_class=FormResponse)
def issuing_page(office: InOffice, month: Annotated[str, Query(max_length=7)] = "") -> Response:
    """Which invoices are due by a month, and what does each come to?

    Asked for none, by the last month that is over, or where nothing is due by that, by this one.
    """
    session, own, now = office.session, office.caller.tenant_id, month_of(office.now)
    until = month or month_before(now)
    found = billingdesk.drafted(session, office.vault, office.caller, until)
    if not month and not found:
        until = now
        found = billingdesk.drafted(session, office.vault, office.caller, until)
    known = bills.parties(session, office.vault, office.caller)
    asked = {own, *(one.claims.licensee_id for one in found), *known}
    return office.page(
        "societyissue.html",
        here=INVOICES,
        names=office.names(organisations=asked),
        month=until,
        following=month_after(until),
        not_over=until == now,
        starts_on=begins_on(until) if until > now else None,
        drafts=found,
        parties=known,
        own=own,
        lacking=sorted(asked - known.keys(), key=lambda name: name != own),
    )


@router.get(INVOICES + "/{invoice_id}", response_class=FormResponse)
def invoice_page(invoice_id: str, office: InOffice) -> Response:
    """What is this invoice about, and has it been paid?"""
    found = billingdesk.dossier(
        office.session, office.vault, office.caller, invoice_id, now=office.now
    )
    invoice = found.standing.invoice
    waiting = writeoffs.proposed(office.session, office.caller, invoice_id)
    return office.page(
        "societyinvoice.html",
        here=INVOICES,
        names=office.names(
            organisations=[invoice.licensee_id],
            cuts=[(one.cut_id, invoice.licensee_id) for one in found.bill.lines if one.cut_id],
        ),
        found=found,
        invoice=invoice,
        bill=found.bill,
        own=invoice.tenant_id == office.caller.tenant_id,
        lost=writeoffs.list_steps(office.session, office.caller, invoice_id),
        proposed=waiting,
        since=date.fromisoformat(waiting.payload["from"]) if waiting else None,
        decides=waiting is not None and may_decide(office.caller, waiting.roles),
        reasons=[one for one in WriteOffReason if one is not WriteOffReason.REINSTATED],
        again=WriteOffReason.REINSTATED,
        today=office.now.astimezone(UTC).date(),
    )


@router.get(INVOICES + "/{invoice_id}/lines/{number}", response_class=FormResponse)
def line_page(
    invoice_id: str,
    number: int,
    office: InOffice,
    after: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Which uses, licences and usage lines stand behind this line?"""
    bill, line, found = billingdesk.claims_behind(
        office.session,
        office.vault,
        office.caller,
        invoice_id,
        number,
        after=after,
        limit=SHOWN + 1,
    )
    shown = found[:SHOWN]
    names = names_in(office.session, office.caller.tenant_id, [one for one, _ in shown])
    return office.page(
        "societyinvoiceline.html",
        here=INVOICES,
        names=names,
        bill=bill,
        line=line,
        number=number,
        claims=shown,
        after=shown[-1][0].id if len(found) > SHOWN else "",
    )


@router.get(RECEIPTS, response_class=FormResponse)
def receipts_page(office: InOffice, asked: Annotated[Came, Query()]) -> Response:
    """What came in, and which payments wait for somebody to say what they are for?"""
    session, caller = office.session, office.caller
    found = receipts.list_receipts(
        session,
        office.vault,
        caller,
        waiting=asked.waiting,
        file_sha256=asked.file,
        before_seq=asked.before,
        limit=SHOWN + 1,
    )
    shown = found[:SHOWN]
    held = toldpayments.list_questions(session, office.vault, caller, limit=SHOWN + 1)
    return office.page(
        "societyreceipts.html",
        here=INVOICES,
        names=office.names(organisations=[one.payment.licensee_id or "" for one in shown]),
        asked=asked,
        unmatched=billingdesk.unmatched(session, caller),
        brought=billingdesk.brought(session, caller, asked.file),
        receipts=shown,
        held=held[:SHOWN],
        held_more=len(held) > SHOWN,
        entered=receipts.are_in(session, caller, [one.like for one, *_ in held]),
        before=shown[-1].seq if len(found) > SHOWN else None,
    )


@router.get(RECEIPTS + "/{receipt_id}", response_class=FormResponse)
def receipt_page(receipt_id: str, office: InOffice) -> Response:
    """What did this payment pay, and what may the rest be for?"""
    session, caller = office.session, office.caller
    receipt, _ = receipts.get_receipt(session, office.vault, caller, receipt_id)
    candidates = billingdesk.candidates(session, caller, receipt, now=office.now)
    paid = billingdesk.paid_by(session, caller, receipt_id)
    known = {one.invoice.licensee_id for one in candidates} | {one.licensee_id for one, _ in paid}
    return office.page(
        "societyreceipt.html",
        here=INVOICES,
        names=office.names(organisations={*known, receipt.payment.licensee_id or ""}),
        receipt=receipt,
        paid=paid,
        candidates=candidates,
        refunds=refunds.list_refunds(session, caller, receipt_id),
        advice=advised.of_receipt(session, caller, receipt_id),
        reasons=list(RefundReason),
        is_told=is_told(receipt.payment),
    )
