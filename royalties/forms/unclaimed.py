"""What is told of unclaimed money; what anybody may read of it names no amount and nobody."""

from typing import Annotated

from pydantic import Field

from core.forms import Form, Micro, Moment, Month
from royalties.models_unclaimed import UnclaimedKind, UnclaimedState


class UnclaimedListOut(Form):
    """What a book lists of a year; `digest` fixes its lines."""

    id: str
    kind: UnclaimedKind
    year: int
    state: UnclaimedState
    count: int
    digest: str
    proposed_at: Moment
    booked_at: Moment | None
    single_operator: bool


class UnclaimedReportOut(UnclaimedListOut):
    """A list, and what it comes to in each currency."""

    totals: dict[str, Micro]


class UnclaimedLineOut(Form):
    """Money on one account that nobody could be found for.

    Of people whom nobody knows it names the claim and its cut, else the payee who cannot be
    reached; what is not known of it is empty.
    """

    account: str
    currency: str
    amount_micro: Micro
    earned_period: Month
    live_key: str
    transaction_id: str
    cut_id: str
    licensee_id: str
    payee_id: str
    tenant_id: str
    id: str
    item_id: str


class UnclaimedItemOut(Form):
    """In which cut somebody unknown is owed something, and since when; spans in milliseconds."""

    id: str
    year: int
    work: str
    cut: str
    cut_id: str
    months: list[Month]
    spans: list[Annotated[list[int], Field(min_length=2, max_length=2)]]
    published_at: Moment
