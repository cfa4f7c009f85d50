"""Forms of invoices; amounts are whole millionths of the currency, as text."""

from typing import Annotated

from pydantic import BaseModel, Field

from core.forms import Day, Micro, Moment
from royalties.models_income import InvoiceKind


class DueOut(BaseModel):
    """What an invoice or a credit note is due for."""

    kind: InvoiceKind
    licensee_id: str
    licensee: str = Field(description="The name of the licensee, where it may be known.")
    currency: str
    lines: int
    claims_micro: Micro
    credits_id: str | None = Field(description="The invoice that a credit note takes back.")


class LeftOut(DueOut):
    """What is due and could not be issued, and what to do about it."""

    reason: str
    next_step: str


class InvoiceOut(BaseModel):
    """An invoice or credit note, and how far it is settled.

    `net_micro` + `vat_micro` = `gross_micro`; `open_micro` is what is still to be paid of it, once
    what was credited, paid and written off is taken away.
    """

    id: str
    book: str
    number: str
    kind: InvoiceKind
    licensee_id: str
    month: str
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


class IssuedOut(BaseModel):
    """What was issued, and what is `left` since nobody said what to write of its licensee."""

    issued: list[NamedInvoiceOut]
    left: list[LeftOut]


class PartyOut(BaseModel):
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


class PositionOut(BaseModel):
    """One line of the paper; `title` is empty for a cut that is gone."""

    kind: str
    cut_id: str
    earned_period: str
    claims: int
    net_micro: Micro
    title: str


class WriteOffOut(BaseModel):
    """What of an invoice was written off, or, below zero, came in after all."""

    id: str
    amount_micro: Micro
    vat_micro: Micro
    month: str
    reason: str
    recorded_at: Moment


class ProposalOut(BaseModel):
    """What somebody proposed to write off, until a second person decides."""

    approval_id: str
    number: str
    amount_micro: Micro
    currency: str
    reason: str
    since: Day


class PaperOut(InvoiceOut):
    """An invoice with what its paper says, from `from` until `until`."""

    seller: PartyOut
    buyer: PartyOut
    from_: Annotated[Day, Field(alias="from")]
    until: Day
    interim: bool = Field(description="Issued early, for the days until `until` alone.")
    credits_number: str | None
    positions: list[PositionOut]
    write_offs: list[WriteOffOut]
    write_off_proposed: ProposalOut | None


class ClaimOut(BaseModel):
    """A transaction of the ledger that an invoice bears."""

    transaction_id: str
    amount_micro: Micro
