"""What models earned that were trained with a dataset, over HTTP: pools are divided by it."""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.money import parse_rate, rate_text
from registry.models.works import ANYWHERE
from royalties.service import training
from royalties.tariffs.models import IncomeKind
from royalties.training import TrainingReport

router = APIRouter(tags=["money"])


class TrainingReportIn(BaseModel):
    """A dataset's month: income by kind as decimals, and how many outputs name each performer."""

    model_config = FROZEN
    dataset_id: Text
    period: Text
    income: dict[IncomeKind, Text]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    outputs: dict[str, int] = {}
    unnamed: int = 0
    territory: Text = ANYWHERE


class TrainingReportOut(BaseModel):
    """A report as it was taken in; the newest of a dataset's month counts."""

    dataset_id: str
    period: str
    income: dict[IncomeKind, str]
    currency: str
    outputs: dict[str, int]
    unnamed: int
    territory: str

    @classmethod
    def of(cls, one: TrainingReport) -> Self:
        """The report as data."""
        return cls(
            dataset_id=one.dataset_id,
            period=one.period,
            income={kind: rate_text(micro) for kind, micro in one.income_micro.items()},
            currency=one.currency,
            outputs=dict(one.outputs),
            unnamed=one.unnamed,
            territory=one.territory,
        )


@router.post("/training-reports", status_code=201, response_model=TrainingReportOut)
def report(body: TrainingReportIn, writing: Writing) -> Response:
    """Report a dataset's month; a later report of the same month takes its place."""
    said = TrainingReport(
        dataset_id=body.dataset_id,
        period=body.period,
        income_micro={kind: parse_rate(amount) for kind, amount in body.income.items()},
        currency=body.currency,
        outputs=body.outputs,
        unnamed=body.unnamed,
        territory=body.territory,
    )
    return writing.write(
        lambda session: TrainingReportOut.of(
            training.report_training(session, writing.caller, said, now=utc_now())
        )
    )


@router.get("/training-reports", response_model=list[TrainingReportOut])
def list_reports(
    caller: Caller, reading: Reading, dataset_id: Annotated[str, Query(max_length=64)] = ""
) -> list[TrainingReportOut]:
    """What did you report of a dataset, or of every one? Newest first."""
    found = training.list_reports(reading, caller, dataset_id or None)
    return [TrainingReportOut.of(one) for one in found]
