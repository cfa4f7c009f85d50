"""The page of an act on many cuts: how far it is, and what became of each."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.bulk import KIND
from api.deps import Language, Open
from api.paging import Asked, page
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core import jobs
from licensing.bulk import ItemState
from licensing.service import bulks

router = APIRouter(tags=["clearances"], include_in_schema=False)


@router.get("/studio/bulks/{bulk_id}", response_class=FormResponse)
def bulk_page(
    bulk_id: str,
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    asked: Asked,
    *,
    refused: Annotated[bool, Query()] = False,
) -> Response:
    """How far is it, and what could not be done?"""
    caller = visit.principal
    after = -1 if asked.before_seq is None else asked.before_seq
    state = ItemState.REFUSED if refused else None
    with world.db.read() as session:
        bulk, far = bulks.get_bulk(session, caller, bulk_id)
        found = bulks.items(session, caller, bulk_id, state=state, after=after, limit=asked.limit)
        job = jobs.latest(session, caller, kind=KIND, subject=bulk_id)
    shown = page(found, asked, lambda item: item, cursor=lambda item: item[0].place)
    under_way = job is not None and job.state in (jobs.QUEUED, jobs.LEASED)
    return form_page(
        "bulk.html",
        lang,
        visit,
        here="/studio",
        scripts=["bulk.js"],
        bulk=bulk,
        far=far,
        under_way=under_way,
        job=job,
        items=shown.items,
        more=shown.next_cursor,
        refused=refused,
    )
