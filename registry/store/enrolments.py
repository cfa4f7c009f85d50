"""Enrolments and the samples handed in for them.

An enrolment keeps the exact bytes that the performer signed. Its state is the one thing of it
that changes; what was signed does not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import one_of, visible
from fingerprint.models import Modality
from registry.models.people import Enrolment, EnrolmentState, Purpose
from registry.store.codec import members_of
from registry.store.purposes import still_given


@dataclass(frozen=True, slots=True)
class ConsentDraft:
    """What the performer was asked to sign: the document, the method and the time of the proof."""

    document: Mapping[str, Any]
    verification_method: str


class EnrolmentRow(Owned, table=True):
    """Table of enrolments; `seq` is the place of the signature in the one order."""

    __tablename__ = "enrolment"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    state: str
    modalities: list[str] = Field(sa_type=JsonText)
    purposes: list[str] = Field(sa_type=JsonText)
    valid_from: datetime = Field(sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    document: dict[str, Any] = Field(sa_type=JsonText)
    verification_method: str
    consent: bytes | None = None
    seq: int | None = Field(default=None, unique=True)
    signed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proofed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    notice_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    activated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    single_operator: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


def consented(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """That an enrolment is searchable and its consent has not run out."""
    return (searchable(), *holds(at))


def holds(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """That a consent stands, whether its prints are searched already or wait to be."""
    return (
        col(EnrolmentRow.state) != EnrolmentState.WITHDRAWN,
        or_(col(EnrolmentRow.valid_until).is_(None), col(EnrolmentRow.valid_until) > at),
        still_given(col(EnrolmentRow.id), Purpose.MATCHING),
    )


def searchable() -> ColumnElement[bool]:
    """That an enrolment was activated and stands; a dispute hides nobody who was found before."""
    return and_(
        col(EnrolmentRow.state).in_((EnrolmentState.ACTIVE, EnrolmentState.DISPUTED)),
        col(EnrolmentRow.activated_at).is_not(None),
    )


def first_activations(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, datetime | None]:
    """When each performer with an enrolment that was signed was first active; None: not yet.

    An attempt that was withdrawn before it came to anything does not count.
    """
    query = select(EnrolmentRow.performer_id, EnrolmentRow.activated_at).where(
        one_of(col(EnrolmentRow.performer_id), performer_ids),
        col(EnrolmentRow.consent).is_not(None),
        or_(
            col(EnrolmentRow.state) != EnrolmentState.WITHDRAWN,
            col(EnrolmentRow.activated_at).is_not(None),
        ),
    )
    found: dict[str, datetime | None] = {}
    for performer_id, at in session.exec(query):
        known = found.get(performer_id)
        found[performer_id] = at if known is None else min(known, at or known)
    return found


def add_enrolment(session: Session, enrolment: Enrolment, draft: ConsentDraft) -> None:
    """Store a new enrolment with the document that is to be signed."""
    session.add(
        EnrolmentRow(
            id=enrolment.id,
            tenant_id=enrolment.tenant_id,
            recorded_at=enrolment.created_at,
            performer_id=enrolment.performer_id,
            state=enrolment.state,
            modalities=list(enrolment.modalities),
            purposes=list(enrolment.purposes),
            valid_from=enrolment.created_at,
            valid_until=enrolment.valid_until,
            document=dict(draft.document),
            verification_method=draft.verification_method,
        )
    )
    session.flush()


def get_enrolment(session: Session, principal: Principal, enrolment_id: str) -> Enrolment:
    """One enrolment of the caller's; raises NotFound."""
    return _enrolment(_row(session, principal, enrolment_id))


def owner_of(session: Session, _capability: SearchCapability, enrolment_id: str) -> str:
    """The organisation that an enrolment belongs to; raises NotFound."""
    query = select(EnrolmentRow.tenant_id).where(col(EnrolmentRow.id) == enrolment_id)
    owner = session.exec(query).first()
    if owner is None:
        raise _absent()
    return owner


def get_consent_draft(session: Session, principal: Principal, enrolment_id: str) -> ConsentDraft:
    """What the performer was asked to sign; raises NotFound."""
    row = _row(session, principal, enrolment_id)
    return ConsentDraft(row.document, row.verification_method)


def list_enrolments(
    session: Session, principal: Principal, performer_id: str
) -> tuple[Enrolment, ...]:
    """A performer's enrolments, oldest first."""
    query = (
        select(EnrolmentRow)
        .where(visible(EnrolmentRow, principal), col(EnrolmentRow.performer_id) == performer_id)
        .order_by(col(EnrolmentRow.recorded_at), col(EnrolmentRow.id))
    )
    return tuple(_enrolment(row) for row in session.exec(query))


def of_performers(
    session: Session, _capability: SearchCapability, performer_ids: Collection[str]
) -> dict[str, tuple[Enrolment, ...]]:
    """Enrolments of these performers, across tenants, oldest first; who has none is left out."""
    query = (
        select(EnrolmentRow)
        .where(one_of(col(EnrolmentRow.performer_id), performer_ids))
        .order_by(col(EnrolmentRow.recorded_at), col(EnrolmentRow.id))
    )
    found: dict[str, tuple[Enrolment, ...]] = {}
    for row in session.exec(query):
        found[row.performer_id] = (*found.get(row.performer_id, ()), _enrolment(row))
    return found


def run_out(
    session: Session, _capability: SearchCapability, *, at: datetime, limit: int
) -> tuple[tuple[str, str], ...]:
    """(tenant, enrolment) of every consent that ran out by `at` and still has its vectors."""
    query = (
        select(EnrolmentRow.tenant_id, EnrolmentRow.id)
        .where(
            col(EnrolmentRow.state) != EnrolmentState.WITHDRAWN,
            col(EnrolmentRow.valid_until) <= at,
        )
        .order_by(col(EnrolmentRow.id))
        .limit(limit)
    )
    return tuple(session.exec(query))


def save_signature(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    *,
    state: EnrolmentState,
    consent: bytes,
    seq: int,
    at: datetime,
) -> None:
    """Keep the signed bytes."""
    row = _row(session, principal, enrolment_id)
    row.state = state
    row.consent = consent
    row.seq = seq
    row.signed_at = at
    session.add(row)
    session.flush()


def save_state(
    session: Session,
    principal: Principal,
    enrolment_id: str,
    state: EnrolmentState,
    **changed: datetime | bool | None,
) -> None:
    """Move the enrolment on; `changed` are the columns that change with its state."""
    row = _row(session, principal, enrolment_id)
    row.state = state
    for name, value in changed.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def due(
    session: Session, _capability: SearchCapability, *, at: datetime, limit: int
) -> tuple[Enrolment, ...]:
    """Enrolments of every tenant whose notice period has ended, the longest ended first."""
    query = (
        select(EnrolmentRow)
        .where(
            col(EnrolmentRow.state) == EnrolmentState.NOTICE, col(EnrolmentRow.notice_until) <= at
        )
        .order_by(col(EnrolmentRow.notice_until), col(EnrolmentRow.id))
        .limit(limit)
    )
    return tuple(_enrolment(row) for row in session.exec(query))


def captured(
    session: Session, _capability: SearchCapability, *, after: str, limit: int
) -> tuple[Enrolment, ...]:
    """Enrolments of every tenant that wait for proofs, by their ids, those after `after`."""
    query = (
        select(EnrolmentRow)
        .where(col(EnrolmentRow.state) == EnrolmentState.CAPTURED, col(EnrolmentRow.id) > after)
        .order_by(col(EnrolmentRow.id))
        .limit(limit)
    )
    return tuple(_enrolment(row) for row in session.exec(query))


def all_owners(session: Session, _capability: SearchCapability) -> tuple[tuple[str, str], ...]:
    """(enrolment, performer) of every tenant, ended ones too."""
    query = select(EnrolmentRow.id, EnrolmentRow.performer_id).order_by(col(EnrolmentRow.id))
    return tuple((row[0], row[1]) for row in session.exec(query))


def _row(session: Session, principal: Principal, enrolment_id: str) -> EnrolmentRow:
    query = select(EnrolmentRow).where(
        col(EnrolmentRow.id) == enrolment_id, visible(EnrolmentRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise _absent()
    return row


def _absent() -> NotFound:
    return NotFound("There is no such enrolment.", next_step="Check the enrolment id.")


def _enrolment(row: EnrolmentRow) -> Enrolment:
    return Enrolment(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        state=EnrolmentState(row.state),
        modalities=members_of(Modality, row.modalities),
        purposes=members_of(Purpose, row.purposes),
        valid_until=row.valid_until,
        consent=row.consent,
        created_at=row.recorded_at,
        signed_at=row.signed_at,
        withdrawn_at=row.withdrawn_at,
        proofed_at=row.proofed_at,
        notice_until=row.notice_until,
        activated_at=row.activated_at,
        single_operator=row.single_operator,
    )
