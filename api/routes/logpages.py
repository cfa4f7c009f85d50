"""The public log for people: its head, its entries by day and kind, and one entry with its proof.

What is checked is checked in the browser, from the same files that others' programs follow.
"""

import re
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from sqlmodel import Session

from api.deps import Language, Open
from api.paging import Asked, Page, page
from api.visiting import visit_of
from api.web.forms import form_page
from api.web.response import FormResponse
from api.web.texts import catalogue
from core import checkpoints, log, logwitnesses
from core.init import World
from core.log import Leaf

router = APIRouter(tags=["log"], include_in_schema=False)
HEADS_SHOWN = 20
SENTENCES = ("verifying.", "logpage.step.")
INDEX = re.compile(r"[0-9]{1,15}")
Index = Annotated[int, Path(ge=0, le=2**53)]
# A form sends an empty field where nothing was chosen.
Day = Annotated[date | Literal[""], Query()]
Words = Annotated[str, Query(max_length=200)]


class Sought:
    """Which entries are meant: those of a day, of a kind, or with a number, id or commitment."""

    def __init__(self, window: Asked, day: Day = "", kind: Words = "", q: Words = "") -> None:
        self.window, self.day, self.kind, self.q = window, day or None, kind, q.strip()

    def found(self, session: Session) -> Page[Leaf]:
        """A page of them, the newest first."""
        before, limit = self.window.before_seq, self.window.limit
        if INDEX.fullmatch(self.q):
            leaves = log.newest(session, before=int(self.q) + 1, limit=1)
        else:
            leaves = log.newest(
                session, kind=self.kind, day=self.day, named=self.q, before=before, limit=limit
            )
        return page(leaves, self.window, lambda item: item, cursor=lambda item: item.index)


def log_page(
    request: Request, session: Session, world: World, lang: str, sought: Sought
) -> Response:
    """What is in the log?"""
    shown = sought.found(session)
    size = log.size(session)
    return form_page(
        "log.html",
        lang,
        visit_of(world, request),
        here="/log",
        scripts=["log.js"],
        items=shown.items,
        more=shown.next_cursor,
        f=sought,
        kinds=log.kinds(session),
        size=size,
        signed_at=checkpoints.signed_at(session, size) if size else None,
        note=checkpoints.newest(session).full if size else "",
        heads=checkpoints.recent(session, HEADS_SHOWN),
        witnesses=logwitnesses.list_witnesses(session),
        words=_words(lang),
    )


@router.get("/log/entries/{index}", response_class=FormResponse)
def entry_page(index: Index, request: Request, world: Open, lang: Language) -> Response:
    """What does this entry say, and is it in the log?"""
    with world.db.read() as session:
        leaf = log.leaf(session, index)
        published = log.published(leaf).decode()
        size = log.size(session)
    return form_page(
        "logentry.html",
        lang,
        visit_of(world, request),
        here="/log",
        scripts=["logentry.js"],
        leaf=leaf,
        published=published,
        size=size,
        words=_words(lang),
    )


def _words(lang: str) -> list[tuple[str, str]]:
    """(name, key) of every sentence that the checks may need."""
    return [
        (key.removeprefix(start), key)
        for start in SENTENCES
        for key in catalogue(lang)
        if key.startswith(start)
    ]
