"""Queries about the past: the number up to which things were known at a time, what ends soon."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.principal import SearchCapability
from licensing.models import Licence
from licensing.store.groups import MembershipRow
from licensing.store.licences import LicenceRow, RevocationRow, signed_between
from licensing.store.suspensions import LiftRow, SuspensionRow


def seq_known_at(session: Session, at: datetime) -> int | None:
    """The number before the first that was given after `at`; None when none was given since.

    Looks at all that a licence's standing depends on. The clock finds the place, the first later
    event, and from there the number alone tells: a clock that was set back changes no answer.
    """
    pairs: tuple[tuple[Any, Any], ...] = (
        *((table.seq, table.recorded_at) for table in (LicenceRow, RevocationRow)),
        *((table.seq, table.recorded_at) for table in (SuspensionRow, LiftRow)),
        (MembershipRow.joined_seq, MembershipRow.joined_at),
        (MembershipRow.left_seq, MembershipRow.left_at),
    )
    firsts = [
        session.exec(select(func.min(seq)).where(col(when) > at)).one() for seq, when in pairs
    ]
    return min((seq - 1 for seq in firsts if seq is not None), default=None)


def ending(
    session: Session,
    _capability: SearchCapability,
    *,
    after: datetime,
    until: datetime,
    signed_after: datetime | None = None,
) -> list[Licence]:
    """Licences that end in `after < t <= until` and are not revoked, whoever's they are."""
    clauses = [
        col(LicenceRow.valid_until) > after,
        col(LicenceRow.valid_until) <= until,
        col(RevocationRow.id).is_(None),
    ]
    if signed_after is not None:
        clauses.append(col(LicenceRow.recorded_at) > signed_after)
    return signed_between(session, *clauses)
