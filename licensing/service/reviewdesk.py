"""The review queue as one person works through it: what is left to them, and one item of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.errors import NotAllowed, NotFound
from core.principal import Principal, require
from licensing.queueing import Asks, Waiting
from licensing.service.queueing import SCOPE, matches_of
from licensing.store import waiting
from registry.models.evidence import Match
from registry.service.doubts import Doubt, doubts, left_about
from registry.store.matches import get_match


@dataclass(frozen=True, slots=True)
class Desk:
    """`count` items wait for this person, `elsewhere` more for somebody else.

    `item` lies on the desk, if anything is left; its `place` counts from 0, and the items beside it
    are named by their ids. `doubts` are its finds that wait for this person's word.
    """

    count: int
    elsewhere: int
    item: Waiting | None = None
    place: int = 0
    previous: str = ""
    following: str = ""
    doubts: tuple[Doubt, ...] = ()


def sit_down(session: Session, principal: Principal, wanted: Sequence[str] = ()) -> Desk:
    """The caller's queue with the first of the items `wanted` that is still there, else the first.

    What a person left to others, wholly, is not put before them again.
    """
    require(principal, SCOPE)
    left = {item.id: item for item in _left(session, principal)}
    count = waiting.count(session, principal) - len(left)
    item = _wanted(session, principal, wanted, left)
    if item is None:
        return Desk(count, len(left))
    before = sum(each.key < item.key for each in left.values())
    previous, following = waiting.beside(session, principal, item, left)
    return Desk(
        count=count,
        elsewhere=len(left),
        item=item,
        place=waiting.count(session, principal, before=item.key) - before,
        previous=previous,
        following=following,
        doubts=_own(session, principal, item),
    )


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
    for item in waiting.of_cut(session, principal, match.cut_id) if own else ():
        if match.performer_id == item.performer_id:
            found = {doubt.match.id: doubt.match for doubt in _own(session, principal, item)}
            if match_id in found:
                return found[match_id]
    raise NotFound("No such find is before you.", next_step="Open /review.")


def _wanted(
    session: Session, principal: Principal, wanted: Sequence[str], left: dict[str, Waiting]
) -> Waiting | None:
    there = {item.id: item for item in waiting.items(session, principal, wanted)}
    for each in wanted:
        if each in there and each not in left:
            return there[each]
    found = waiting.items(session, principal, [waiting.first(session, principal, left)])
    return found[0] if found else None


def _left(session: Session, principal: Principal) -> list[Waiting]:
    """What this person left to others of every find in it; few items need that closer look."""
    about = waiting.about(session, principal, left_about(session, principal))
    return [item for item in about if item.asks is Asks.WORD and not _own(session, principal, item)]


def _own(session: Session, principal: Principal, item: Waiting) -> tuple[Doubt, ...]:
    if item.asks is not Asks.WORD:
        return ()
    found = doubts(session, principal, matches_of(session, principal, item))
    return tuple(each for each in found if not each.left)
