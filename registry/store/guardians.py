"""Guardians of minors; each name is sealed under a key of its own, below the child's."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from core.columns import Owned, UtcDateTime
from core.db import next_seq
from core.errors import NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability
from core.visibility import visible
from registry.models.guardianship import Guardian, Paper, Relation


class GuardianRow(Owned, table=True):
    """Table of guardians; `seq` is the order in which they were added."""

    __tablename__ = "guardian"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    seq: int = Field(unique=True)
    sealed_name: bytes
    did: str
    relation: str
    person: str | None = Field(default=None, index=True)
    since: datetime = Field(sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class GuardianReadingRow(Owned, table=True):
    """Table of who has read the papers about a guardian, and which."""

    __tablename__ = "guardian_reading"
    __table_args__ = (UniqueConstraint("guardian_id", "attester"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    guardian_id: str = Field(foreign_key="guardian.id", index=True)
    attester: str
    paper: str
    single_operator: bool


def add_guardian(session: Session, item: Guardian) -> None:
    """Store a new guardian."""
    session.add(
        GuardianRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.recorded_at,
            performer_id=item.performer_id,
            seq=next_seq(session),
            sealed_name=item.sealed_name,
            did=item.did,
            relation=item.relation,
            person=item.person,
            since=item.since,
            until=item.until,
        )
    )
    session.flush()


def list_guardians(
    session: Session, principal: Principal, performer_id: str
) -> tuple[Guardian, ...]:
    """Everybody who ever was a guardian of the caller's performer, in order."""
    query = (
        select(GuardianRow)
        .where(visible(GuardianRow, principal), col(GuardianRow.performer_id) == performer_id)
        .order_by(col(GuardianRow.seq))
    )
    return tuple(_guardian(session, row) for row in session.exec(query))


def get_guardian(session: Session, _capability: SearchCapability, guardian_id: str) -> Guardian:
    """One guardian of any organisation's performer; raises NotFound."""
    return _guardian(session, _row(session, guardian_id))


def add_reading(
    session: Session,
    item: Guardian,
    *,
    attester: str,
    paper: Paper,
    single_operator: bool,
    at: datetime,
) -> None:
    """Record who has read which paper about a guardian; Conflict for the same person twice."""
    session.add(
        GuardianReadingRow(
            id=new_id("gur"),
            tenant_id=item.tenant_id,
            recorded_at=at,
            performer_id=item.performer_id,
            guardian_id=item.id,
            attester=attester,
            paper=paper,
            single_operator=single_operator,
        )
    )
    session.flush()


def take_over_readings(
    session: Session, _capability: SearchCapability, guardian_id: str, item: Guardian
) -> None:
    """What was read about one guardian counts for the same one under another key."""
    query = select(GuardianReadingRow).where(col(GuardianReadingRow.guardian_id) == guardian_id)
    for row in session.exec(query):
        add_reading(
            session,
            item,
            attester=row.attester,
            paper=Paper(row.paper),
            single_operator=row.single_operator,
            at=row.recorded_at,
        )


def prove(
    session: Session, _capability: SearchCapability, guardian_id: str, *, at: datetime
) -> None:
    """Record that enough people have read the papers about a guardian."""
    row = _row(session, guardian_id)
    row.proved_at = at
    session.add(row)
    session.flush()


def end(session: Session, _capability: SearchCapability, guardian_id: str, *, at: datetime) -> None:
    """Record that a guardian's right has ended."""
    row = _row(session, guardian_id)
    row.until = at
    session.add(row)
    session.flush()


def erase(session: Session, _capability: SearchCapability, guardian_id: str) -> None:
    """Take a guardian's name and account away; who signed what still holds by the key."""
    row = _row(session, guardian_id)
    row.sealed_name, row.person = b"", None
    session.add(row)
    session.flush()


def _row(session: Session, guardian_id: str) -> GuardianRow:
    row = session.exec(select(GuardianRow).where(col(GuardianRow.id) == guardian_id)).first()
    if row is None:
        raise NotFound("There is no such guardian.", next_step="Check the guardian id.")
    return row


def _guardian(session: Session, row: GuardianRow) -> Guardian:
    query = select(GuardianReadingRow.attester).where(col(GuardianReadingRow.guardian_id) == row.id)
    return Guardian(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        sealed_name=row.sealed_name,
        did=row.did,
        relation=Relation(row.relation),
        person=row.person,
        since=row.since,
        until=row.until,
        recorded_at=row.recorded_at,
        attesters=tuple(session.exec(query.order_by(col(GuardianReadingRow.attester)))),
        proved_at=row.proved_at,
    )
