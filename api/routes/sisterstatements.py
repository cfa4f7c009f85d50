"""Statements to sister societies over HTTP, for the book that ran and the society it is about."""

import csv
import io
from dataclasses import asdict, fields
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.deps import Caller, Reading
from api.describing import gives
from core.clock import to_text
from royalties.service import sisterstatements
from royalties.store.sisterlines import SisterLine, SisterRun
from royalties.wire_runs import amounts_as_text

router = APIRouter(tags=["money"])
Society = Annotated[str, Query(max_length=64, description="The society; yourself if left out.")]


@router.get("/sister-statements", response_model=list[dict[str, Any]])
def list_runs(caller: Caller, reading: Reading) -> list[dict[str, Any]]:
    """Closed runs of other books that collected something for your members, newest first."""
    return [_run(one) for one in sisterstatements.list_runs(reading, caller)]


@router.get("/sister-statements/{run_id}", response_model=dict[str, Any])
def show(run_id: str, caller: Caller, reading: Reading, society_id: Society = "") -> dict[str, Any]:
    """What a closed run did with the money of a society's members, line by line."""
    found = sisterstatements.statement(reading, caller, run_id, society_id)
    return {
        "run": _run(found.run),
        "society_id": found.society_id,
        "totals": {unit: amounts_as_text(one) for unit, one in sorted(found.totals.items())},
        "lines": [amounts_as_text(asdict(one)) for one in found.lines],
    }


@router.get(
    "/sister-statements/{run_id}/statement.csv",
    response_class=Response,
    responses=gives("text/csv"),
)
def table(run_id: str, caller: Caller, reading: Reading, society_id: Society = "") -> Response:
    """The same as a table; amounts in whole millionths."""
    found = sisterstatements.statement(reading, caller, run_id, society_id)
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    names = [field.name for field in fields(SisterLine)]
    rows.writerow(names)
    rows.writerows([getattr(one, name) for name in names] for one in found.lines)
    return Response(written.getvalue(), media_type="text/csv; charset=utf-8")


def _run(one: SisterRun) -> dict[str, Any]:
    at = one.closed_at
    return {**asdict(one), "closed_at": None if at is None else to_text(at)}
