"""Accruing whole books: step by step through every due cut, from wherever it was stopped.

Due is what has been decided on and has usage. A step is one transaction that books what some cuts
owe and keeps how far it is. Whoever is killed in between loses that step and nothing else; going on
books nothing twice, as accruing never does.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from core.ids import new_id
from core.principal import Principal, SearchCapability, require, system
from royalties.models import AccrualReport
from royalties.models_bookaccruals import BookAccrual
from royalties.service.accruals import accrue_cuts
from royalties.service.books import collector
from royalties.service.collectors import members_of
from royalties.service.usage_intake import COLLECTORS
from royalties.store import bookaccruals as store
from royalties.store.bulk import give_room_back, with_room

# A step writes most pages of the indexes, so that what it books should be worth that.
CUTS_MAX = 500
LINES_MAX = 500
_Due = Sequence[tuple[str, str, int]]


def begin(session: Session, principal: Principal, *, now: datetime) -> BookAccrual:
    """Begin to accrue: every due cut for the operator, a society's of its members, else one's own.

    Claims go into whichever book they belong in; a society's go books those of its own book alone.
    While one of the tenant's is running, it is that one. Raises `NotAllowed` without `usage`.
    """
    require(principal, "usage")
    whose = _whose(session, principal)
    found = store.running(session, principal)
    if found is not None:
        return found
    cuts = store.count_due(session, _capability(principal), whose)
    made = BookAccrual(new_id("bka"), principal.tenant_id, now, cuts)
    store.add(session, made)
    return made


def step(session: Session, principal: Principal, name: str, *, now: datetime) -> BookAccrual:
    """Accrue the next few cuts; one with more than `LINES_MAX` usage lines is a step of its own.

    After the last one it has ended, and a further step changes nothing.
    """
    # Load.
    before = store.get(session, principal, name)
    if not before.running:
        return before
    with_room(session)
    whose = _whose(session, principal)
    found = store.due(
        session, _capability(principal), whose=whose, after=before.after, limit=CUTS_MAX
    )
    # Decide.
    some = _few(found)
    reports = _accrued(session, some, _book(session, principal), now)
    made = replace(
        _counted(before, reports),
        done=before.done + len(some),
        after=some[-1][1] if some else before.after,
        running=bool(some),
    )
    # Save.
    store.save(session, principal, made)
    if not made.running:
        give_room_back(session)
    return made


def give_up(session: Session, principal: Principal, name: str) -> None:
    """End one whose work failed for good; what was booked stays, and the next begins anew."""
    found = store.get(session, principal, name)
    if found.running:
        store.save(session, principal, replace(found, running=False))
        give_room_back(session)


def get(session: Session, principal: Principal, name: str) -> BookAccrual:
    """One of the caller's; raises `NotFound`, and `NotAllowed` without `usage`."""
    require(principal, "usage")
    return store.get(session, principal, name)


def newest(session: Session, principal: Principal) -> tuple[BookAccrual, ...]:
    """The caller's newest."""
    require(principal, "usage")
    return store.newest(session, principal)


def _whose(session: Session, principal: Principal) -> store.Whose:
    """Whose cuts are due: everybody's for the operator, one's own for a licensee.

    For a society those on which somebody is named whom it has a mandate for, and what was used
    within a mandate that it has for everybody.
    """
    if principal.tenant_kind not in COLLECTORS:
        return store.Whose(owner_id=principal.tenant_id)
    book = _book(session, principal)
    return store.Whose(None, book, *members_of(session, book)) if book else store.Whose()


def _book(session: Session, principal: Principal) -> str:
    """The one book that a society books in; empty for all of them."""
    collects = principal.tenant_kind in COLLECTORS and principal.tenant_id != collector(session)
    return principal.tenant_id if collects else ""


def _few(found: _Due) -> _Due:
    """As many of the first as have few usage lines together, and one at least."""
    lines = 0
    for at, (_, _, count) in enumerate(found):
        lines += count
        if lines > LINES_MAX:
            return found[: max(1, at)]
    return found


def _accrued(session: Session, some: _Due, book: str, now: datetime) -> list[AccrualReport]:
    """Each licensee's cuts on its behalf, as it would accrue them itself, all in one month."""
    cuts: defaultdict[str, list[str]] = defaultdict(list)
    for owner_id, cut_id, _ in some:
        cuts[owner_id].append(cut_id)
    return [
        accrue_cuts(session, system(owner_id), cuts[owner_id], now=now, book=book)
        for owner_id in sorted(cuts)
    ]


def _counted(before: BookAccrual, reports: Sequence[AccrualReport]) -> BookAccrual:
    skipped = Counter(before.skipped)
    kept = Counter(before.kept)
    for report in reports:
        skipped.update(one.reason.code for one in report.skipped)
        kept.update({outcome.value: count for outcome, count in report.kept.items()})
    return replace(
        before,
        new=before.new + sum(one.new for one in reports),
        unchanged=before.unchanged + sum(one.unchanged for one in reports),
        reversed=before.reversed + sum(one.reversed for one in reports),
        skipped=dict(sorted(skipped.items())),
        kept=dict(sorted(kept.items())),
    )


def _capability(principal: Principal) -> SearchCapability:
    return SearchCapability("book-accrual", principal.tenant_id)
