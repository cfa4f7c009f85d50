"""What a performer earned, by use, by month and by source, for that performer's own side."""

from collections.abc import Collection, Mapping

from sqlmodel import Session

from core.principal import Principal, require
from registry.store import people
from royalties.models_earned import Earned, EarnedLine
from royalties.store import earned

SCOPE = "reports"


def by_use(
    session: Session, side: Principal, performer_id: str, cut_ids: Collection[str]
) -> Mapping[str, tuple[Earned, ...]]:
    """What the uses of a performer in these cuts come to, by use."""
    _check(session, side, performer_id)
    return earned.by_use(session, side, performer_id, cut_ids)


def by_line(
    session: Session, side: Principal, performer_id: str, cut_id: str, use_id: str
) -> tuple[EarnedLine, ...]:
    """What one use came to by usage line, newest month first."""
    _check(session, side, performer_id)
    return earned.by_line(session, side, performer_id, cut_id, use_id)


def by_month(session: Session, side: Principal, performer_id: str) -> tuple[Earned, ...]:
    """What a performer earned in each month, newest first."""
    _check(session, side, performer_id)
    return earned.by_month(session, side, performer_id)


def by_source(
    session: Session, side: Principal, performer_id: str, *, since: str
) -> tuple[tuple[str, str, Earned], ...]:
    """(cut, kind of use, what it came to) from a month on, the most first."""
    _check(session, side, performer_id)
    found = earned.by_source(session, side, performer_id, since=since)
    return tuple(sorted(found, key=lambda item: (-item[2].amount_micro, item[0], item[1])))


def _check(session: Session, side: Principal, performer_id: str) -> None:
    """Only the performer's side: a licensee reads what it owes on its own accounts."""
    require(side, SCOPE)
    people.get_performer(session, side, performer_id)
