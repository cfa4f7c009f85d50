"""For how long the vector of a person whom nobody knows may be kept.

Strangers' biometrics are kept only so that a later enrolment can find past uses, and only for
the days that the tenant's declared legal basis allows; 0 keeps none. A scan under way needs them
for at least a day, or a crash would lose what was scanned. They share one data key a tenant and
day, so that one shred a day makes every copy of them unreadable.
"""

from datetime import UTC, date, datetime, timedelta

WORKING_DAYS = 1
STRANGERS = "strangers:"


def expiry(started_at: datetime, days: int, *, scanning: bool) -> datetime:
    """When the vector of an unknown person goes."""
    kept = max(days, WORKING_DAYS) if scanning else days
    return started_at + timedelta(days=kept)


def strangers_of(tenant_id: str, until: datetime) -> str:
    """The data key of a tenant's vectors of unknown people that go on the day of `until`."""
    return f"{STRANGERS}{tenant_id}:{until.astimezone(UTC).date().isoformat()}"


def is_over(subject_id: str, at: datetime) -> bool:
    """Whether the day of such a key has passed."""
    return date.fromisoformat(subject_id.rsplit(":", 1)[1]) < at.astimezone(UTC).date()


def can_resume(started_at: datetime, days: int, at: datetime) -> bool:
    """Whether a scan that began at `started_at` still holds all it found."""
    return at < expiry(started_at, days, scanning=True)
