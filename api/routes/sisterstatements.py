"""Statements to sister societies over HTTP, for the book that ran and the society it is about."""

import csv
import io
from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.deps import Caller, Reading
from api.describing import gives
from api.wire_sisters import run_to_dict, statement_to_dict
from royalties.forms.sisters import SisterRunOut, SisterStatementOut
from royalties.service import sisterstatements
from royalties.store.sisterlines import SisterLine

router = APIRouter(tags=["money"])
Society = Annotated[str, Query(max_length=64, description="The society; yourself if left out.")]


@router.get("/sister-statements", response_model=list[SisterRunOut])
def list_runs(caller: Caller, reading: Reading) -> list[SisterRunOut]:
    """Closed runs of other books that collected something for your members, newest first."""
    return [run_to_dict(one) for one in sisterstatements.list_runs(reading, caller)]


@router.get("/sister-statements/{run_id}", response_model=SisterStatementOut)
def show(
    run_id: str, caller: Caller, reading: Reading, society_id: Society = ""
) -> SisterStatementOut:
    """What a closed run did with the money of a society's members, line by line."""
    return statement_to_dict(sisterstatements.statement(reading, caller, run_id, society_id))


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
