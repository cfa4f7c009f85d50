"""Pages of works: the tree from universe to cut, what is declared on each level and inherited."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from api import declaring
from api.deps import Language, Open
from api.paging import Asked, Window, page
from api.routes.comparepages import decided_cuts
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.principal import Principal
from licensing.service.releases import standing, tally
from registry.models.works import CutFormat, Work, WorkLevel
from registry.service import series, works
from registry.worktree import LEGAL_PARENTS

router = APIRouter(tags=["works"], include_in_schema=False)
CUTS_SHOWN = 50
COUNTED_MAX = 1_000


@router.get("/works", response_class=FormResponse)
def works_page(world: Open, visit: SignedInVisit, lang: Language, asked: Asked) -> Response:
    """What do we make?"""
    with world.db.read() as session:
        shown = _under(session, visit.principal, None, asked)
    return form_page(
        "works.html",
        lang,
        visit,
        here="/works",
        items=shown.items,
        more=shown.next_cursor,
        levels=_levels(None),
    )


@router.get("/works/{work_id}", response_class=FormResponse)
def work_page(
    work_id: str,
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    asked: Asked,
    *,
    cuts: Annotated[str, Query(max_length=64, description="The cut to go on after.")] = "",
) -> Response:
    """What belongs to this work, and what does everything below it inherit?"""
    with world.db.read() as session:
        work = works.get_work(session, visit.principal, work_id)
        above = works.works_above_one(session, visit.principal, work_id)
        shown = _under(session, visit.principal, work_id, asked)
        declared = series.declared_on(session, visit.principal, work_id)
        compared = decided_cuts(session, visit.principal, work_id)
        shown_cuts = _cuts(session, visit.principal, work_id, cuts)
        below, cleared = tally(session, visit.principal, work_id, most=COUNTED_MAX + 1)
    spoken = [part["language"] for _, part in declared if "language" in part]
    return form_page(
        "work.html",
        lang,
        visit,
        here="/works",
        scripts=["work.js"],
        work=work,
        above=above,
        items=shown.items,
        more=shown.next_cursor,
        levels=_levels(work.level),
        own=declaring.filled(declared[-1][1]),
        origins=declaring.origins(declared),
        language=spoken[-1] if spoken else lang,
        compared=compared,
        cuts=shown_cuts[:CUTS_SHOWN],
        more_cuts=shown_cuts[CUTS_SHOWN - 1]["cut"].id if len(shown_cuts) > CUTS_SHOWN else "",
        below=below,
        cleared=cleared,
        counted_max=COUNTED_MAX,
        f=declaring.choices(),
        formats=[each.value for each in CutFormat],
    )


def _levels(parent: WorkLevel | None) -> list[str]:
    """What may stand right under a work of this level, or at the top."""
    return [level.value for level, legal in LEGAL_PARENTS.items() if parent in legal]


def _under(session: Session, principal: Principal, parent_id: str | None, asked: Window) -> Any:
    last: Work | None = works.get_work(session, principal, asked.after) if asked.after else None
    found = works.works_under(
        session,
        principal,
        parent_id,
        after=None if last is None else (last.title, last.id),
        limit=asked.limit,
    )
    return page(found, asked, lambda item: item)


def _cuts(session: Session, principal: Principal, work_id: str, after: str) -> list[dict[str, Any]]:
    """Some cuts of a work and one more, with the decision that stands on each."""
    found = works.list_cuts(session, principal, work_id=work_id, after=after, limit=CUTS_SHOWN + 1)
    decided = standing(session, principal, [cut.id for cut in found])
    return [{"cut": cut, "release": decided.get(cut.id)} for cut in found]
