"""Purposes that a performer took back, one by one; what was signed stays as it was signed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, UniqueConstraint, exists
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import Owned
from core.ids import new_id
from registry.models.people import Enrolment, Purpose


class PurposeWithdrawalRow(Owned, table=True):
    """Table of withdrawn purposes; giving one again takes a new consent."""

    __tablename__ = "purpose_withdrawal"
    __table_args__ = (UniqueConstraint("enrolment_id", "purpose"), append_only())

    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    purpose: str


def add_withdrawal(
    session: Session, enrolment: Enrolment, purpose: Purpose, *, at: datetime
) -> None:
    """Record that a purpose was taken back; raises Conflict the second time."""
    session.add(
        PurposeWithdrawalRow(
            id=new_id("pwd"),
            tenant_id=enrolment.tenant_id,
            recorded_at=at,
            enrolment_id=enrolment.id,
            purpose=purpose,
        )
    )
    session.flush()


def withdrawn(session: Session, enrolment_id: str) -> frozenset[Purpose]:
    """Purposes of an enrolment that were taken back."""
    query = select(PurposeWithdrawalRow.purpose).where(
        col(PurposeWithdrawalRow.enrolment_id) == enrolment_id
    )
    return frozenset(Purpose(text) for text in session.exec(query))


def still_given(enrolment_id: Any, purpose: Purpose) -> ColumnElement[bool]:
    """That a purpose of the enrolment a query is about was not taken back."""
    return ~exists().where(
        col(PurposeWithdrawalRow.enrolment_id) == enrolment_id,
        col(PurposeWithdrawalRow.purpose) == purpose,
    )
