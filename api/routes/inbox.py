"""The inbox as a page: what you and your organisation were told."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.deps import Language, Open
from api.letters import how_of, subject_of, words_of
from api.naming import named
from api.noticeplaces import place_of
from api.paging import Asked, page
from api.routes.signin import SEE_OTHER
from api.visiting import Acting, SignedInVisit
from api.web.forms import form_page
from api.web.navigation import is_a_colleagues
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
            who, about = visit.principal, (item.kind, item.subject_id, item.facts)
            place = place_of(*about, reader=who.tenant_kind)
            said = {
                "title": subject_of(lang, item.kind, item.facts),
                "text": words_of(lang, *about),
                "how": "" if place else how_of(lang, *about),
            }
            if is_a_colleagues(place, who):
                place = ""
            names = {part: named(session, who, words, now) for part, words in said.items()}
            return {"notice": item, "place": place, **names}

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
