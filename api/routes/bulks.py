"""Hundreds of cuts at once: which are sought, and one act on all of them as one job."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import bulk, seeking
from api.deps import Caller, Language, Reading, Writing
from api.forms import Price
from api.paging import Asked, Page, page
from api.routes.jobs import JobOut
from api.web.faulttexts import told
from api.wire import FROZEN, ReasonOut, Text
from core import jobs
from core.clock import utc_now
from core.errors import BadInput
from core.principal import Principal, require
from licensing import fields
from licensing.bulk import CUTS_MAX, Bulk, BulkAct, BulkItem, ItemState, Tally
from licensing.models_clearance import Verdict
from licensing.releaselist import Sought
from licensing.service import bulks
from licensing.store.releases import Release
from royalties.service.tariffs import agreed_price

router = APIRouter(tags=["clearances"])
Short = Annotated[str, Field(max_length=100)]


class ReleaseOut(BaseModel):
    """The decision that stands on a cut; `reasons` are those about the title itself.

    `newer_file` was handed in since, and the decision is not about it.
    """

    cut_id: str
    work_id: str
    title: str
    label: str
    clearance_id: str
    submission_id: str
    verdict: str
    release_at: date
    decided_at: datetime
    reasons: list[ReasonOut]
    newer_file: str | None

    @classmethod
    def of(cls, item: Release) -> Self:
        """The release as data."""
        return cls(
            cut_id=item.cut_id,
            work_id=item.work_id,
            title=item.title,
            label=item.label,
            clearance_id=item.clearance_id,
            submission_id=item.submission_id,
            verdict=item.verdict.value,
            release_at=item.release_at,
            decided_at=item.decided_at,
            reasons=[ReasonOut.of(reason) for reason in item.reasons],
            newer_file=item.newer_file,
        )


class SoughtIn(BaseModel):
    """All releases with one of these verdicts, in these days, of a work or below it."""

    model_config = FROZEN
    verdicts: list[Verdict] = []
    since: date | None = None
    until: date | None = None
    title: Short = ""
    work_id: Short = ""
    performer_id: Short = ""

    def plain(self) -> Sought:
        """The same without the wire."""
        return Sought(**{**dict(self), "verdicts": frozenset(self.verdicts)})


class NewBulk(BaseModel):
    """One act on the cuts named, or on all that are sought.

    `release` needs `release_at`, `ask` a `tariff`: what is missing on each cut is asked for.
    """

    model_config = FROZEN
    act: BulkAct
    cut_ids: list[Text] = Field(default=[], max_length=CUTS_MAX)
    sought: SoughtIn | None = None
    release_at: date | None = None
    tariff: Price | None = None


class BulkOut(BaseModel):
    """An act on many cuts and how far it is; `job` is gone some months later."""

    id: str
    act: BulkAct
    cuts: int
    done: int
    refused: int
    waiting: int
    begun_at: datetime
    job: JobOut | None

    @classmethod
    def of(cls, session: Session, caller: Principal, item: Bulk, far: Tally) -> Self:
        """The act as data."""
        job = jobs.latest(session, caller, kind=bulk.KIND, subject=item.id)
        return cls(
            id=item.id,
            act=item.act,
            cuts=item.cuts,
            done=far.done,
            refused=far.refused,
            waiting=far.waiting,
            begun_at=item.begun_at,
            job=None if job is None else JobOut.of(job),
        )


class BulkItemOut(BaseModel):
    """What became of one cut: `outcome` is a verdict or the id of what was made."""

    place: int
    cut_id: str
    title: str
    label: str
    state: ItemState
    outcome: str
    code: str
    message: str
    next_step: str

    @classmethod
    def of(cls, found: tuple[BulkItem, str, str], lang: str) -> Self:
        """The cut as data; why nothing was done with it is said in `lang`."""
        item, title, label = found
        return cls(
            place=item.place,
            cut_id=item.cut_id,
            title=title,
            label=label,
            state=item.state,
            outcome=item.outcome,
            code=item.code,
            message=told(lang, item.message),
            next_step=told(lang, item.next_step),
        )


@router.get("/releases", response_model=Page[ReleaseOut])
def list_releases(
    caller: Caller, reading: Reading, asked: Asked, asking: seeking.Asked
) -> Page[ReleaseOut]:
    """List the decision that stands on each cut; `shelf=waiting` is for pages alone."""
    found = asking.found(reading, caller, asked.after, asked.limit)
    return page(
        found, asked, ReleaseOut.of, cursor=lambda item: seeking.cursor_of(asking.order, item)
    )


@router.post("/bulks", status_code=202, response_model=BulkOut)
def begin(body: NewBulk, writing: Writing) -> Response:
    """Do one thing with many cuts, as one job with a result for each."""

    def begun(session: Session) -> BulkOut:
        caller = writing.caller
        require(caller, bulks.SCOPE)
        item = bulks.begin(
            session,
            caller,
            body.act,
            cut_ids=body.cut_ids,
            sought=None if body.sought is None else body.sought.plain(),
            settings=_settings(session, caller, body),
            now=utc_now(),
        )
        bulk.enqueue(session, caller, item)
        return BulkOut.of(session, caller, *bulks.get_bulk(session, caller, item.id))

    return writing.write(begun, status=202)


@router.get("/bulks", response_model=Page[BulkOut])
def list_bulks(caller: Caller, reading: Reading, asked: Asked) -> Page[BulkOut]:
    """List acts on many cuts, newest first."""
    found = bulks.list_bulks(reading, caller, before_seq=asked.before_seq, limit=asked.limit)
    return page(
        found,
        asked,
        lambda pair: BulkOut.of(reading, caller, *bulks.get_bulk(reading, caller, pair[0].id)),
        cursor=lambda pair: pair[1],
    )


@router.get("/bulks/{bulk_id}", response_model=BulkOut)
def show(bulk_id: str, caller: Caller, reading: Reading) -> BulkOut:
    """How far is this act?"""
    return BulkOut.of(reading, caller, *bulks.get_bulk(reading, caller, bulk_id))


@router.get("/bulks/{bulk_id}/cuts", response_model=Page[BulkItemOut])
def list_items(
    bulk_id: str,
    caller: Caller,
    reading: Reading,
    asked: Asked,
    *,
    lang: Language,
    state: Annotated[ItemState | None, Query()] = None,
) -> Page[BulkItemOut]:
    """What became of each cut?"""
    after = -1 if asked.before_seq is None else asked.before_seq
    found = bulks.items(reading, caller, bulk_id, state=state, after=after, limit=asked.limit)
    return page(
        found, asked, lambda item: BulkItemOut.of(item, lang), cursor=lambda item: item[0].place
    )


def _settings(session: Session, caller: Principal, body: NewBulk) -> dict[str, Any]:
    """What the act needs, checked before it begins."""
    if body.act is BulkAct.RELEASE:
        if body.release_at is None:
            raise BadInput("A day of release is missing.", next_step="Name it in release_at.")
        return {"release_at": body.release_at.isoformat()}
    if body.act is BulkAct.ASK:
        agreed_price(session, caller, fields.tariff(body.tariff or {}, "tariff"))
        return {"tariff": body.tariff}
    return {}
