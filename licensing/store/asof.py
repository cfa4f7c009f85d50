"""Queries about the past: the number up to which things were known at a time, what ends soon."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from core.principal import SearchCapability
from licensing.models import Licence
from licensing.store.frameworks import bound_to
from licensing.store.groups import MembershipRow
from licensing.store.licencerows import LicenceDraftRow, LicenceRow, RevocationRow
from licensing.store.licences import signed_between
from licensing.store.suspensions import LiftRow, SuspensionRow
from licensing.store.terminations import TerminationRow
from registry.models.works import KindOfUse


def seq_known_at(session: Session, at: datetime) -> int | None:
    """The number before the first that was given after `at`; None when none was given since.

    Looks at all that a licence's standing depends on. The clock finds the place, the first later
    event, and from there the number alone tells: a clock that was set back changes no answer.
    """
    pairs: tuple[tuple[Any, Any], ...] = (
        *((table.seq, table.recorded_at) for table in (LicenceRow, RevocationRow)),
        (TerminationRow.seq, TerminationRow.recorded_at),
        *((table.seq, table.recorded_at) for table in (SuspensionRow, LiftRow)),
        (MembershipRow.joined_seq, MembershipRow.joined_at),
        (MembershipRow.left_seq, MembershipRow.left_at),
    )
    firsts = [
        session.exec(select(func.min(seq)).where(col(when) > at)).one() for seq, when in pairs
    ]
    return min((seq - 1 for seq in firsts if seq is not None), default=None)


@dataclass(frozen=True, slots=True)
class Place:
    """A licence's place in a status list, whose consent it is, and to which kinds of use."""

    licence_id: str
    status_index: int
    performer_id: str
    kinds: tuple[KindOfUse, ...]


def reached_places(
    session: Session, _capability: SearchCapability, number: int, *, at: datetime
) -> tuple[Place, ...]:
    """Places on a list of licences in force that some group reaches, by member or framework."""
    members = select(MembershipRow.performer_id).where(col(MembershipRow.joined_seq).is_not(None))
    query = (
        select(LicenceDraftRow, LicenceRow.performer_id)
        .join(LicenceRow, col(LicenceRow.id) == col(LicenceDraftRow.id))
        .outerjoin(RevocationRow, col(RevocationRow.licence_id) == col(LicenceRow.id))
        .where(
            col(LicenceDraftRow.status_list) == number,
            or_(col(LicenceRow.performer_id).in_(members), col(LicenceRow.id).in_(bound_to())),
            col(RevocationRow.id).is_(None),
            col(LicenceRow.valid_until) > at,
        )
    )
    return tuple(
        Place(
            draft.id,
            draft.status_index,
            performer_id,
            tuple(KindOfUse(kind) for kind in draft.terms["kinds"]),
        )
        for draft, performer_id in session.exec(query)
    )


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
