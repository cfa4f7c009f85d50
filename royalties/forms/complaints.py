"""What is told of complaints, field by field; only who made one and who rules read its proof."""

from typing import Annotated, Literal

from pydantic import Field

from core.forms import Form, Micro, Moment
from royalties.models_complaints import Ground, Ruling


class DisputedLineOut(Form):
    """One claim that is disputed, whose it is in the books, and who owes it."""

    live_key: str
    transaction_id: str
    cut_id: str
    performer_id: str
    performer_tenant_id: str
    licensee_id: str
    currency: str
    amount_micro: Micro


class ComplaintOut(Form):
    """A complaint and the lines it disputes; `late` says that it came after the window."""

    id: str
    book: str
    by_tenant_id: str
    state: Literal["open", "proposed"] | Ruling
    ground: Ground
    claimant_id: Annotated[str | None, Field(description="Whose the money is said to be.")]
    part: Annotated[str | None, Field(description="The claimant's part, such as `2/5`.")]
    proposed: Ruling | None
    late: bool
    opened_at: Moment
    decided_at: Moment | None
    single_operator: bool
    lines: list[DisputedLineOut]


class WordOut(Form):
    """What one side said."""

    id: str
    by_tenant_id: str
    text: str
    said_at: Moment


class HeardComplaintOut(ComplaintOut):
    """A complaint with what you may read of it: its proof, or null, and what the sides said."""

    proof: str | None
    words: list[WordOut]


class AccountChangeOut(Form):
    """What one account would gain by a ruling."""

    account: str
    currency: str
    amount_micro: Micro


class RulingEffectOut(Form):
    """What a ruling would move, and what runs `handed_on` of these lines before, by currency."""

    ruling: Ruling
    changes: list[AccountChangeOut]
    handed_on: dict[str, Micro]
