"""What a performer's side is told of a search: studio, kinds of use and term, later the rest."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel
from sqlmodel import Session

from api.wire import SpanOut
from core.principal import ANY_SCOPE, Principal
from fingerprint.models import Decision, Span
from licensing.models import Licence
from licensing.service import licences
from registry.models.privacy import Touch
from registry.models.works import KindOfUse
from registry.service import touches

LICENCES = licences.SCOPE
LICENCES_MAX = 1000


class SearchOut(BaseModel):
    """A search that touched a performer; title, cut and spans only once the film is out.

    The term is that of the licence which covers the kinds declared, else it begins with the
    release; `term_until` is null where nothing ends it. `stands` is false once it was taken back.
    """

    seq: int
    searched_at: datetime
    studio: str
    kinds: list[KindOfUse]
    term_from: date
    term_until: date | None
    decision: Decision
    stands: bool
    released: bool
    title: str | None
    cut: str | None
    spans: list[SpanOut]

    @classmethod
    def of(cls, touch: Touch, term: tuple[date, date | None]) -> Self:
        """The search as data."""
        return cls(
            seq=touch.seq,
            searched_at=touch.searched_at,
            studio=touch.studio,
            kinds=list(touch.kinds),
            term_from=term[0],
            term_until=term[1],
            decision=touch.decision,
            stands=touch.stands,
            released=touch.released,
            title=touch.title or None,
            cut=touch.cut or None,
            spans=[SpanOut.of(Span(start, end)) for start, end in touch.spans_ms],
        )


def searches_of(
    session: Session,
    caller: Principal,
    performer_id: str,
    *,
    at: datetime,
    before_seq: int | None = None,
    limit: int = 50,
) -> list[SearchOut]:
    """The searches that touched a performer of the caller's, newest first."""
    found = touches.touches(
        session, caller, performer_id, at=at, before_seq=before_seq, limit=limit
    )
    known = _licences(session, caller, performer_id)
    return [SearchOut.of(touch, _term(touch, known)) for touch in found]


def _licences(session: Session, caller: Principal, performer_id: str) -> list[Licence]:
    # A key without the scope learns no terms; the searches are its right all the same.
    if LICENCES not in caller.scopes and ANY_SCOPE not in caller.scopes:
        return []
    return licences.list_licences(session, caller, performer_id=performer_id, limit=LICENCES_MAX)


def _term(touch: Touch, known: list[Licence]) -> tuple[date, date | None]:
    for licence in known:
        terms = licence.terms
        if terms.licensee_id == touch.studio_id and set(touch.kinds) & set(terms.kinds):
            return terms.valid_from.date(), terms.valid_until.date()
    return touch.release_at, None
