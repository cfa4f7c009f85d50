"""Distribution runs over HTTP: draft, preview, proposal, decision, lines and report."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Onwards, Page, page
from api.wire import FROZEN
from core.clock import utc_now
from core.principal import Principal
from royalties.deadlines import Deadline
from royalties.forms.runs import PreviewOut, RunLineOut, RunOut, RunProofOut, RunReportOut
from royalties.runbegin import Wanted
from royalties.service import booknames, run_checking, runreleases, runs
from royalties.wire_runs import (
    line_to_dict,
    preview_to_dict,
    proof_to_dict,
    report_to_dict,
    run_to_dict,
)

router = APIRouter(tags=["runs"])
After = Annotated[str, Query(max_length=300, description="The last of the page before.")]


class NewRun(BaseModel):
    """The months of a first run, or the first run that this one follows."""

    model_config = FROZEN
    first_month: str = Field(default="", max_length=7)
    last_month: str = Field(default="", max_length=7)
    follows_id: str = Field(default="", max_length=64)
    final: bool = False


class NewDecision(BaseModel):
    """Whether a run that somebody else proposed is closed and booked, or dropped."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


def _report(session: Session, caller: Principal, run_id: str) -> RunReportOut:
    freed = runreleases.set_free(session, caller, run_id)
    return report_to_dict(*runs.get_run(session, caller, run_id), freed)


@router.get("/runs", response_model=Page[RunOut])
def list_runs(caller: Caller, reading: Reading, window: Asked) -> Page[RunOut]:
    """The runs of your book, newest first."""
    found = runs.list_runs(reading, caller, before=window.before_seq, limit=window.limit)
    return page(found, window, run_to_dict, cursor=lambda one: one.number)


@router.post("/runs", status_code=201, response_model=RunReportOut)
def draft(body: NewRun, writing: Writing, world: Open) -> Response:
    """Plan a run by what has been received by now; nothing is booked yet."""
    wanted = Wanted(**body.model_dump())

    def drafted(session: Session) -> RunReportOut:
        now = utc_now()
        made = runs.draft(session, world.vault, writing.caller, wanted, now=now)
        return _report(session, writing.caller, made.id)

    return writing.write(drafted)


@router.get("/run-calendar", response_model=list[Deadline])
def calendar(caller: Caller, reading: Reading) -> list[Deadline]:
    """By when the money of each year has to be paid out, published and given up."""
    return list(runs.calendar_of(reading, caller, at=utc_now()))


@router.get("/runs/{run_id}", response_model=RunReportOut)
def show(run_id: str, caller: Caller, reading: Reading) -> RunReportOut:
    """A run and its report: what was received, where it went, and whether anything is missing."""
    return _report(reading, caller, run_id)


@router.get("/runs/{run_id}/preview", response_model=list[PreviewOut])
def preview(
    run_id: str, caller: Caller, reading: Reading, onward: Onwards, after: After = ""
) -> list[PreviewOut]:
    """A run performer by performer, beside the deductions of a year before; at most 200."""
    found = runs.preview_of(reading, caller, run_id, after=after)
    onward.behind(found, runs.PAGE_MAX, lambda one: one.performer_id)
    whose = [one.performer_id for one in found]
    names = booknames.names_of(reading, caller.tenant_id, performers=whose).performers
    return [preview_to_dict(one, names.get(one.performer_id, "")) for one in found]


@router.get("/runs/{run_id}/lines", response_model=list[RunLineOut])
def lines(
    run_id: str,
    caller: Caller,
    reading: Reading,
    onward: Onwards,
    *,
    performer_id: Annotated[str | None, Query(max_length=64)] = None,
    after: After = "",
) -> list[RunLineOut]:
    """Lines of a run, 200 a page; a performer's side reads its own once the run is closed.

    `after` is claim, payee and outcome of the last line, joined by `|`.
    """
    key, _, rest = after.partition("|")
    payee, _, outcome = rest.partition("|")
    found = runs.lines_of(
        reading, caller, run_id, performer_id=performer_id, after=(key, payee, outcome)
    )
    onward.behind(found, runs.PAGE_MAX, lambda one: "|".join(one[:3]))
    return [line_to_dict(one) for one in found]


@router.post("/runs/{run_id}/proposal", status_code=201, response_model=RunOut)
def propose(run_id: str, writing: Writing) -> Response:
    """Lay a draft before a second person."""

    def proposed(session: Session) -> RunOut:
        return run_to_dict(runs.propose(session, writing.caller, run_id, now=utc_now()))

    return writing.write(proposed)


@router.post("/runs/{run_id}/decision", response_model=RunOut)
def decide(run_id: str, body: NewDecision, writing: Writing, world: Open) -> Response:
    """Close and book a run that somebody else proposed, or drop it."""

    def decided(session: Session) -> RunOut:
        done = runs.decide(
            session,
            world.vault,
            writing.caller,
            run_id,
            approve=body.approve,
            note=body.note,
            now=utc_now(),
        )
        return run_to_dict(done)

    return writing.write(decided, status=200)


@router.get("/runs/{run_id}/verification", response_model=RunProofOut)
def verify(run_id: str, caller: Caller, reading: Reading) -> RunProofOut:
    """Is anything of a run missing: by its claims and lines, in the books, and in the log?"""
    return proof_to_dict(run_checking.verify(reading, caller, run_id))


@router.get("/runs/{run_id}/facts", response_class=PlainTextResponse)
def facts(run_id: str, caller: Caller, reading: Reading) -> PlainTextResponse:
    """The facts of a run, one JSON object a line, for whoever checks it without a registry."""
    found = run_checking.export(reading, caller, run_id)
    return PlainTextResponse("".join(f"{one}\n" for one in found))
