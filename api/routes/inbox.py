"""The inbox as a page: what you and your organisation were told."""

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.deps import Language, Open
from api.letters import subject_of, words_of
from api.routes.signin import SEE_OTHER
from api.visiting import Acting, SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core import notices
from core.clock import utc_now

router = APIRouter(tags=["notices"], include_in_schema=False)
SHOWN_MAX = 100


@router.get("/inbox", response_class=FormResponse)
def inbox(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """What was I told? The newest hundred, newest first."""
    with world.db.read() as session:
        found = notices.inbox(session, visit.principal, limit=SHOWN_MAX)
    shown = [
        {
            "notice": item,
            "title": subject_of(lang, item.kind, item.facts),
            "text": words_of(lang, item.kind, item.subject_id, item.facts),
        }
        for item in found
    ]
    return form_page("inbox.html", lang, visit, here="/inbox", shown=shown)


@router.post("/inbox/{notice_id}/reading", response_class=FormResponse)
def read(notice_id: str, world: Open, visit: Acting, lang: Language) -> Response:
    """Mark a notice as read."""
    with world.db.write() as session:
        notices.mark_read(session, visit.principal, notice_id, utc_now())
    return RedirectResponse(f"/inbox?lang={lang}", SEE_OTHER)
