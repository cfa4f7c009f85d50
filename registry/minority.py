"""What a minor may not do alone, and until when: dated rules without clock or storage.

Days are those of UTC. Whoever is born on 29 February comes of age on 1 March, as in German law
(BGB 187 and 188). Source of the rules: the house rule for minors, docs/enrolment.md.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from core.errors import BadInput
from registry.models.guardianship import Guardian, Minority
from registry.models.people import Performer

ADULT_YEARS = 18
OLDEST_YEARS = 130


def birthday(born_on: date, years: int) -> date:
    """The day on which somebody becomes `years` years old."""
    try:
        return born_on.replace(year=born_on.year + years)
    except ValueError:
        return date(born_on.year + years, 3, 1)


def adult_on(born_on: date) -> date:
    """The first day on which nobody else signs any more."""
    return birthday(born_on, ADULT_YEARS)


def midnight(day: date) -> datetime:
    """The first instant of a day."""
    return datetime.combine(day, time(), UTC)


def minority_in(performer: Performer) -> Minority | None:
    """What is known of a performer's age: None for whoever was never known as a minor."""
    if performer.born_on is None or performer.agrees_on is None:
        return None
    return Minority(performer.born_on, performer.agrees_on)


def is_minor(minority: Minority | None, at: datetime) -> bool:
    """Whether somebody has not come of age at `at`; adults have no birth date here."""
    return minority is not None and at < midnight(adult_on(minority.born_on))


def child_agrees(minority: Minority, at: datetime) -> bool:
    """Whether a minor is old enough to be asked too."""
    return at >= midnight(minority.agrees_on)


def minority_of(born_on: date, *, agrees_from_years: int, at: datetime) -> Minority:
    """What is kept of a birth date; raises `BadInput` for an adult's, which nobody needs."""
    if not at.year - OLDEST_YEARS <= born_on.year or midnight(born_on) > at:
        raise BadInput(
            "This is no birth date of somebody alive.",
            next_step="Write it as year, month and day, such as 2014-03-09.",
            code="bad-birth-date",
        )
    made = Minority(born_on, birthday(born_on, agrees_from_years))
    if not is_minor(made, at):
        raise BadInput(
            "Whoever is of age needs no birth date here.",
            next_step="Leave it out: it is kept for minors only.",
            code="adult-birth-date",
        )
    return made


def born_by(at: datetime) -> date:
    """The last birth date of those who are of age at `at`."""
    today = at.astimezone(UTC).date()
    years_ago = today.year - ADULT_YEARS
    try:
        return today.replace(year=years_ago)
    except ValueError:
        return date(years_ago, 2, 28)


def consent_ends(
    minority: Minority | None, asked: datetime | None, *, days_max: int, at: datetime
) -> datetime | None:
    """When a consent signed at `at` ends: a minor's soon, and never after the 18th birthday."""
    if minority is None or not is_minor(minority, at):
        return asked
    latest = min(at + timedelta(days=days_max), midnight(adult_on(minority.born_on)))
    return latest if asked is None else min(asked, latest)


def due(
    guardians: Iterable[Guardian], minority: Minority | None, at: datetime
) -> tuple[Guardian, ...]:
    """Guardians who must all sign at `at`, in the order in which they were added."""
    if not is_minor(minority, at):
        return ()
    return tuple(
        item for item in guardians if item.since <= at and (item.until is None or at < item.until)
    )
