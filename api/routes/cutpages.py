"""The page of one cut: may we release this, why not, and what is left to do?"""

from fastapi import APIRouter, Response

from api import cutshowing, declaring
from api.deps import Language, Open
from api.routes.studiopages import PRICES
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now

router = APIRouter(tags=["works"], include_in_schema=False)


@router.get("/cuts/{cut_id}", response_class=FormResponse)
def cut_page(cut_id: str, world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """May we release this cut?"""
    base_url = world.settings.base_url.rstrip("/")
    with world.db.read() as session:
        shown = cutshowing.show(session, visit.principal, cut_id, base_url=base_url, now=utc_now())
    return form_page(
        "cut.html",
        lang,
        visit,
        here="/studio",
        scripts=["timeline.js", "work.js"],
        f=declaring.choices(),
        prices=[kind.value for kind in PRICES],
        v=shown,
    )
