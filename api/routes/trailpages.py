"""The audit trail in a browser: who decided what, narrowed, page by page, and as a table."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse

from api import trail
from api.deps import Language, Open, Reading
from api.paging import Asked
from api.scopes import AUDIT
from api.visiting import SignedInVisit
from api.web import texts
from api.web.forms import form_page
from api.web.response import FormResponse
from api.web.table import line, table
from core.init import World
from core.principal import Principal, require

router = APIRouter(tags=["people"], include_in_schema=False)
HERE = "/trail"


@router.get(HERE, response_class=FormResponse)
def trail_page(
    reading: Reading,
    visit: SignedInVisit,
    lang: Language,
    window: Asked,
    asking: trail.Asked,
    *,
    check: bool = False,
) -> Response:
    """Who decided what, and does the chain hold?"""
    found = trail.trail_page(reading, visit.principal, asking, window, lang, checked=check)
    return form_page("trail.html", lang, visit, here=HERE, **found)


@router.get("/trail.csv", response_class=Response)
def as_table(
    world: Open, visit: SignedInVisit, lang: Language, asking: trail.Asked
) -> StreamingResponse:
    """Every decision under the same filters, as a table for other programs."""
    require(visit.principal, AUDIT)
    return table(_lines(world, visit.principal, asking, lang), "audit-trail.csv")


def _lines(world: World, principal: Principal, asking: trail.Asking, lang: str) -> Iterator[str]:
    yield line([texts.text(lang, f"trail.column.{name}") for name in trail.COLUMNS])
    before = None
    while True:
        with world.db.read() as session:
            found = trail.rows(session, principal, asking, lang, before)
        yield from (line(cells) for _, cells in found)
        if len(found) < trail.PAGE:
            return
        before = found[-1][0]
