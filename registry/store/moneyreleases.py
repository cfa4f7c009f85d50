"""Releases of children's money: what was signed never changes, where it stands does."""

from datetime import datetime
from typing import Any

from sqlalchemy import false
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability, system
from core.visibility import visible
from registry.models.guardianship import MoneyRelease
from registry.models.people import Performer

_STANDING = ("signed", "signed_at", "attester", "released_at", "ended_at", "single_operator")
RELEASES_MAX = 100


class MoneyReleaseRow(Owned, table=True):
    """Table of releases; `recorded_at` is when one was drafted."""

    __tablename__ = "money_release"
    __table_args__ = (append_only(*_STANDING),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    guardians: list[str] = Field(sa_type=JsonText)
    document: dict[str, Any] = Field(sa_type=JsonText)
    valid_until: datetime = Field(sa_type=UtcDateTime)
    signed: bytes | None = None
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attester: str | None = None
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    single_operator: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


def add_release(session: Session, item: MoneyRelease) -> None:
    """Store a draft."""
    session.add(
        MoneyReleaseRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.drafted_at,
            performer_id=item.performer_id,
            guardians=list(item.guardians),
            document=dict(item.document),
            valid_until=item.valid_until,
        )
    )
    session.flush()


def save_standing(session: Session, _capability: SearchCapability, item: MoneyRelease) -> None:
    """Store where a release stands now; what was drafted stays as it is."""
    row = _row(session, item.id)
    for name in _STANDING:
        setattr(row, name, getattr(item, name))
    session.add(row)
    session.flush()


def releases_of(
    session: Session, principal: Principal, performer_id: str
) -> tuple[MoneyRelease, ...]:
    """Signed releases of the caller's performer, newest first."""
    query = (
        select(MoneyReleaseRow)
        .where(
            visible(MoneyReleaseRow, principal),
            col(MoneyReleaseRow.performer_id) == performer_id,
            col(MoneyReleaseRow.signed_at).is_not(None),
        )
        .order_by(col(MoneyReleaseRow.recorded_at).desc(), col(MoneyReleaseRow.id))
        .limit(RELEASES_MAX)
    )
    return tuple(_release(row) for row in session.exec(query))


def of_minor(session: Session, performer: Performer) -> tuple[MoneyRelease, ...]:
    """Signed releases of a performer's money for whoever pays it; adults need none."""
    if performer.born_on is None:
        return ()
    return releases_of(session, system(performer.tenant_id), performer.id)


def get_release(session: Session, _capability: SearchCapability, release_id: str) -> MoneyRelease:
    """One release of any organisation's performer; raises NotFound."""
    return _release(_row(session, release_id))


def _row(session: Session, release_id: str) -> MoneyReleaseRow:
    query = select(MoneyReleaseRow).where(col(MoneyReleaseRow.id) == release_id)
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such release.", next_step="Check the id of the release.")
    return row


def _release(row: MoneyReleaseRow) -> MoneyRelease:
    return MoneyRelease(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        guardians=tuple(row.guardians),
        document=row.document,
        valid_until=row.valid_until,
        drafted_at=row.recorded_at,
        signed=row.signed,
        signed_at=row.signed_at,
        attester=row.attester,
        released_at=row.released_at,
        ended_at=row.ended_at,
        single_operator=row.single_operator,
    )
