"""The queue of what the newest decisions leave to a person, with the matches behind each item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from core.principal import Principal, require
from licensing.queueing import Waiting
from licensing.store import waiting as store
from registry.models.evidence import Use
from registry.service.reading import uses_in

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
    found = store.page(session, principal, after=after, limit=limit)
    cut_ids = {cut_id for item in found if item.use_ids for cut_id in item.cut_ids}
    uses = uses_in(session, principal, cut_ids)
    return tuple(Queued(item, _matches(item, uses)) for item in found)


def matches_of(session: Session, principal: Principal, item: Waiting) -> tuple[str, ...]:
    """The matches behind an item, of all its cuts."""
    return _matches(item, uses_in(session, principal, item.cut_ids)) if item.use_ids else ()


def _matches(item: Waiting, uses: Mapping[str, Sequence[Use]]) -> tuple[str, ...]:
    return tuple(
        match_id
        for cut_id in item.cut_ids
        for use in uses.get(cut_id, ())
        if use.id in item.use_ids
        for match_id in use.match_ids
    )
