"""What a licence was on a day, as it was known at some time: two times, never mixed up.

The day is when something was released; the knowledge is a place in the order of events. A licence
revoked after the day was in force on it, and one revoked before it is in force for whoever asks
with the knowledge of an earlier time.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from licensing.models import Licence, LicenceInForce
from licensing.models_suspension import Suspension
from registry.models.works import KindOfUse


class Standing(StrEnum):
    """How a licence stood on a day; SUSPENDED when every kind of use in it was, on some part."""

    IN_FORCE = "IN_FORCE"
    NOT_YET = "NOT_YET"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"
    SUSPENDED = "SUSPENDED"
    TERMINATED = "TERMINATED"


@dataclass(frozen=True, slots=True)
class AsOf:
    """A licence as it stood; `revoked_at`, `ends_at` and `suspended` as far as it was known.

    `ends_at` is when notice, of this licence or of one above it, makes it end before its term.
    """

    licence: Licence
    standing: Standing
    revoked_at: datetime | None
    suspended: tuple[KindOfUse, ...]
    ends_at: datetime | None = None


def day(on: date) -> tuple[datetime, datetime]:
    """The day from its first moment to before the next day's, in UTC."""
    start = datetime.combine(on, time(), UTC)
    return start, start + timedelta(days=1)


def as_of(
    licence: Licence,
    suspensions: Iterable[Suspension],
    on: date,
    up_to_seq: int,
    *,
    ended: LicenceInForce | None = None,
) -> AsOf | None:
    """How a licence stood on a day, as known at a number; None when it was not signed by then.

    `ended` is the same licence with the ends that notice and licences above it give it.
    """
    if licence.seq is None or licence.seq > up_to_seq:
        return None
    known = licence.revoked_seq is not None and licence.revoked_seq <= up_to_seq
    revoked_at = licence.revoked_at if known else None
    until = licence.terms.valid_until
    if ended is not None:
        revoked_at, until = ended.revoked_at, ended.terms.valid_until
    start, end = day(on)
    reach = [item for item in suspensions if item.since < end and _lasts(item, start)]
    kinds = licence.terms.kinds
    suspended = tuple(kind for kind in kinds if any(_covers(item, kind) for item in reach))
    stood = _standing(licence, revoked_at, suspended, start, end)
    early = until < licence.terms.valid_until
    if early and until <= start and stood in (Standing.IN_FORCE, Standing.SUSPENDED):
        stood = Standing.TERMINATED
    return AsOf(licence, stood, revoked_at, suspended, until if early else None)


def _standing(
    licence: Licence,
    revoked_at: datetime | None,
    suspended: Collection[KindOfUse],
    start: datetime,
    end: datetime,
) -> Standing:
    if licence.terms.valid_from >= end:
        return Standing.NOT_YET
    # A day on which it was revoked is not one on which anybody can rely on it.
    if revoked_at is not None and revoked_at < end:
        return Standing.REVOKED
    if licence.terms.valid_until <= start:
        return Standing.EXPIRED
    if suspended and set(suspended) == set(licence.terms.kinds):
        return Standing.SUSPENDED
    return Standing.IN_FORCE


def _covers(suspension: Suspension, kind: KindOfUse) -> bool:
    return not suspension.kinds or kind in suspension.kinds


def _lasts(suspension: Suspension, start: datetime) -> bool:
    return suspension.lifted_at is None or suspension.lifted_at > start
