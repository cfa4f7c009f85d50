"""Pages about unions: what waits for their people, how their groups stand, what they agreed on."""

from fastapi import APIRouter, Response

from api.demands import demands_of
from api.deps import Language, Open
from api.frameworkshowing import framework_page
from api.unionshowing import union_page
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now

router = APIRouter(tags=["groups"], include_in_schema=False)
HERE = "/union"


@router.get("/union", response_class=FormResponse)
def union(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """What waits for us, and where do our members stand?"""
    demands, now = demands_of(world.settings), utc_now()
    with world.db.read() as session:
        found = union_page(session, visit.principal, demands=demands, lang=lang, now=now)
    return form_page("union.html", lang, visit, here=HERE, **found)


@router.get("/frameworks/{framework_id}", response_class=FormResponse)
def framework(framework_id: str, world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """What does this framework ask for at least?"""
    with world.db.read() as session:
        found = framework_page(session, visit.principal, framework_id, lang=lang, now=utc_now())
    return form_page("framework.html", lang, visit, here="/inbox", **found)
