"""Rosters and quotas over HTTP: many performers at once, and how many enrolments a month."""

from datetime import date, datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.demands import demands_of
from api.deps import Caller, Open, Reading, Writing
from api.paging import Asked, Page, page
from api.routes.guardians import Ended
from api.wire import FROZEN, ReasonOut, Text
from core.clock import utc_now
from core.principal import require
from registry.models.roster import RosterEntry, RosterResult, RosterRow
from registry.service import quotas, roster

router = APIRouter(tags=["rosters"])


class Line(BaseModel):
    """One person; the reference is your own, and the same one is the same person."""

    model_config = FROZEN
    reference: str = Field(max_length=300)
    name: str = Field(max_length=300)
    public_name: str = Field(default="", max_length=300)
    born_on: date | None = None


class Lines(BaseModel):
    """A part of a roster."""

    model_config = FROZEN
    lines: list[Line] = Field(min_length=1, max_length=roster.LINES_MAX)


class EntryOut(BaseModel):
    """A performer by reference, and how far the newest enrolment has come."""

    id: str
    reference: str
    performer_id: str
    added_at: datetime
    key_bound: bool
    enrolment_id: str | None
    state: str | None
    prints: int
    missing: list[ReasonOut]

    @classmethod
    def of(cls, item: RosterEntry) -> Self:
        """The entry as data."""
        values = {name: getattr(item, name) for name in cls.model_fields}
        return cls(**{**values, "missing": [ReasonOut.of(one) for one in item.missing]})


class QuotaOut(BaseModel):
    """Enrolments begun this month, and how many may be."""

    month: str
    begun: int
    enrolments: int


class Lift(BaseModel):
    """How many new enrolments an organisation may begin in a month (YYYY-MM)."""

    model_config = FROZEN
    month: Text
    enrolments: int


@router.post("/rosters", status_code=201, response_model=list[RosterResult])
def add_lines(body: Lines, writing: Writing, world: Open) -> Response:
    """Add all who can be added; every other line says why not and how to mend it."""
    lines = [RosterRow(one.reference, one.name, one.public_name, one.born_on) for one in body.lines]
    years = world.settings.enrolment.child_agrees_from_years
    return writing.write(
        lambda session: list(
            roster.add_lines(session, writing.caller, lines, agrees_from_years=years, now=utc_now())
        )
    )


@router.get("/rosters", response_model=Page[EntryOut])
def list_entries(caller: Caller, reading: Reading, asked: Asked, world: Open) -> Page[EntryOut]:
    """How far has each of your roster come?"""
    found = roster.list_entries(
        reading,
        caller,
        demands=demands_of(world.settings),
        after=asked.after,
        limit=asked.limit + 1,
        now=utc_now(),
    )
    return page(found, asked, EntryOut.of)


@router.get("/quota", response_model=QuotaOut)
def show_quota(caller: Caller, reading: Reading, world: Open) -> QuotaOut:
    """How many enrolments has your organisation begun this month, and how many may it?"""
    require(caller, roster.SCOPE)
    usual = world.settings.enrolment.quota_per_month
    found = quotas.quota_of(reading, caller, usual=usual, now=utc_now())
    return QuotaOut(month=found.month, begun=found.begun, enrolments=found.enrolments)


@router.post("/tenants/{tenant_id}/quota-lifts", response_model=Ended)
def lift_quota(tenant_id: str, body: Lift, writing: Writing) -> Response:
    """Propose a quota for an organisation's month, and set it once a second person approved."""

    def lift(session: Session) -> Ended:
        waits = quotas.lift_quota(
            session,
            writing.caller,
            tenant_id,
            month=body.month,
            enrolments=body.enrolments,
            now=utc_now(),
        )
        return Ended(done=waits is None, waits_for=None if waits is None else waits.id)

    return writing.write(lift, status=200)
