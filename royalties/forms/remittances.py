"""What is told of payments of other societies, and of the advices that explain them."""

from typing import Annotated, Literal

from pydantic import Field

from core.forms import Form, Micro, Moment, Month, one_of
from registry.models.works import KindOfUse
from royalties.forms.sisters import SisterPaymentOut
from royalties.models_payouts import PayoutState

_Waits = Annotated[str, one_of("", "returned", "on-its-way", "unexplained", "earlier-missing")]
_AdviceWaits = Annotated[str, one_of("", "held", "no-payment", "paid-before", "earlier-missing")]
_Cause = Annotated[str, Field(description="The code of why it is held; empty where it is not.")]


class FiguresOut(Form):
    """What was received for a claim, what was deducted of it, and what was freed of it later."""

    gross_micro: Micro
    cost_micro: Micro
    social_micro: Micro
    reserve_micro: Micro
    tax_micro: Micro
    freed_micro: Micro


class RemittanceOut(Form):
    """A payment of another book, and the code of why its claims wait; empty where none does.

    `receipt_id` is empty until it stands in your book.
    """

    id: str
    payer: str
    reference: str
    currency: str
    amount_micro: Micro
    claims_micro: Micro
    vat_micro: dict[str, Micro]
    rounding_micro: Micro
    state: PayoutState
    changed_at: Moment
    runs: list[str]
    receipt_id: str
    waits: _Waits


class _Line(Form):
    claim_id: Annotated[str, Field(description="The claim in your book; empty where none is.")]
    performer_id: str
    cut_id: str
    kind: KindOfUse | Literal[""]
    territory: str
    earned_period: Month


class RemittanceLineOut(_Line, FiguresOut):
    """What a payment brought for one claim; `amount_micro` is handed on of it."""

    amount_micro: Micro


class WholeRemittanceOut(RemittanceOut):
    """A payment, and what it brought for each claim of your members."""

    lines: list[RemittanceLineOut]


class AdviceOut(Form):
    """What another registry says a payment is for, and how that stands in your book."""

    id: str
    payer: str
    payer_name: str
    registry: str
    reference: str
    currency: str
    amount_micro: Micro
    claims_micro: Micro
    vat_micro: dict[str, Micro]
    rounding_micro: Micro
    runs: list[str]
    recorded_at: Moment
    receipt_id: Annotated[str, Field(description="The payment; empty while none is matched.")]
    placed_micro: Micro
    held_micro: Micro
    waits: _AdviceWaits


class _Theirs(Form):
    their_claim_id: str
    their_performer_id: str
    their_licence_id: str
    title: str
    label: str
    kind: KindOfUse | Literal[""]
    territory: str
    earned_period: Month
    spans: list[Annotated[list[int], Field(min_length=2, max_length=2)]]


class TheirLineOut(_Theirs, FiguresOut):
    """A line of an advice, by the ids of whoever wrote it; spans in milliseconds of the cut."""

    amount_micro: Micro


class AdviceLineOut(TheirLineOut):
    """A line of an advice, and where it belongs here; empty where it belongs nowhere yet."""

    performer_id: str
    licence_id: str
    cause: _Cause
    claim_id: str


class WholeAdviceOut(AdviceOut):
    """An advice with where each of its lines is, or why it is held."""

    lines: list[AdviceLineOut]


class HeldLineOut(Form):
    """A line that a society could not place, by your own ids, and why."""

    claim_id: str
    performer_id: str
    licence_id: str
    amount_micro: Micro
    cause: _Cause


class AnswerToAdviceOut(SisterPaymentOut):
    """What a society answered to your advice; `matched` says that she has the payment."""

    matched: bool
    lines: list[HeldLineOut]
