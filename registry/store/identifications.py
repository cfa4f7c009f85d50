"""Identifications: by whose word an enrolled person is who the enrolment names."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.columns import Owned
from core.ids import new_id
from core.principal import Principal
from core.visibility import visible


class IdentificationRow(Owned, table=True):
    """Table of identifications; the stated name is compared and not kept here."""

    __tablename__ = "identification"

    enrolment_id: str = Field(foreign_key="enrolment.id", unique=True)
    person: str
    framework: str


def add_identification(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    *,
    person: str,
    framework: str,
    at: datetime,
) -> None:
    """Store that a provider identified whom an enrolment names."""
    session.add(
        IdentificationRow(
            id=new_id("idn"),
            tenant_id=principal.tenant_id,
            recorded_at=at,
            enrolment_id=enrolment_id,
            person=person,
            framework=framework,
        )
    )
    session.flush()


def framework_of(session: Session, principal: Principal, enrolment_id: str) -> str | None:
    """By which framework the person of an enrolment was identified, where that was so."""
    query = select(IdentificationRow).where(
        visible(IdentificationRow, principal), col(IdentificationRow.enrolment_id) == enrolment_id
    )
    row = session.exec(query).first()
    return None if row is None else row.framework
