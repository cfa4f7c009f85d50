"""Excerpts of enrolments, one for each part, and every look at one.

A look belongs to the performer's organisation, though it was somebody else's.
"""

from datetime import datetime

from sqlmodel import Field, Session, UniqueConstraint, col, delete, select

from core.columns import Owned
from core.db import next_seq
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import owned, owns
from fingerprint.models import Modality
from registry.models.evidence import Match
from registry.models.excerpts import Excerpt
from registry.models.people import EnrolmentState, Purpose
from registry.store.enrolments import EnrolmentRow, holds
from registry.store.purposes import still_given


class ExcerptRow(Owned, table=True):
    """Table of excerpts; a row is as old as what is sealed in it."""

    __tablename__ = "excerpt"
    __table_args__ = (UniqueConstraint("enrolment_id", "modality"),)

    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    modality: str
    quality: float
    sealed: bytes


class LookRow(Owned, table=True):
    """Table of looks; `recorded_at` is when it was, `person` who it was."""

    __tablename__ = "excerpt_look"

    seq: int = Field(unique=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    match_id: str = Field(foreign_key="match.id")
    modality: str
    studio_id: str
    person: str


def save_excerpt(session: Session, item: Excerpt) -> None:
    """Keep an excerpt in place of the one that its part has, if it has one."""
    row = _row(session, item.enrolment_id, item.modality) or ExcerptRow(
        id=item.id,
        tenant_id=item.tenant_id,
        recorded_at=item.made_at,
        enrolment_id=item.enrolment_id,
        performer_id=item.performer_id,
        modality=item.modality,
        quality=item.quality,
        sealed=item.sealed,
    )
    row.recorded_at, row.quality, row.sealed = item.made_at, item.quality, item.sealed
    session.add(row)
    session.flush()


def find_excerpt(
    session: Session, principal: Principal, enrolment_id: str, modality: Modality
) -> Excerpt | None:
    """What is kept of one part under an enrolment of the caller's."""
    row = _row(session, enrolment_id, modality)
    return None if row is None or not owns(row, principal) else _excerpt(row)


def newest_shown(
    session: Session,
    _capability: SearchCapability,
    performer_id: str,
    modality: Modality,
    *,
    at: datetime,
) -> Excerpt | None:
    """The newest excerpt of a performer's part whose enrolment is active and undisputed."""
    query = (
        select(ExcerptRow)
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(ExcerptRow.enrolment_id))
        .where(
            col(ExcerptRow.performer_id) == performer_id,
            col(ExcerptRow.modality) == modality,
            col(EnrolmentRow.state) == EnrolmentState.ACTIVE,
            *holds(at),
            still_given(col(EnrolmentRow.id), Purpose.COMPARISON),
        )
        .order_by(col(EnrolmentRow.seq).desc())
    )
    row = session.exec(query).first()
    return None if row is None else _excerpt(row)


def forget(session: Session, principal: Principal, enrolment_id: str) -> None:
    """Drop what is kept under an enrolment."""
    session.exec(
        delete(ExcerptRow).where(
            owned(ExcerptRow, principal),
            col(ExcerptRow.enrolment_id) == enrolment_id,
        )
    )


def add_look(
    session: Session, item: Excerpt, match: Match, *, by: Principal, person: str, at: datetime
) -> None:
    """Record that somebody looked at an excerpt beside a find."""
    session.add(
        LookRow(
            id=new_id("lok"),
            tenant_id=item.tenant_id,
            recorded_at=at,
            seq=next_seq(session),
            performer_id=item.performer_id,
            match_id=match.id,
            modality=item.modality,
            studio_id=by.tenant_id,
            person=person,
        )
    )
    session.flush()


def looks_at(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    before_seq: int | None = None,
    limit: int = 50,
) -> tuple[tuple[int, datetime, Modality, str], ...]:
    """(seq, when, part, studio's tenant) of looks at a performer of the caller's, newest first."""
    query = select(LookRow).where(
        owned(LookRow, principal), col(LookRow.performer_id) == performer_id
    )
    if before_seq is not None:
        query = query.where(col(LookRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(LookRow.seq).desc()).limit(limit))
    return tuple((row.seq, row.recorded_at, Modality(row.modality), row.studio_id) for row in rows)


def _row(session: Session, enrolment_id: str, modality: Modality) -> ExcerptRow | None:
    query = select(ExcerptRow).where(
        col(ExcerptRow.enrolment_id) == enrolment_id, col(ExcerptRow.modality) == modality
    )
    return session.exec(query).first()


def _excerpt(row: ExcerptRow) -> Excerpt:
    return Excerpt(
        id=row.id,
        tenant_id=row.tenant_id,
        enrolment_id=row.enrolment_id,
        performer_id=row.performer_id,
        modality=Modality(row.modality),
        quality=row.quality,
        sealed=row.sealed,
        made_at=row.recorded_at,
    )
