"""For how long the vector of a person whom nobody knows may be kept.

Strangers' biometrics are kept only so that a later enrolment can find past uses, and only for
the days that the tenant's declared legal basis allows; 0 keeps none. A scan under way needs them
for at least a day, or a crash would lose what was scanned.
"""

from datetime import datetime, timedelta

WORKING_DAYS = 1


def expiry(started_at: datetime, days: int, *, scanning: bool) -> datetime:
    """When the vector of an unknown person goes."""
    kept = max(days, WORKING_DAYS) if scanning else days
    return started_at + timedelta(days=kept)


def can_resume(started_at: datetime, days: int, at: datetime) -> bool:
    """Whether a scan that began at `started_at` still holds all it found."""
    return at < expiry(started_at, days, scanning=True)
