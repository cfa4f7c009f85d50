"""Pages of a studio: which releases are held up, and handing a film in."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from sqlmodel import Session

from api import declaring
from api.deps import Language, Open
from api.paging import Asked, Window, page
from api.visiting import SignedInVisit
from api.web import texts
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.errors import BadInput
from core.init import World
from core.principal import Principal, require
from licensing.models import TariffKind, Verdict
from licensing.service import releases
from licensing.service.releases import BLOCKED
from licensing.store.releases import Release
from registry.models.works import CutFormat

router = APIRouter(tags=["works"], include_in_schema=False)
PAGE = 500
# What a price that is offered on a page may be named by; published tariffs are named by id.
PRICES = (TariffKind.PER_MINUTE, TariffKind.PER_VIEW)
COLUMNS = ("release", "title", "cut", "verdict", "why", "cut_id", "clearance_id")
Title = Annotated[str, Query(max_length=100)]


class Shelf(StrEnum):
    """Which releases are looked at."""

    UPCOMING = "upcoming"
    BLOCKED = "blocked"
    CLEARED = "cleared"
    ALL = "all"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Sought:
    """Which releases are meant, as of a day."""

    shelf: Shelf
    title: str
    today: date

    def found(
        self, session: Session, principal: Principal, after: str, limit: int
    ) -> Sequence[Release]:
        """A page of them, from a cursor on."""
        verdicts = {Shelf.BLOCKED: BLOCKED, Shelf.CLEARED: {Verdict.CLEARED}}.get(self.shelf, ())
        return releases.list_releases(
            session,
            principal,
            verdicts=verdicts,
            since=None if self.shelf is Shelf.ALL else self.today,
            title=" ".join(self.title.split()),
            after=_place(after),
            limit=limit,
        )


def sought_of(shelf: Shelf = Shelf.UPCOMING, title: Title = "") -> Sought:
    """The filters of an address, as of today."""
    return Sought(shelf, title, utc_now().date())


Asking = Annotated[Sought, Depends(sought_of)]


@router.get("/studio", response_class=FormResponse)
def board(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    asked: Asked,
    sought: Asking,
) -> Response:
    """What holds up the next release?"""
    today = sought.today
    with world.db.read() as session:
        blocked = releases.next_blocked(session, visit.principal, today)
        if sought.shelf is Shelf.WAITING:
            shown = _waiting(session, visit.principal, asked)
        else:
            found = sought.found(session, visit.principal, asked.after, asked.limit)
            shown = page(found, asked, lambda item: item, cursor=_cursor)
    return form_page(
        "studio.html",
        lang,
        visit,
        here="/studio",
        scripts=["studio.js"],
        blocked=blocked,
        days=None if blocked is None else (blocked.release_at - today).days,
        shelf=sought.shelf.value,
        shelves=[each.value for each in Shelf],
        title=sought.title,
        items=shown.items,
        more=shown.next_cursor,
        prices=[kind.value for kind in PRICES],
    )


@router.get("/studio/releases.csv", response_class=Response)
def as_table(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    sought: Asking,
) -> Response:
    """Every release under the same filters, as a table for other programs."""
    require(visit.principal, releases.SCOPE)
    return StreamingResponse(
        _lines(world, visit.principal, lang, sought),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="releases.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.get("/studio/new", response_class=FormResponse)
def hand_in_page(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    cut: Annotated[str, Query(max_length=64)] = "",
    work: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """What do we hand in, and what do we say about it?"""
    with world.db.read() as session:
        shown = declaring.place(session, visit.principal, cut_id=cut, work_id=work)
    return form_page(
        "handin.html",
        lang,
        visit,
        here="/studio/new",
        scripts=["handin.js"],
        f=declaring.choices(),
        formats=[each.value for each in CutFormat],
        **shown,
    )


def _waiting(session: Session, principal: Principal, asked: Window) -> Any:
    found = releases.list_undecided(session, principal, after=asked.after, limit=asked.limit)
    return page(found, asked, lambda item: item, cursor=lambda item: item[0].id)


def _cursor(item: Release) -> str:
    return f"{item.release_at.isoformat()}~{item.cut_id}"


def _place(cursor: str) -> tuple[str, str] | None:
    day, _, cut_id = cursor.partition("~")
    if not cursor:
        return None
    if not cut_id:
        raise BadInput("The cursor is not one of ours.", next_step="Follow the Link header.")
    return day, cut_id


def _lines(world: World, principal: Principal, lang: str, sought: Sought) -> Iterator[str]:
    head = [texts.text(lang, f"studio.column.{name}") for name in COLUMNS]
    yield _line(head)
    after = ""
    while True:
        with world.db.read() as session:
            found = sought.found(session, principal, after, PAGE)
        for item in found:
            yield _line(_row(lang, item))
        if len(found) < PAGE:
            return
        after = _cursor(found[-1])


def _row(lang: str, item: Release) -> list[str]:
    reasons = [
        texts.reason(lang, {"code": each.code, "detail": each.detail}) for each in item.reasons
    ]
    return [
        item.release_at.isoformat(),
        item.title,
        item.label,
        texts.text(lang, f"verdict.{item.verdict.value}"),
        " ".join(reasons),
        item.cut_id,
        item.clearance_id,
    ]


def _line(cells: list[str]) -> str:
    """One line of RFC 4180; what a spreadsheet would carry out as a formula stays a text."""
    out = io.StringIO()
    csv.writer(out).writerow(
        [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in cells]
    )
    return out.getvalue()
