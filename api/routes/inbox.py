"""The inbox as a page: what you and your organisation were told."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.deps import Language, Open
from api.letters import subject_of, words_of
from api.naming import named
from api.paging import Asked, page
from api.routes.signin import SEE_OTHER
from api.visiting import Acting, SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core import notices
from core.clock import utc_now
from core.notices import Notice

router = APIRouter(tags=["notices"], include_in_schema=False)


@router.get("/inbox", response_class=FormResponse)
def inbox(world: Open, visit: SignedInVisit, lang: Language, window: Asked) -> Response:
    """What was I told? Newest first."""

    now = utc_now()
    with world.db.read() as session:

        def told(item: Notice) -> dict[str, Any]:
            text = words_of(lang, item.kind, item.subject_id, item.facts)
            title = subject_of(lang, item.kind, item.facts)
            who = visit.principal
            return {
                "notice": item,
                "title": named(session, who, title, now),
                "text": named(session, who, text, now),
            }

        found = notices.inbox(
            session, visit.principal, before_seq=window.before_seq, limit=window.limit
        )
        shown = page(found, window, told, cursor=lambda item: item.seq)
    return form_page(
        "inbox.html",
        lang,
        visit,
        here="/inbox",
        shown=shown.items,
        after=window.after,
        more=shown.next_cursor,
    )


@router.post("/inbox/{notice_id}/reading", response_class=FormResponse)
def read(notice_id: str, world: Open, visit: Acting, lang: Language, window: Asked) -> Response:
    """Mark a notice as read, and show the same page of the list again."""
    with world.db.write() as session:
        notices.mark_read(session, visit.principal, notice_id, utc_now())
    where = urlencode({"lang": lang, "cursor": window.after})
    return RedirectResponse(f"/inbox?{where}", SEE_OTHER)
