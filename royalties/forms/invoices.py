"""What is told of invoices, notes, their papers and write-offs, field by field."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from core.forms import Day, Form, Micro, Moment, Month
from royalties.models_income import InvoiceKind


class DueOut(Form):
    """What an invoice or a credit note is due for."""

    kind: InvoiceKind
    licensee_id: str
    licensee: Annotated[str, Field(description="The name, where it may be known.")]
    currency: str
    lines: int
    claims_micro: Micro
    credits_id: Annotated[str | None, Field(description="The invoice that a note takes back.")]


class LeftOut(DueOut):
    """What is due and could not be issued, and what to do about it."""

    reason: str
    next_step: str


class InvoiceOut(Form):
    """An invoice or credit note, and how far it is settled.

    `net_micro` + `vat_micro` = `gross_micro`; `open_micro` is what is still to be paid of it, once
    what was credited, paid and written off is taken away.
    """

    id: str
    book: str
    number: str
    kind: InvoiceKind
    licensee_id: str
    month: Month
    currency: str
    issued_on: Day
    due_on: Day
    lines: int
    claims_micro: Micro
    net_micro: Micro
    vat_micro: Micro
    gross_micro: Micro
    tax: dict[str, str]
    credits_id: str | None
    reason: str
    credited_micro: Micro
    paid_micro: Micro
    open_micro: Micro
    written_off_micro: Micro
    recorded_at: Moment


class NamedInvoiceOut(InvoiceOut):
    """An invoice with the name of its licensee."""

    licensee: str


class OverdueOut(NamedInvoiceOut):
    """An invoice that should have been paid, the reminder that is due, and the last one sent."""

    days_overdue: int
    level: int
    reminded: int


class IssuedOut(Form):
    """What was issued, and what is `left` since nobody said what to write of its licensee."""

    issued: list[NamedInvoiceOut]
    left: list[LeftOut]


class PartyOut(Form):
    """What invoices write about an organisation."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    email: str
    vat_id: str
    vat_checked_on: Day | None
    vat_check_reference: str
    tax_number: str
    iban: str
    bic: str
    small_business: bool
    rate_class: str


class NamedPartyOut(PartyOut):
    """What is written on invoices about the organisation `party_id`."""

    party_id: str


class NotePositionOut(Form):
    """One line of the paper; `cut_id` is empty where cuts are added up."""

    kind: str
    cut_id: str
    earned_period: Month
    claims: int
    net_micro: Micro


class PositionOut(NotePositionOut):
    """One line of an invoice's paper; `title` is empty for a cut that is gone."""

    title: str


class WriteOffOut(Form):
    """What of an invoice was written off, or, below zero, came in after all."""

    id: str
    amount_micro: Micro
    vat_micro: Micro
    month: Month
    reason: str
    recorded_at: Moment


class WriteOffProposalOut(Form):
    """What somebody proposed to write off, until a second person decides."""

    approval_id: str
    number: str
    amount_micro: Micro
    currency: str
    reason: str
    since: Day


class WrittenOffOut(InvoiceOut):
    """An invoice, and every step in which it was written off."""

    write_offs: list[WriteOffOut]


class _Sides(Form):
    seller: PartyOut
    buyer: PartyOut


_Days = TypedDict("_Days", {"from": Day, "until": Day})


class BillOut(_Sides, _Days):
    """What a paper says beside its amounts, but for its positions."""

    interim: Annotated[bool, Field(description="Issued early, for the days until `until` alone.")]
    credits_number: str


class PaperOut(InvoiceOut, BillOut):
    """An invoice with what its paper says, from `from` until `until`."""

    positions: list[PositionOut]
    write_offs: list[WriteOffOut]
    write_off_proposed: WriteOffProposalOut | None


class ClaimOut(Form):
    """A transaction of the ledger that an invoice bears."""

    transaction_id: str
    amount_micro: Micro


class CreditNoteOut(Form):
    """A self-billed note of what a run paid to a payee; below zero where it takes back.

    `net_micro` + `vat_micro` - `withheld_micro` = `due_micro`.
    """

    id: str
    book: str
    number: str
    kind: InvoiceKind
    run_id: str
    payee_id: str
    month: Month
    currency: str
    issued_on: Day
    lines: int
    claims_micro: Micro
    net_micro: Micro
    vat_micro: Micro
    withheld_micro: Micro
    due_micro: Micro
    tax: dict[str, str]
    credits_id: str | None
    recorded_at: Moment


class NotePaperOut(CreditNoteOut, BillOut):
    """A note with what its paper says, from `from` until `until`."""

    positions: list[NotePositionOut]


class NoteLeftOut(Form):
    """A payee to whom no note was issued, and the code of why."""

    payee_id: str
    currency: str
    net_micro: Micro
    reason: str


class NotesIssuedOut(Form):
    """The notes of a run, and whom none was issued to."""

    issued: list[CreditNoteOut]
    left: list[NoteLeftOut]
