"""Pages of a studio: which releases are held up, and handing a film in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from api import cutshowing, declaring, seeking
from api.deps import Language, Open
from api.paging import Asked, Window, page
from api.reasonnames import as_told
from api.seeking import Asking, Shelf
from api.visiting import SignedInVisit
from api.web import texts
from api.web.forms import form_page
from api.web.response import FormResponse
from api.web.table import line, table
from core.clock import utc_now
from core.init import World
from core.principal import Principal, require
from fingerprint.models import Reason
from licensing.bulk import BulkAct
from licensing.models import TariffKind
from licensing.models_clearance import Verdict
from licensing.negotiation import OPEN
from licensing.releaselist import Order
from licensing.service import bulks, releases
from licensing.service.requestsides import asked_for
from licensing.store.releases import Release
from registry.models.works import CutFormat, Work
from registry.service import reading, works

router = APIRouter(tags=["works"], include_in_schema=False)
PAGE = 500
COUNTED_MAX = 1_000
# What a price that is offered on a page may be named by; published tariffs are named by id.
PRICES = (TariffKind.PER_MINUTE, TariffKind.PER_VIEW)
COLUMNS = ("release", "title", "cut", "verdict", "why", "cut_id", "clearance_id")


@router.get("/studio", response_class=FormResponse)
def board(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    asked: Asked,
    asking: seeking.Asked,
) -> Response:
    """What holds up the next release?"""
    with world.db.read() as session:
        blocked = releases.next_blocked(session, visit.principal, asking.today)
        shown = _shown(session, visit.principal, asked, asking, lang)
        listed = [] if asking.shelf is Shelf.WAITING else shown["items"]
        blocked = next(iter(_told(session, visit.principal, [blocked] if blocked else [])), None)
        names = _names(session, visit.principal, [*listed, *([blocked] if blocked else [])])
        narrowed = _narrowed(session, visit.principal, asking, names)
        last = next(iter(bulks.list_bulks(session, visit.principal, limit=1)), None)
    return form_page(
        "studio.html",
        lang,
        visit,
        here="/studio",
        scripts=["studio.js"],
        blocked=blocked,
        names=names,
        days=None if blocked is None else (blocked.release_at - asking.today).days,
        asking=asking,
        shelves=[(each.value, asking.on(each).query) for each in Shelf],
        orders=[each.value for each in Order],
        verdicts=[each.value for each in Verdict],
        prices=[kind.value for kind in PRICES],
        acts=[each.value for each in BulkAct],
        last=None if last is None else last[0],
        counted_max=COUNTED_MAX,
        open_states=OPEN,
        **shown,
        **narrowed,
    )


@router.get("/studio/releases.csv", response_class=Response)
def as_table(
    world: Open,
    visit: SignedInVisit,
    lang: Language,
    asking: seeking.Asked,
) -> Response:
    """Every release under the same filters, as a table for other programs."""
    require(visit.principal, releases.SCOPE)
    return table(_lines(world, visit.principal, lang, asking), "releases.csv")


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


def _shown(
    session: Session, principal: Principal, asked: Window, asking: Asking, lang: str
) -> dict[str, Any]:
    """A page of what is asked for, and how many there are where the page does not hold all."""
    if asking.shelf is Shelf.WAITING:
        found = releases.list_undecided(session, principal, after=asked.after, limit=asked.limit)
        waiting = page(found, asked, lambda item: item, cursor=lambda item: item[0].id)
        far = cutshowing.how_far(session, principal, [cut.id for cut, _ in waiting.items], lang)
        return {
            "items": waiting.items,
            "more": waiting.next_cursor,
            "matching": 0,
            "requests": {},
            "far": far,
        }
    listed = asking.found(session, principal, asked.after, asked.limit)
    shown = page(
        listed, asked, lambda item: item, cursor=lambda item: seeking.cursor_of(asking.order, item)
    )
    matching = len(shown.items)
    if shown.next_cursor or asked.after:
        matching = releases.count(session, principal, asking.sought, most=COUNTED_MAX + 1)
    asked_about = [item.submission_id for item in shown.items]
    requests = asked_for(session, principal, asked_about, now=utc_now())
    return {
        "items": _told(session, principal, releases.with_causes(session, principal, shown.items)),
        "more": shown.next_cursor,
        "matching": matching,
        "requests": requests,
    }


def _told(session: Session, principal: Principal, items: Sequence[Release]) -> list[Release]:
    """The same releases, with names in the reasons that hold them up."""
    names, now = _names(session, principal, items), utc_now()

    def told(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
        found = as_told(session, principal, reasons, names, now)
        return tuple(Reason(one["code"], one["detail"]) for one in found)

    return [
        replace(
            one,
            reasons=told(one.reasons),
            foremost=one.foremost and replace(one.foremost, reasons=told(one.foremost.reasons)),
        )
        for one in items
    ]


def _names(session: Session, principal: Principal, items: Sequence[Release]) -> dict[str, str]:
    """Public names of whoever was found in these releases."""
    cards = reading.matched_in(session, principal, {item.submission_id for item in items})
    return {card.performer_id: card.public_name for card in cards}


def _narrowed(
    session: Session, principal: Principal, asking: Asking, names: Mapping[str, str]
) -> dict[str, Any]:
    """What narrows the list, by its name, and what it can be narrowed to."""
    chosen: Work | None = None
    under: tuple[Work, ...] = works.works_under(session, principal, None, limit=PAGE)
    if asking.work:
        chosen = works.get_work(session, principal, asking.work)
        above = works.works_above_one(session, principal, asking.work)
        below = works.works_under(session, principal, asking.work, limit=PAGE)
        under = (*above, chosen, *below)
    person = names.get(asking.person, asking.person)
    return {"chosen": chosen, "under": under, "person_name": person}


def _lines(world: World, principal: Principal, lang: str, asking: Asking) -> Iterator[str]:
    head = [texts.text(lang, f"studio.column.{name}") for name in COLUMNS]
    yield line(head)
    after = ""
    while True:
        with world.db.read() as session:
            found = asking.found(session, principal, after, PAGE)
            told = releases.with_causes(session, principal, found)
        for item in told:
            yield line(_row(lang, item))
        if len(found) < PAGE:
            return
        after = seeking.cursor_of(asking.order, found[-1])


def _row(lang: str, item: Release) -> list[str]:
    reasons = [
        texts.reason(lang, {"code": each.code, "detail": each.detail}) for each in item.causes
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
