"""Works and cuts: the titles of a studio and their concrete versions."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import deciding
from api.deps import Caller, Reading, Writing
from api.forms import Declared
from api.paging import Asked, Page, page
from api.sharing import ContentLinkOut
from api.wire import FROZEN, Text
from core.clock import utc_now
from registry.models.works import Cut, CutFormat, Work, WorkLevel
from registry.service import content, series, works

router = APIRouter(tags=["works"])


class NewWork(BaseModel):
    """A title, under the work it is part of; identifiers are such as ISAN or EIDR."""

    model_config = FROZEN
    title: Text
    level: WorkLevel
    parent_id: str | None = None
    identifiers: dict[str, str] = Field(default={}, max_length=50)


class NewCut(BaseModel):
    """A concrete version of a work; `language` is a BCP 47 tag."""

    model_config = FROZEN
    label: Text
    format: CutFormat
    language: Text


class WorkDeclaration(BaseModel):
    """What holds for every cut below a work: any part of a declaration."""

    model_config = FROZEN
    declaration: Declared


@router.post("/works", status_code=201, response_model=Work)
def add_work(body: NewWork, writing: Writing) -> Response:
    """Add a work."""
    return writing.write(
        lambda session: works.create_work(
            session,
            writing.caller,
            level=body.level,
            title=body.title,
            parent_id=body.parent_id,
            identifiers=body.identifiers,
            now=utc_now(),
        )
    )


@router.get("/works", response_model=Page[Work])
def list_works(caller: Caller, reading: Reading, asked: Asked) -> Page[Work]:
    """List your works."""
    found = works.list_works(reading, caller, after=asked.after, limit=asked.limit)
    return page(found, asked, lambda work: work)


@router.get("/works/{work_id}", response_model=Work)
def show_work(work_id: str, caller: Caller, reading: Reading) -> Work:
    """Show one work."""
    return works.get_work(reading, caller, work_id)


@router.post("/works/{work_id}/cuts", status_code=201, response_model=Cut)
def add_cut(work_id: str, body: NewCut, writing: Writing) -> Response:
    """Add a cut of a work."""
    return writing.write(
        lambda session: works.create_cut(
            session,
            writing.caller,
            work_id,
            label=body.label,
            format=body.format,
            language=body.language,
            now=utc_now(),
        )
    )


@router.post("/works/{work_id}/declaration", response_model=WorkDeclaration)
def declare(work_id: str, body: WorkDeclaration, writing: Writing) -> Response:
    """Declare once for everything below a work; cuts inherit it, and are decided anew."""

    def keep(session: Session) -> WorkDeclaration:
        deciding.declare_work(session, writing.caller, work_id, body.declaration)
        return body

    return writing.write(keep, status=200)


@router.get("/works/{work_id}/declaration", response_model=WorkDeclaration)
def declaration(work_id: str, caller: Caller, reading: Reading) -> WorkDeclaration:
    """What a work itself declares; empty where it never did."""
    return WorkDeclaration(declaration=series.work_declaration(reading, caller, work_id))


@router.get("/cuts/{cut_id}/declaration", response_model=WorkDeclaration)
def inherited(cut_id: str, caller: Caller, reading: Reading) -> WorkDeclaration:
    """What a cut inherits from the works above it; empty where they declare nothing."""
    return WorkDeclaration(declaration=series.inherited_by(reading, caller, cut_id))


@router.get("/cuts", response_model=Page[Cut])
def list_cuts(
    caller: Caller,
    reading: Reading,
    asked: Asked,
    work_id: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[Cut]:
    """List your cuts, of one work where it is named."""
    found = works.list_cuts(reading, caller, work_id=work_id, after=asked.after, limit=asked.limit)
    return page(found, asked, lambda cut: cut)


@router.get("/cuts/{cut_id}/links", response_model=list[ContentLinkOut])
def list_links(cut_id: str, caller: Caller, reading: Reading) -> list[ContentLinkOut]:
    """Which stretches of this cut are in your other cuts, and where?"""
    works.get_cut(reading, caller, cut_id)
    found = content.list_links(reading, caller, cut_id)
    return [ContentLinkOut.of(item) for item in found]


@router.get("/cuts/{cut_id}", response_model=Cut)
def show_cut(cut_id: str, caller: Caller, reading: Reading) -> Cut:
    """Show one cut."""
    return works.get_cut(reading, caller, cut_id)
