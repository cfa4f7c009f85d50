"""Held usage lines over HTTP: why each waits, and the decision of one person or two."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.paging import Onwards
from api.wire import FROZEN
from core.clock import utc_now
from core.principal import Principal
from royalties.forms.usage import StakedHoldOut, UsageHoldOut
from royalties.models_usage import HoldState
from royalties.service import usage, usageholds
from royalties.service.usageholds import Shown
from royalties.wire_usage import hold_to_dict

router = APIRouter(tags=["money"])
After = Annotated[str, Query(max_length=64, description="The last id of the page before.")]


class NewDecision(BaseModel):
    """Whether a held line counts after all."""

    model_config = FROZEN
    release: bool
    note: str = Field(default="", max_length=2000)


class NewAgreement(BaseModel):
    """Whether what somebody else proposed is carried out."""

    model_config = FROZEN
    approve: bool
    note: str = Field(default="", max_length=2000)


@router.get("/usage-holds", response_model=list[UsageHoldOut])
def list_holds(
    caller: Caller,
    reading: Reading,
    onward: Onwards,
    state: HoldState = HoldState.HELD,
    after: After = "",
) -> list[UsageHoldOut]:
    """Usage lines that wait for a person, each with its reasons; 200 a page."""
    found = usageholds.list_holds(reading, caller, state, after=after)
    onward.behind(found, usageholds.PAGE_MAX, lambda one: one.hold.id)
    return [_out(reading, caller, one) for one in found]


@router.get("/usage-holds/{hold_id}", response_model=StakedHoldOut)
def show_hold(hold_id: str, caller: Caller, reading: Reading) -> StakedHoldOut:
    """A held line, and to the collector's clerks what it would earn (millionths, null: unknown)."""
    shown, stake = usageholds.get_hold(reading, caller, hold_id)
    amount, unit = (None, None) if stake is None else (str(stake[0]), stake[1])
    return {**_out(reading, caller, shown), "stake_micro": amount, "stake_currency": unit}


@router.post("/usage-holds/{hold_id}/decision", response_model=UsageHoldOut)
def decide(hold_id: str, body: NewDecision, writing: Writing, world: Open) -> Response:
    """Release or reject a held line; where much is at stake, lay that before a second person."""

    def decided(session: Session) -> UsageHoldOut:
        shown = usageholds.decide(
            session,
            writing.caller,
            hold_id,
            release=body.release,
            note=body.note,
            alone_max=world.settings.usage.alone_max,
            now=utc_now(),
        )
        return _out(session, writing.caller, shown)

    return writing.write(decided, status=200)


@router.post("/usage-holds/{hold_id}/agreement", response_model=UsageHoldOut)
def agree(hold_id: str, body: NewAgreement, writing: Writing) -> Response:
    """Carry out what somebody else proposed for a held line, or let it wait on."""

    def agreed(session: Session) -> UsageHoldOut:
        caller, now = writing.caller, utc_now()
        done = usageholds.agree(
            session, caller, hold_id, approve=body.approve, note=body.note, now=now
        )
        return _out(session, caller, done)

    return writing.write(agreed, status=200)


def _out(session: Session, caller: Principal, item: Shown) -> UsageHoldOut:
    cut_id = item.line.cut_id
    title, version = usage.titles_of(session, caller, [cut_id])[cut_id]
    told = hold_to_dict(item.hold, item.line, corrected=item.corrected)
    return {**told, "title": title, "version": version}
