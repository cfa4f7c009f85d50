"""What is told to sister societies: what closed runs did with the money of their members."""

from typing import Literal

from core.forms import Form, Micro, Moment, Month
from registry.models.works import KindOfUse
from royalties.models_payouts import PayoutState
from royalties.models_runs import Outcome


class SisterRunOut(Form):
    """A closed run, and whose book it is of."""

    id: str
    book: str
    number: int
    first_month: Month
    last_month: Month
    closed_at: Moment | None


class SisterSumsOut(Form):
    """What was received, what was deducted of it, and what is owed to the society."""

    received_micro: Micro
    cost_micro: Micro
    social_micro: Micro
    reserve_micro: Micro
    tax_micro: Micro
    net_micro: Micro


class _Line(Form):
    transaction_id: str
    performer_id: str
    cut_id: str
    kind: KindOfUse | Literal[""]
    territory: str
    earned_period: Month
    currency: str
    category: str
    outcome: Outcome


class SisterLineOut(_Line, SisterSumsOut):
    """What a run did with one claim."""


class SisterStatementOut(Form):
    """What a closed run did with the money of a society's members; `totals` by currency."""

    run: SisterRunOut
    society_id: str
    totals: dict[str, SisterSumsOut]
    lines: list[SisterLineOut]


class SisterPaymentOut(Form):
    """A payment to a society, by the runs it is for; `registry` is where her book is elsewhere."""

    id: str
    society_id: str
    registry: str
    reference: str
    currency: str
    amount_micro: Micro
    state: PayoutState
    runs: list[str]
