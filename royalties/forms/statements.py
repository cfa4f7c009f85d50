"""What is told of statements: what was earned, and what became of it, month by month."""

from typing import Annotated, Any, Literal

from typing_extensions import TypedDict

from core.forms import Form, Micro, Moment, Month, ToldAs
from fingerprint.models import Reason
from royalties.forms.claims import AccountMovementOut, PinsOut, Working
from royalties.outcomes import Outcome
from royalties.tariffs.models import Tariff

TariffText = Annotated[dict[str, Any], ToldAs(Tariff)]


class _Booked(Form):
    transaction_id: str
    seq: int
    recorded_at: Moment
    revision: int
    amount_micro: Micro
    working: Working


class StatementLineOut(_Booked, PinsOut):
    """One accrual that stands, what it rests on, and how its amount was reckoned."""


class CorrectionOut(Form):
    """An accrual that was taken back, and why; it adds nothing to the total."""

    transaction_id: str
    reverses_id: str
    seq: int
    recorded_at: Moment
    usage_line_id: str
    use_id: str
    amount_micro: Micro
    currency: str
    reason: str


class TotalOut(Form):
    """The sum of all lines in one currency: whole minor units, and what is carried on."""

    currency: str
    total_micro: Micro
    total_cents: Micro
    carried_micro: Micro


class EarnedOut(Form):
    """What one performer earned in a month as the books stood at `as_of_seq`."""

    form: Literal["ebenbild-statement-1"]
    id: str
    performer_id: str
    period: Month
    as_of_seq: int
    lines: list[StatementLineOut]
    corrections: list[CorrectionOut]
    totals: list[TotalOut]
    tariffs: list[TariffText]


class NamedEarnedOut(EarnedOut):
    """A statement, why nothing was earned for some uses, and what is called how, by id."""

    reasons: list[Reason]
    names: dict[str, str]


class AccountEndsOut(Form):
    """One account in one book at both ends of the month; credits are below zero."""

    book: str
    account: str
    currency: str
    opening_micro: Micro
    closing_micro: Micro


class AccountStatementOut(Form):
    """What became of one performer's money in a month; `closed` once nothing can be added."""

    form: Literal["ebenbild-account-statement-1"]
    id: str
    performer_id: str
    payees: list[str]
    month: Month
    as_of_seq: int
    closed: bool
    balances: list[AccountEndsOut]
    movements: list[AccountMovementOut]
    tariffs: list[TariffText]


class DataIntegrityProofOut(TypedDict):
    type: Literal["DataIntegrityProof"]
    cryptosuite: Literal["eddsa-jcs-2022"]
    created: Moment
    verificationMethod: str
    proofPurpose: str
    proofValue: str


class SignedAccountStatementOut(AccountStatementOut):
    """An account statement that the registry `issuer` signed (docs/statements.md)."""

    issuer: str
    proof: DataIntegrityProofOut


class WhyOut(Form):
    """Why something is so: a stable code and its figures."""

    code: str
    detail: dict[str, str | int | float]


class SkippedOut(Form):
    """A use that earns nothing, and why; `usage_lines` counts the lines it concerns."""

    use_id: str
    performer_id: str
    reason: WhyOut
    usage_lines: int


class AccrualReportOut(Form):
    """What was booked, in accruals; one that was recomputed counts under `reversed` and `new`.

    `kept` counts those that stand and are not a performer's yet. Where all of this is empty,
    `nothing` is the code of why.
    """

    new: int
    unchanged: int
    reversed: int
    skipped: list[SkippedOut]
    kept: dict[Outcome, int]
    nothing: str
