"""Who collects, over HTTP: mandates by agreement, who collects a use, conflicts with licences."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from api import paging
from api.deps import Caller, Reading, Writing
from api.paging import Page, page
from api.wire import FROZEN, Text
from core.approvalrows import Approval, ApprovalState
from core.clock import to_text, utc_now
from core.forms import Form
from core.ids import new_id
from core.principal import require_any
from registry.models.works import KindOfUse
from registry.territories import check_territories
from royalties.collecting import (
    ANY,
    Claimed,
    CollectingMandate,
    mandate_from_dict,
    mandate_to_dict,
)
from royalties.forms.collecting import CollectingConflictOut, CollectingMandateOut, CollectorOut
from royalties.models_collecting import Conflict, SoughtConflicts
from royalties.service import collecting, conflicts
from royalties.service.collectors import CollectorsOf
from royalties.service.periods import check_month

router = APIRouter(tags=["money"])
Names = Annotated[list[Text], Field(min_length=1, max_length=10_000)]


class MandateIn(BaseModel):
    """A society collects these kinds of use, there, for them; `["*"]` means any.

    `giver_id` is a sister society whose members it is about; an `id` makes another version of it.
    """

    model_config = FROZEN
    id: str = Field(default="", max_length=64)
    society_id: Text
    giver_id: str = Field(default="", max_length=64)
    kinds: Names = [ANY]
    territories: Names = [ANY]
    performer_ids: Names = [ANY]
    valid_from: date
    valid_until: date | None = None
    source: Text


class Ending(BaseModel):
    """The first day on which the mandate is over."""

    model_config = FROZEN
    until: date


class Decision(BaseModel):
    """Whether a mandate that somebody else proposed comes into force."""

    model_config = FROZEN
    approval_id: str = Field(max_length=64)
    approve: bool
    note: str = Field(default="", max_length=2000)


class Settlement(BaseModel):
    """Whether the society collects under the licence; else the performer is paid directly."""

    model_config = FROZEN
    collects: bool


class Asked(BaseModel):
    """One kind of use of a performer, in a place and month."""

    model_config = FROZEN
    territory: str = Field(max_length=5)
    month: str = Field(max_length=7)
    kind: KindOfUse = KindOfUse.SYNTHESISE_VOICE
    performer_id: str = Field(default="", max_length=64)


class ProposedMandateOut(Form):
    """A mandate that somebody proposed, and what became of that."""

    approval_id: str
    mandate_id: str
    state: ApprovalState
    mandate: CollectingMandateOut


@router.get("/collecting-mandates", response_model=Page[CollectingMandateOut])
def list_mandates(
    caller: Caller, reading: Reading, window: paging.Asked
) -> Page[CollectingMandateOut]:
    """The collecting mandates that you may see, each as it stands: agreements, then signed ones."""
    found = collecting.list_mandates(reading, caller, after=window.after, limit=window.limit)
    return page(found, window, mandate_to_dict)


@router.post("/collecting-mandates", status_code=201, response_model=ProposedMandateOut)
def propose(body: MandateIn, writing: Writing) -> Response:
    """Propose a collecting mandate by agreement; somebody else decides."""
    said = body.model_dump()
    names = {name: tuple(said[name]) for name in ("kinds", "territories", "performer_ids")}
    mandate = CollectingMandate(**{**said, **names, "id": body.id or new_id("cmd")})
    return writing.write(
        lambda session: _approval(
            collecting.propose(session, writing.caller, mandate, now=utc_now())
        )
    )


@router.post(
    "/collecting-mandates/{mandate_id}/end", status_code=201, response_model=ProposedMandateOut
)
def end(mandate_id: str, body: Ending, writing: Writing) -> Response:
    """Propose to end a mandate; somebody else decides."""
    return writing.write(
        lambda session: _approval(
            collecting.end(session, writing.caller, mandate_id, body.until, now=utc_now())
        )
    )


@router.post("/collecting-decisions", response_model=ProposedMandateOut)
def decide(body: Decision, writing: Writing) -> Response:
    """Put a mandate that somebody else proposed into force, or refuse it."""
    return writing.write(
        lambda session: _approval(
            collecting.decide(
                session,
                writing.caller,
                body.approval_id,
                approve=body.approve,
                note=body.note,
                now=utc_now(),
            )
        ),
        status=200,
    )


@router.get("/collectors", response_model=CollectorOut)
def who(
    caller: Caller,
    reading: Reading,
    asked: Annotated[Asked, Query()],
) -> CollectorOut:
    """Who collects for a kind of use of a performer in a place and month?"""
    require_any(caller, *collecting.SCOPES)
    check_month(asked.month)
    (territory,) = check_territories([asked.territory] if asked.territory else [])
    known = CollectorsOf(reading).of([asked.performer_id] if asked.performer_id else [])
    found = known.of(Claimed(asked.kind.value, territory, asked.performer_id, asked.month))
    return {"book": found.book, "sister_id": found.sister_id, "mandate_id": found.mandate_id}


@router.get("/collecting-conflicts", response_model=Page[CollectingConflictOut])
def list_conflicts(
    caller: Caller, reading: Reading, window: paging.Asked
) -> Page[CollectingConflictOut]:
    """Licences under which the performer is paid directly though a society has the mandate."""
    behind = SoughtConflicts(after=window.after)
    found = conflicts.list_conflicts(reading, caller, behind, limit=window.limit)
    return page(found, window, _conflict)


@router.post(
    "/collecting-conflicts/{conflict_id}/settlement",
    status_code=201,
    response_model=CollectingConflictOut,
)
def settle(conflict_id: str, body: Settlement, writing: Writing) -> Response:
    """Decide who is paid under a licence; what waits is booked anew by the next accrual."""
    return writing.write(
        lambda session: _conflict(
            conflicts.settle(
                session, writing.caller, conflict_id, collects=body.collects, now=utc_now()
            )
        )
    )


def _approval(item: Approval) -> ProposedMandateOut:
    return {
        "approval_id": item.id,
        "mandate_id": item.subject_id,
        "state": item.state,
        "mandate": mandate_to_dict(mandate_from_dict(item.payload)),
    }


def _conflict(one: Conflict) -> CollectingConflictOut:
    settled = one.settled
    return {
        "id": one.id,
        "licence_id": one.licence_id,
        "licensee_id": one.licensee_id,
        "performer_id": one.performer_id,
        "performers_side": one.owner_id,
        "society_id": one.society_id,
        "mandate_id": one.mandate_id,
        "found_at": to_text(one.found_at),
        "settled": "" if settled is None else "society" if settled.collects else "directly",
        "decided_by": settled.decided_by if settled else "",
    }
