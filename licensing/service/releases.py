"""A studio's releases: what comes next, what holds it up, and which are sought."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from core.principal import Principal, require
from licensing.models_clearance import Verdict
from licensing.releaselist import Order, Sought
from licensing.store import releases as store
from licensing.store.releases import Release, Standing
from registry.models.works import Cut
from registry.store import works

SCOPE = "submissions"
BLOCKED = frozenset(Verdict) - {Verdict.CLEARED}


def list_releases(
    session: Session,
    principal: Principal,
    sought: Sought,
    *,
    order: Order = Order.NEXT,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> Sequence[Release]:
    """The newest decision on each cut of the caller's own that is sought.

    Page on with (value that the order goes by, cut id) of the last one. Raises `NotFound` where
    another tenant's work is named.
    """
    require(principal, SCOPE)
    if sought.work_id:
        works.get_work(session, principal, sought.work_id)
    return store.releases(session, principal, sought, order=order, after=after, limit=limit)


def count(session: Session, principal: Principal, sought: Sought, *, most: int) -> int:
    """How many are sought, counted up to `most`."""
    require(principal, SCOPE)
    return store.count(session, principal, sought, most=most)


def standing(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> Mapping[str, Standing]:
    """The decision that stands on each of these cuts of the caller's, where there is one."""
    require(principal, SCOPE)
    return store.standing(session, principal, cut_ids)


def tally(session: Session, principal: Principal, work_id: str, *, most: int) -> tuple[int, int]:
    """How many cuts a work of the caller's and those below it have, and how many are cleared,
    counted up to `most`."""
    require(principal, SCOPE)
    works.get_work(session, principal, work_id)
    return store.tally(session, principal, work_id, most=most)


def next_blocked(session: Session, principal: Principal, today: date) -> Release | None:
    """The next release that may not go out as things stand, with its causes; nothing where all
    may."""
    sought = Sought(verdicts=BLOCKED, since=today)
    found = list_releases(session, principal, sought, limit=1)
    return next(iter(with_causes(session, principal, found)), None)


def with_causes(
    session: Session, principal: Principal, items: Sequence[Release]
) -> Sequence[Release]:
    """The same releases, each with the span that decides on it."""
    require(principal, SCOPE)
    held_up = [item.clearance_id for item in items if item.verdict in BLOCKED]
    found = store.foremost(session, principal, held_up)
    return [replace(item, foremost=found.get(item.clearance_id)) for item in items]


def list_undecided(
    session: Session, principal: Principal, *, after: str = "", limit: int = 50
) -> Sequence[tuple[Cut, str]]:
    """Cuts of the caller's own on which nothing was decided yet; page on with the last id."""
    require(principal, SCOPE)
    return store.undecided(session, principal, after=after, limit=limit)
