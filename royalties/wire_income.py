"""Invoices and their papers as JSON-ready values; amounts as text."""

from collections.abc import Mapping
from typing import Any

from core.clock import to_text
from royalties.billing.bills import Bill
from royalties.billing.overdue import Overdue
from royalties.billing.parties import Party, party_to_dict
from royalties.forms.invoices import (
    BillOut,
    CreditNoteOut,
    DueOut,
    InvoiceOut,
    LeftOut,
    NamedInvoiceOut,
    NamedPartyOut,
    NotePositionOut,
    OverdueOut,
    WriteOffOut,
    WriteOffProposalOut,
)
from royalties.models_income import (
    Claims,
    Invoice,
    InvoiceKind,
    Settlement,
    WriteOff,
)

PARTY_MISSING = "party-missing"


def claims_to_dict(item: Claims, licensee: str) -> DueOut:
    """What an invoice or a credit note is due for, and the name of the licensee."""
    return {
        "kind": item.kind,
        "licensee_id": item.licensee_id,
        "currency": item.currency,
        "lines": item.lines,
        "claims_micro": str(item.claims_micro),
        "credits_id": item.credits_id,
        "licensee": licensee,
    }


def left_to_dict(item: Claims, licensee: str) -> LeftOut:
    """What is due and was not issued, and what to do about it."""
    return {
        **claims_to_dict(item, licensee),
        "reason": PARTY_MISSING,
        "next_step": f"ebenbild invoice party {item.licensee_id} FILE",
    }


def invoice_to_dict(item: Settlement) -> InvoiceOut:
    """An invoice, and how far it is settled; a credit note leaves nothing open."""
    one = item.invoice
    invoice = one.kind is InvoiceKind.INVOICE
    return {
        "id": one.id,
        "book": one.tenant_id,
        "number": one.number,
        "kind": one.kind,
        "licensee_id": one.licensee_id,
        "month": one.month,
        "currency": one.currency,
        "issued_on": one.issued_on.isoformat(),
        "due_on": one.due_on.isoformat(),
        "lines": one.lines,
        "claims_micro": str(one.claims_micro),
        "net_micro": str(one.amounts.net_micro),
        "vat_micro": str(one.amounts.vat_micro),
        "gross_micro": str(one.amounts.gross_micro),
        "tax": dict(one.tax),
        "credits_id": one.credits_id,
        "reason": one.reason,
        "credited_micro": str(one.amounts.gross_micro - item.gross_micro),
        "paid_micro": str(item.paid_micro),
        "open_micro": str(item.open_micro if invoice else 0),
        "written_off_micro": str(item.lost_micro),
        "recorded_at": to_text(one.recorded_at),
    }


def named_to_dict(item: Settlement, licensee: str) -> NamedInvoiceOut:
    """An invoice, how far it is settled, and the name of its licensee."""
    return {**invoice_to_dict(item), "licensee": licensee}


def write_off_to_dict(item: WriteOff) -> WriteOffOut:
    """What of an invoice was written off, or, below zero, came in after all."""
    return {
        "id": item.id,
        "amount_micro": str(item.amount_micro),
        "vat_micro": str(item.vat_micro),
        "month": item.month,
        "reason": item.reason,
        "recorded_at": to_text(item.recorded_at),
    }


def proposal_to_dict(approval_id: str, said: Mapping[str, Any]) -> WriteOffProposalOut:
    """What somebody proposed to write off, and why."""
    return {
        "approval_id": approval_id,
        "number": said["number"],
        "amount_micro": said["total"],
        "currency": said["currency"],
        "reason": said["reason"],
        "since": said["from"],
    }


def note_to_dict(one: Invoice, run_id: str, withheld_micro: int) -> CreditNoteOut:
    """A self-billed note; every amount is below zero where it takes back."""
    return {
        "id": one.id,
        "book": one.tenant_id,
        "number": one.number,
        "kind": one.kind,
        "run_id": run_id,
        "payee_id": one.licensee_id,
        "month": one.month,
        "currency": one.currency,
        "issued_on": one.issued_on.isoformat(),
        "lines": one.lines,
        "claims_micro": str(one.claims_micro),
        "net_micro": str(one.amounts.net_micro),
        "vat_micro": str(one.amounts.vat_micro),
        "withheld_micro": str(withheld_micro),
        "due_micro": str(one.amounts.gross_micro - withheld_micro),
        "tax": dict(one.tax),
        "credits_id": one.credits_id,
        "recorded_at": to_text(one.recorded_at),
    }


def bill_to_dict(bill: Bill) -> BillOut:
    """What the paper says beside the amounts, but for its positions."""
    start, end = bill.months
    return {
        "seller": party_to_dict(bill.seller),
        "buyer": party_to_dict(bill.buyer),
        "from": start.isoformat(),
        "until": end.isoformat(),
        "interim": bill.until is not None,
        "credits_number": bill.credits_number,
    }


def positions_to_list(bill: Bill) -> list[NotePositionOut]:
    """The lines of a paper."""
    return [
        {
            "kind": line.kind,
            "cut_id": line.cut_id,
            "earned_period": line.earned_period,
            "claims": line.claims,
            "net_micro": str(line.net_micro),
        }
        for line in bill.lines
    ]


def overdue_to_dict(item: Overdue, licensee: str) -> OverdueOut:
    """An invoice that should have been paid."""
    return {
        **invoice_to_dict(item.settled),
        "days_overdue": item.days,
        "level": item.level,
        "reminded": item.reminded,
        "licensee": licensee,
    }


def named_party_to_dict(party_id: str, party: Party) -> NamedPartyOut:
    """What a book writes about an organisation."""
    return {"party_id": party_id, **party_to_dict(party)}
