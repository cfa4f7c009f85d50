"""The queue of what the newest decisions leave to a person, with the matches behind each item."""

from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal, require
from licensing.queueing import Waiting, queue_of
from licensing.store import clearances
from registry.service.reading import own_uses

SCOPE = "submissions"


@dataclass(frozen=True, slots=True)
class Queued:
    """An item of the queue and the matches that a word can be given on, of all its cuts."""

    item: Waiting
    match_ids: tuple[str, ...]


def review_queue(
    session: Session, principal: Principal, *, after: str = "", limit: int = 50
) -> tuple[Queued, ...]:
    """What waits for a person of the caller's, the most consequential first.

    Page on with the key of the last item: an item that was settled meanwhile skips none.
    """
    require(principal, SCOPE)
    waiting = [
        item for item in queue_of(clearances.open_by_cut(session, principal)) if item.key > after
    ]
    return tuple(
        Queued(item, matches_of(session, principal, item)) for item in waiting[: max(0, limit)]
    )


def matches_of(session: Session, principal: Principal, item: Waiting) -> tuple[str, ...]:
    """The matches behind an item, of all its cuts."""
    return tuple(
        match_id
        for cut_id in item.cut_ids
        if item.use_ids
        for use in own_uses(session, principal, cut_id)
        if use.id in item.use_ids
        for match_id in use.match_ids
    )
