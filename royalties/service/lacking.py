"""Which titles lack a report of a month: cleared, released, and under a licence in force then."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from core.errors import BadInput
from core.principal import Principal, SearchCapability, system
from licensing.service.licences import licences_by_id
from royalties.closing import month_after
from royalties.entitlement import entitled
from royalties.service.entitlements import history_of, parties_of
from royalties.service.periods import check_month
from royalties.store import missing as store
from royalties.unreported import days_since


@dataclass(frozen=True, slots=True)
class Title:
    """A cut without a report, its licensee, and where its licences allow it to be shown."""

    cut_id: str
    licensee_id: str
    territories: tuple[str, ...]


def titles(
    session: Session, asker: Principal | SearchCapability, month: str, after: str = ""
) -> Iterator[Title]:
    """Titles of one's own, or for the service everybody's, that a report of the month lacks."""
    for cut_id, licensee_id in store.unreported(session, asker, month, after=after):
        places = territories_of(session, licensee_id, cut_id, month)
        if places:
            yield Title(cut_id, licensee_id, places)


def territories_of(session: Session, licensee_id: str, cut_id: str, month: str) -> tuple[str, ...]:
    """Where licences in force in the month let uses of the cut earn; none where none does."""
    licensee = system(licensee_id)
    history = history_of(session, licensee, cut_id)
    uses, _ = entitled(history, parties_of(session, licensee, history))
    due = [
        use
        for use in uses
        if use.from_period <= month and (use.until_period is None or month <= use.until_period)
    ]
    begun, ended = first_day(month), first_day(month_after(month))
    in_force = {
        one.id
        for one in licences_by_id(session, licensee, {use.licence_id for use in due})
        if one.terms.valid_from < ended
        and one.terms.valid_until > begun
        and (one.revoked_at is None or one.revoked_at > begun)
    }
    found = {place for use in due if use.licence_id in in_force for place in use.territories}
    return tuple(sorted(found))


def days_over(month: str, now: datetime) -> int:
    """Days since the month ended; raises `BadInput` for one that is not over, or none."""
    check_month(month)
    days = days_since(month, now)
    if days < 1:
        raise BadInput(f"{month} is not over.", next_step="Ask about a month before it.")
    return days


def first_day(month: str) -> datetime:
    """The moment a month begins, in UTC."""
    return datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC)
