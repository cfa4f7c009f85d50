"""What is told of usage lines: as reported, held for a person, missing, estimated."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from core.forms import Form, Micro, Moment, Month
from fingerprint.models import Reason
from royalties.models import Origin
from royalties.models_usage import HoldState, Reporting
from royalties.tariffs.models import IncomeKind

_Part = Annotated[str, Field(description="A whole number or a fraction, such as `3/10`.")]


class ReportedOut(Form, total=False):
    """Figures of a usage line beside its views; what nobody reported is absent."""

    unique_views: int
    watched_ms: int
    completion: _Part
    income_micro: Micro
    income_kind: IncomeKind
    currency: str
    payments: int
    free: Literal[0, 1]
    subscribers: int
    days: _Part


class ReportedPart(TypedDict, total=False):
    """What of a usage line is there only where such figures were reported."""

    reported: ReportedOut


class NamesPart(TypedDict, total=False):
    """What of a usage line is there only where it bore identifiers."""

    names: dict[str, str]


class UsageLineOut(Form):
    """A usage line as it was reported, and where it comes from."""

    line_id: str
    cut_id: str
    territory: str
    period: Month
    views: int | None
    reported: NotRequired[ReportedOut]
    names: NotRequired[Annotated[dict[str, str], Field(description="Identifiers, by scheme.")]]
    reference: Annotated[str, Field(description="The reporter's own name for the line.")]
    supersedes: Annotated[str | None, Field(description="The line that this one corrects.")]
    origin: Origin
    recorded_at: Moment


class HoldOut(Form):
    """Why a usage line waits for a person, and what became of it."""

    id: str
    state: HoldState
    corrected: bool
    approval_id: Annotated[str | None, Field(description="What waits for a second person.")]
    decided_at: Moment | None
    reporter_id: str
    rules_id: str
    reasons: list[Reason]
    line: UsageLineOut


class UsageHoldOut(HoldOut):
    """A held line with the title of its work and the version that its cut is."""

    title: str
    version: str


class StakedHoldOut(UsageHoldOut):
    """A held line, and to the collector's clerks what it would earn; null where unknown."""

    stake_micro: Micro | None
    stake_currency: str | None


class MissingOut(Form):
    """A title without a report of a month that ended so many days ago."""

    cut_id: str
    licensee_id: str
    month: Month
    days: int
    reminders: Annotated[int, Field(description="How many were sent.")]
    state: Reporting
    estimates: Annotated[list[str], Field(description="The lines that stand in for a report.")]


class RemindedOut(Form):
    """A reminder that was sent: so many titles lacked a report of the month."""

    licensee_id: str
    month: Month
    level: int
    titles: int


class EstimateOut(Form):
    """Lines that stand in for a report: the rule, and the months and lines it reckoned from.

    `counts` is false once a report or players tell the month. `lines` is empty where it was just
    estimated.
    """

    cut_id: str
    licensee_id: str
    month: Month
    rule_id: str
    basis: Literal["mean", "flat"]
    months: list[Month]
    inputs: list[str]
    line_ids: list[str]
    lines: list[UsageLineOut]
    counts: bool
    recorded_at: Moment
