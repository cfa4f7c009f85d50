"""The review queue as one person works through it: what is left to them, and one item of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from core.principal import Principal, require
from licensing.queueing import Asks, Waiting, queue_of
from licensing.service.queueing import SCOPE, matches_of
from licensing.store import clearances
from registry.models.evidence import Match
from registry.service.doubts import Doubt, doubts, left_about
from registry.store.matches import get_match


@dataclass(frozen=True, slots=True)
class Desk:
    """`items` wait for this person, `elsewhere` more for somebody else.

    `place` of the item that lies on the desk counts from 0; `doubts` are its finds that wait for
    this person's word.
    """

    items: tuple[Waiting, ...]
    elsewhere: int
    place: int
    doubts: tuple[Doubt, ...]

    @property
    def item(self) -> Waiting | None:
        """What lies on the desk, if anything is left."""
        return self.items[self.place] if self.items else None


def sit_down(session: Session, principal: Principal, wanted: Sequence[str] = ()) -> Desk:
    """The caller's queue with the first of the items `wanted` that is still there, else the first.

    What a person left to others, wholly, is not put before them again.
    """
    require(principal, SCOPE)
    waiting = queue_of(clearances.open_by_cut(session, principal))
    left = left_about(
        session, principal, [each for item in waiting for each in item.submission_ids]
    )
    mine = tuple(item for item in waiting if not _is_left(session, principal, item, left))
    place = _place(mine, wanted)
    found = _own(session, principal, mine[place]) if mine else ()
    return Desk(mine, len(waiting) - len(mine), place, found)


def find_before(session: Session, principal: Principal, match_id: str) -> Match:
    """A find that lies on the caller's desk and waits for the caller's word.

    Raises `NotAllowed` for a key, which is nobody, and `NotFound` for any other find.
    """
    require(principal, SCOPE)
    if principal.person is None:
        raise NotAllowed(
            "Only a person at the review desk may look at this.",
            next_step="Sign in, and open /review.",
            code="people-only",
        )
    owner_id, _, match = get_match(session, principal, match_id)
    own = owner_id == principal.tenant_id
    for item in queue_of(clearances.open_by_cut(session, principal)) if own else ():
        if match.cut_id in item.cut_ids and match.performer_id == item.performer_id:
            waiting = {doubt.match.id: doubt.match for doubt in _own(session, principal, item)}
            if match_id in waiting:
                return waiting[match_id]
    raise NotFound("No such find is before you.", next_step="Open /review.")


def _place(items: Sequence[Waiting], wanted: Sequence[str]) -> int:
    places = {item.id: place for place, item in enumerate(items)}
    return next((places[each] for each in wanted if each in places), 0)


def _is_left(
    session: Session, principal: Principal, item: Waiting, left: frozenset[tuple[str, str]]
) -> bool:
    """Whether this person left every find of the item to others; few items need a closer look."""
    if item.asks is not Asks.WORD:
        return False
    if not any((each, item.performer_id) in left for each in item.submission_ids):
        return False
    return not _own(session, principal, item)


def _own(session: Session, principal: Principal, item: Waiting) -> tuple[Doubt, ...]:
    if item.asks is not Asks.WORD:
        return ()
    found = doubts(session, principal, matches_of(session, principal, item))
    return tuple(each for each in found if not each.left)
