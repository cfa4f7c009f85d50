"""How an invoice stands on a day: open, overdue, paid, written off; and what a book is owed."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from royalties.models_income import InvoiceKind, Settlement


class InvoiceState(StrEnum):
    """TAKEN_BACK says that credit notes left nothing of it; a CREDIT_NOTE asks for nothing.

    WRITTEN_OFF is what nobody expects to be paid; its licensee still reads it as OVERDUE.
    """

    OPEN = "open"
    OVERDUE = "overdue"
    PAID = "paid"
    WRITTEN_OFF = "written-off"
    TAKEN_BACK = "taken-back"
    CREDIT_NOTE = "credit-note"


@dataclass(frozen=True, slots=True)
class Unpaid:
    """What invoices of a book still ask for in one currency, and what of it is overdue."""

    currency: str
    invoices: int
    open_micro: int
    overdue: int
    overdue_micro: int


def state_of(item: Settlement, on: date) -> InvoiceState:
    """How an invoice stands on a day; on the day that it is due it is not overdue yet."""
    if item.invoice.kind is not InvoiceKind.INVOICE:
        return InvoiceState.CREDIT_NOTE
    if item.gross_micro <= 0:
        return InvoiceState.TAKEN_BACK
    if item.owed_micro <= 0:
        return InvoiceState.PAID
    if item.open_micro <= 0:
        return InvoiceState.WRITTEN_OFF
    return InvoiceState.OVERDUE if item.invoice.due_on < on else InvoiceState.OPEN
