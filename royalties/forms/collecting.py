"""What is told of who collects: mandates, whose book a use goes into, conflicts with licences."""

from typing import Annotated, Literal

from pydantic import Field

from core.forms import Day, Form, Moment, one_of
from registry.models.works import KindOfUse


class CollectingMandateOut(Form):
    """A society collects these kinds of use, there, for them; `["*"]` means any."""

    id: str
    society_id: str
    giver_id: Annotated[str, Field(description="Who signed it, or whose members it is about.")]
    kinds: list[Annotated[str, one_of(*KindOfUse, "*")]]
    territories: list[str]
    performer_ids: list[str]
    valid_from: Day
    valid_until: Day | None
    source: str


class CollectorOut(Form):
    """Whose book a use goes into, the society that it is handed on to, and by which mandate.

    `sister_id` and `mandate_id` are empty where there is none.
    """

    book: str
    sister_id: str
    mandate_id: str


class CollectingConflictOut(Form):
    """A licence under which the performer is paid directly though a society has the mandate.

    `settled` and `decided_by` are empty until somebody decides.
    """

    id: str
    licence_id: str
    licensee_id: str
    performer_id: str
    performers_side: str
    society_id: str
    mandate_id: str
    found_at: Moment
    settled: Literal["", "society", "directly"]
    decided_by: str
