"""Complaints about lines of a book over HTTP: made, read, ruled on by two people."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Reading, Writing
from api.paging import Asked, Page, page
from api.wire import FROZEN
from core.clock import utc_now
from royalties.forms.complaints import (
    ComplaintOut,
    HeardComplaintOut,
    RulingEffectOut,
    WordOut,
)
from royalties.models_complaints import Ground, Ruling
from royalties.service import complaints, complaintwords, rulingpreviews, rulings
from royalties.service.complaints import LINES_MAX, NewComplaint
from royalties.wire_complaints import change_to_dict, complaint_to_dict, word_to_dict

router = APIRouter(tags=["money"])
Id = Annotated[str, Field(min_length=1, max_length=64)]


class ComplaintIn(BaseModel):
    """Which lines are wrong, by the ids of their accruals, on what ground, and the proof."""

    model_config = FROZEN
    transaction_ids: tuple[Id, ...] = Field(max_length=LINES_MAX)
    ground: Ground
    proof: str = Field(max_length=4000)
    claimant_id: str = Field(default="", max_length=64)
    late: bool = False


class RulingIn(BaseModel):
    """How a complaint should end; `part` such as `2/5` is the claimant's where it is shared."""

    model_config = FROZEN
    ruling: Ruling
    part: str = Field(default="", max_length=40)


class WordIn(BaseModel):
    """What one side says."""

    model_config = FROZEN
    text: str = Field(max_length=4000)


class RulingDecision(BaseModel):
    """Whether it ends as somebody else proposed, or stays open."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


@router.get("/complaints", response_model=Page[ComplaintOut])
def list_complaints(caller: Caller, reading: Reading, window: Asked) -> Page[ComplaintOut]:
    """The complaints about lines that concern you, newest first."""
    found = complaints.list_complaints(reading, caller, before=window.after, limit=window.limit)
    return page(found, window, complaint_to_dict)


@router.post("/complaints", status_code=201, response_model=ComplaintOut)
def open_complaint(body: ComplaintIn, writing: Writing) -> Response:
    """Dispute lines: they are frozen until two people of whoever collects have ruled."""
    said = NewComplaint(**body.model_dump())

    def opened(session: Session) -> ComplaintOut:
        made = complaints.open_complaint(session, writing.caller, said, now=utc_now())
        return complaint_to_dict(made)

    return writing.write(opened)


@router.get("/complaints/{complaint_id}", response_model=HeardComplaintOut)
def show(complaint_id: str, caller: Caller, reading: Reading) -> HeardComplaintOut:
    """A complaint; its proof is read by who made it and by who rules."""
    item, proof = complaints.get_complaint(reading, caller, complaint_id)
    words = [word_to_dict(one) for one in complaintwords.heard(reading, caller, item)]
    return {**complaint_to_dict(item), "proof": proof, "words": words}


@router.post("/complaints/{complaint_id}/words", status_code=201, response_model=WordOut)
def say(complaint_id: str, body: WordIn, writing: Writing) -> Response:
    """Say something of a complaint that concerns you, for who rules; theirs is for everybody."""

    def said(session: Session) -> WordOut:
        made = complaintwords.say(session, writing.caller, complaint_id, body.text, now=utc_now())
        return word_to_dict(made)

    return writing.write(said)


@router.get("/complaints/{complaint_id}/effect", response_model=RulingEffectOut)
def effect(
    *,
    complaint_id: str,
    caller: Caller,
    reading: Reading,
    ruling: Ruling = Ruling.UPHELD,
    part: Annotated[str, Query(max_length=40)] = "",
) -> RulingEffectOut:
    """What a ruling would move, before it is made: gains and losses by account."""
    found = rulingpreviews.preview(reading, caller, complaint_id, ruling, part=part, now=utc_now())
    return {
        "ruling": found.ruling,
        "changes": [change_to_dict(one) for one in found.changes],
        "handed_on": {unit: str(amount) for unit, amount in found.handed_on.items()},
    }


@router.post("/complaints/{complaint_id}/withdrawal", response_model=ComplaintOut)
def withdraw(complaint_id: str, writing: Writing) -> Response:
    """Take your complaint back; its lines are free again."""

    def withdrawn(session: Session) -> ComplaintOut:
        done = rulings.withdraw(session, writing.caller, complaint_id, now=utc_now())
        return complaint_to_dict(done)

    return writing.write(withdrawn, status=200)


@router.post("/complaints/{complaint_id}/ruling", status_code=201, response_model=ComplaintOut)
def propose(complaint_id: str, body: RulingIn, writing: Writing) -> Response:
    """Propose how a complaint ends; a second person decides."""

    def proposed(session: Session) -> ComplaintOut:
        made = rulings.propose(
            session, writing.caller, complaint_id, body.ruling, part=body.part, now=utc_now()
        )
        return complaint_to_dict(made)

    return writing.write(proposed)


@router.post("/complaints/{complaint_id}/decision", response_model=ComplaintOut)
def decide(complaint_id: str, body: RulingDecision, writing: Writing) -> Response:
    """Rule as somebody else proposed, or leave the complaint open."""

    def decided(session: Session) -> ComplaintOut:
        done = rulings.decide(
            session,
            writing.caller,
            complaint_id,
            approve=body.approve,
            note=body.note,
            now=utc_now(),
        )
        return complaint_to_dict(done)

    return writing.write(decided, status=200)
