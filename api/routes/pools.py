"""What licensees report of a month as a whole, over HTTP: pools are divided by it."""

from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api.deps import Caller, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.money import parse_rate, rate_text
from royalties.pooled import PoolReport
from royalties.service import pools
from royalties.tariffs.models import IncomeKind

router = APIRouter(tags=["money"])


class PoolReportIn(BaseModel):
    """A month as a whole: subscribers, and income by kind as decimals in one currency."""

    model_config = FROZEN
    period: Text
    subscribers: int | None = None
    income: dict[IncomeKind, Text] = {}
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""


class PoolReportOut(BaseModel):
    """A report as it was taken in; the newest of a month counts."""

    period: str
    subscribers: int | None
    income: dict[IncomeKind, str]
    currency: str

    @classmethod
    def of(cls, one: PoolReport) -> Self:
        """The report as data."""
        return cls(
            period=one.period,
            subscribers=one.subscribers,
            income={kind: rate_text(micro) for kind, micro in one.income_micro.items()},
            currency=one.currency,
        )


@router.post("/pool-reports", status_code=201, response_model=PoolReportOut)
def report(body: PoolReportIn, writing: Writing) -> Response:
    """Report a month as a whole; a later report of the same month takes its place."""
    income = {kind: parse_rate(amount) for kind, amount in body.income.items()}
    return writing.write(
        lambda session: PoolReportOut.of(
            pools.report_pool(
                session,
                writing.caller,
                body.period,
                subscribers=body.subscribers,
                income_micro=income,
                currency=body.currency,
                now=utc_now(),
            )
        )
    )


@router.get("/pool-reports", response_model=list[PoolReportOut])
def list_reports(
    caller: Caller, reading: Reading, period: Annotated[str, Query(max_length=7)] = ""
) -> list[PoolReportOut]:
    """What did you report of a month, or of every month? Newest first."""
    found = pools.list_reports(reading, caller, period or None)
    return [PoolReportOut.of(one) for one in found]
