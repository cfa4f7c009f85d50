"""Whole books accrued over HTTP: begun, watched, and what came of them."""

from datetime import datetime
from typing import Any, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlmodel import Session

from api import accruing
from api.deps import Caller, Reading, Writing
from core import jobs
from core.clock import utc_now
from core.principal import Principal
from royalties.models_bookaccruals import BookAccrual
from royalties.service import bookaccruals

router = APIRouter(tags=["money"])


class BookAccrualOut(BaseModel):
    """One go through a book; `skipped` counts uses that earned nothing by the code of why."""

    id: str
    job_id: str
    recorded_at: datetime
    running: bool
    cuts: int
    done: int
    new: int
    unchanged: int
    reversed: int
    skipped: dict[str, int]
    kept: dict[str, int]

    @classmethod
    def of(cls, session: Session, caller: Principal, item: BookAccrual) -> Self:
        """The go with its job."""
        job = jobs.latest(session, caller, kind=accruing.KIND, subject=item.id)
        return cls(
            id=item.id,
            job_id=job.id if job else "",
            recorded_at=item.recorded_at,
            running=item.running,
            cuts=item.cuts,
            done=item.done,
            new=item.new,
            unchanged=item.unchanged,
            reversed=item.reversed,
            skipped=dict(item.skipped),
            kept=dict(item.kept),
        )


@router.post("/book-accruals", status_code=202, response_model=BookAccrualOut)
def begin(writing: Writing) -> Response:
    """Accrue all cuts of your own as a job; for the operator, every licensee's.

    While one is running, it is that one.
    """

    def begun(session: Session) -> dict[str, Any]:
        made = bookaccruals.begin(session, writing.caller, now=utc_now())
        accruing.enqueue(session, writing.caller, made)
        return BookAccrualOut.of(session, writing.caller, made).model_dump(mode="json")

    return writing.write(begun, status=202)


@router.get("/book-accruals", response_model=list[BookAccrualOut])
def list_book_accruals(caller: Caller, reading: Reading) -> list[BookAccrualOut]:
    """Your newest goes."""
    return [
        BookAccrualOut.of(reading, caller, item) for item in bookaccruals.newest(reading, caller)
    ]


@router.get("/book-accruals/{book_accrual_id}", response_model=BookAccrualOut)
def show_book_accrual(book_accrual_id: str, caller: Caller, reading: Reading) -> BookAccrualOut:
    """How far is it, and what came of it?"""
    item = bookaccruals.get(reading, caller, book_accrual_id)
    return BookAccrualOut.of(reading, caller, item)
