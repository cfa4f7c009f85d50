"""The first page of auditors outside societies: what waits, what is new, and what they can do."""

from fastapi import APIRouter, Response

from api.auditshowing import auditing_page
from api.deps import Language, Open
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now

router = APIRouter(tags=["society"], include_in_schema=False)
HERE = "/auditing"


@router.get(HERE, response_class=FormResponse)
def auditing(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """What is new for me to look at, and how do the proofs stand?"""
    with world.db.read() as session:
        found = auditing_page(session, world, visit.principal, lang=lang, now=utc_now())
    return form_page("auditing.html", lang, visit, here=HERE, **found)
