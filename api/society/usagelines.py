"""What became of the lines of a usage report: taken in, kept back, rejected, of titles unknown."""

import codecs
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any

from sqlmodel import Session

from api import importing
from api.paging import Window
from api.web.texts import LANGUAGES, catalogue
from core.init import World
from core.principal import Principal
from royalties.models_usage import HoldState
from royalties.reports.rejected import RejectedLine, read_rejected
from royalties.service import usage, usageholds
from royalties.service.usageholds import Shown

UNKNOWN_TITLE = frozenset({"unknown-cut", "unknown-title", "ambiguous-title"})
_CAUSE = "usage.cause."


class Part(StrEnum):
    """Which lines of a report; those of a title that nobody knows are rejected too."""

    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"
    UNIDENTIFIED = "unidentified"


def report_page(
    world: World, principal: Principal, import_id: str, part: Part, window: Window
) -> dict[str, Any]:
    """One part of a report that the caller handed in, a page of it; raises NotFound."""
    with world.db.read() as session:
        kept = usage.get_import(session, principal, import_id)
        shown: dict[str, Any] = {"lines": (), "holds": (), "refused": (), "causes": (), "more": ""}
        if part is Part.ACCEPTED:
            shown |= _taken_in(session, principal, import_id, window)
        elif part is Part.HELD:
            found = usageholds.holds_of(
                session, principal, import_id, after=window.after, limit=window.limit
            )
            shown |= _held(session, principal, found, window)
    if part in (Part.REJECTED, Part.UNIDENTIFIED) and kept.rejects_object is not None:
        shown |= _refused(world, kept.rejects_object, part, window)
    return {"kept": kept, "part": part.value, "parts": [one.value for one in Part], **shown}


def waiting_page(session: Session, principal: Principal, after: str) -> dict[str, Any]:
    """Every line that waits for one of the caller's clerks, or that it reported and others keep."""
    found = usageholds.list_holds(session, principal, HoldState.HELD, after=after)
    shown = _rows(session, principal, [one for one in found if one.waits])
    return {"holds": shown, "more": found[-1].hold.id if len(found) == usageholds.PAGE_MAX else ""}


def _taken_in(
    session: Session, principal: Principal, import_id: str, window: Window
) -> dict[str, Any]:
    found = usage.lines_of(
        session, principal, import_id, after=window.before_seq or 0, limit=window.limit
    )
    shown = found[: window.shown_max]
    titles = usage.titles_of(session, principal, {line.cut_id for line, _, _ in shown})
    more = shown[-1][0].line_no if len(found) > len(shown) else ""
    return {"lines": [(*one, titles[one[0].cut_id]) for one in shown], "more": more}


def _held(
    session: Session, principal: Principal, found: Sequence[Shown], window: Window
) -> dict[str, Any]:
    shown = found[: window.shown_max]
    more = shown[-1].hold.id if len(found) > len(shown) else ""
    return {"holds": _rows(session, principal, shown), "more": more}


def _rows(
    session: Session, principal: Principal, found: Sequence[Shown]
) -> list[tuple[Shown, tuple[str, str], bool]]:
    """Each with its title, and whether the caller may decide on it."""
    titles = usage.titles_of(session, principal, {one.line.cut_id for one in found})
    return [(one, titles[one.line.cut_id], usageholds.may_decide(principal, one)) for one in found]


def _refused(world: World, name: str, part: Part, window: Window) -> dict[str, Any]:
    """A page of the kept file of rejects, and how many lines there are of each cause."""
    told = [(one, _code(one.cause)) for one in read_rejected(_text(world, name))]
    if part is Part.UNIDENTIFIED:
        told = [one for one in told if one[1] in UNKNOWN_TITLE]
    behind = window.before_seq or 0
    rest = (one for one in told if one[0].line_no > behind)
    found: list[tuple[RejectedLine, str]] = list(islice(rest, window.limit))
    shown = found[: window.shown_max]
    more = shown[-1][0].line_no if len(found) > len(shown) else ""
    causes = Counter(code for _, code in told).most_common()
    return {"refused": shown, "causes": causes, "more": more}


def _text(world: World, name: str) -> Iterator[str]:
    """The lines of a kept file."""
    rest = ""
    for piece in codecs.iterdecode(importing.read_kept(world, name), "utf-8"):
        *whole, rest = (rest + piece).split("\r\n")
        yield from whole
    if rest:
        yield rest


def _code(words: str) -> str:
    """The cause that these words tell, in whichever language; the words where none does."""
    return _causes().get(words, words)


@cache
def _causes() -> Mapping[str, str]:
    return {
        words: key.removeprefix(_CAUSE)
        for lang in LANGUAGES
        for key, words in catalogue(lang).items()
        if key.startswith(_CAUSE)
    }
