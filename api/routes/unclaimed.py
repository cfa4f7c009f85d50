"""Lists of unclaimed money over HTTP: proposed, decided, read."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Reading, Writing
from api.paging import Asked, Page, page
from api.wire import FROZEN
from core.clock import utc_now
from royalties.forms.unclaimed import UnclaimedLineOut, UnclaimedListOut, UnclaimedReportOut
from royalties.models_unclaimed import UnclaimedKind
from royalties.service import unclaimed
from royalties.wire_unclaimed import line_to_dict, list_to_dict, report_to_dict

router = APIRouter(tags=["money"])


class UnclaimedIn(BaseModel):
    """The year, and whether its unclaimed money is booked apart or given up."""

    model_config = FROZEN
    year: int
    kind: UnclaimedKind = UnclaimedKind.APART


class UnclaimedDecision(BaseModel):
    """Whether a list that somebody else proposed is booked, or rejected."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


@router.get("/unclaimed-lists", response_model=Page[UnclaimedListOut])
def list_lists(caller: Caller, reading: Reading, window: Asked) -> Page[UnclaimedListOut]:
    """What your book listed as unclaimed, newest first."""
    found = unclaimed.list_lists(reading, caller, before=window.after, limit=window.limit)
    return page(found, window, list_to_dict)


@router.post("/unclaimed-lists", status_code=201, response_model=UnclaimedReportOut)
def propose(body: UnclaimedIn, writing: Writing) -> Response:
    """List what of a year nobody could be found for; a second person books it."""

    def proposed(session: Session) -> UnclaimedReportOut:
        caller = writing.caller
        made = unclaimed.propose(session, caller, body.year, body.kind, now=utc_now())
        return report_to_dict(*unclaimed.get_list(session, caller, made.id))

    return writing.write(proposed)


@router.get("/unclaimed-lists/{list_id}", response_model=UnclaimedReportOut)
def show(list_id: str, caller: Caller, reading: Reading) -> UnclaimedReportOut:
    """A list of your book and what it comes to."""
    return report_to_dict(*unclaimed.get_list(reading, caller, list_id))


@router.get("/unclaimed-lists/{list_id}/lines", response_model=Page[UnclaimedLineOut])
def lines(list_id: str, caller: Caller, reading: Reading, window: Asked) -> Page[UnclaimedLineOut]:
    """The lines of a list of your book, by account."""
    found = unclaimed.lines_of(reading, caller, list_id, after=window.after, limit=window.limit)
    return page(found, window, line_to_dict)


@router.post("/unclaimed-lists/{list_id}/decision", response_model=UnclaimedListOut)
def decide(list_id: str, body: UnclaimedDecision, writing: Writing) -> Response:
    """Book a list that somebody else proposed, which makes it public, or reject it."""

    def decided(session: Session) -> UnclaimedListOut:
        done = unclaimed.decide(
            session,
            writing.caller,
            list_id,
            approve=body.approve,
            note=body.note,
            now=utc_now(),
        )
        return list_to_dict(done)

    return writing.write(decided, status=200)
