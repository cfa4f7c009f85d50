"""A studio's releases: what comes next, and what holds it up."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlmodel import Session

from core.principal import Principal, require
from licensing.models import Verdict
from licensing.store import releases as store
from licensing.store.releases import Release
from registry.models.works import Cut

SCOPE = "submissions"
BLOCKED = frozenset(Verdict) - {Verdict.CLEARED}


def list_releases(
    session: Session,
    principal: Principal,
    *,
    verdicts: Collection[Verdict] = (),
    since: date | None = None,
    title: str = "",
    work_id: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> Sequence[Release]:
    """The newest decision on each cut of the caller's own, by day of release.

    Page on with (day, cut id) of the last one.
    """
    require(principal, SCOPE)
    return store.releases(
        session,
        principal,
        verdicts=verdicts,
        since=since,
        title=title,
        work_id=work_id,
        after=after,
        limit=limit,
    )


def next_blocked(session: Session, principal: Principal, today: date) -> Release | None:
    """The next release that may not go out as things stand; nothing where all may."""
    found = list_releases(session, principal, verdicts=BLOCKED, since=today, limit=1)
    return next(iter(found), None)


def list_undecided(
    session: Session, principal: Principal, *, after: str = "", limit: int = 50
) -> Sequence[tuple[Cut, str]]:
    """Cuts of the caller's own on which nothing was decided yet; page on with the last id."""
    require(principal, SCOPE)
    return store.undecided(session, principal, after=after, limit=limit)
