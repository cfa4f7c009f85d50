"""Sealed templates of prints: what a gallery is made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import Executable, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from core.principal import Principal, SearchCapability
from core.visibility import owned
from fingerprint.models import Modality
from registry.models.people import EnrolmentState
from registry.store.enrolments import EnrolmentRow, holds
from registry.store.prints import in_force
from registry.store.printtables import PrintRow, TemplateRow


@dataclass(frozen=True, slots=True)
class SealedTemplate:
    """One sealed vector and what its seal is bound to; `seq` orders it in the gallery."""

    id: str
    tenant_id: str
    print_id: str
    performer_id: str
    consent_id: str
    modality: Modality
    model_id: str
    model_sha256: str
    evidence_ms: int
    quality: float
    seq: int
    sealed: bytes


# Columns and no rows: a gallery is a hundred thousand of them, and the clock text is not read.
_COLUMNS = tuple(col(getattr(TemplateRow, field.name)) for field in fields(SealedTemplate))


def add_templates(session: Session, templates: Sequence[SealedTemplate], *, at: datetime) -> None:
    """Store sealed templates."""
    for item in templates:
        session.add(
            TemplateRow(
                id=item.id,
                tenant_id=item.tenant_id,
                recorded_at=at,
                print_id=item.print_id,
                performer_id=item.performer_id,
                consent_id=item.consent_id,
                modality=item.modality,
                model_id=item.model_id,
                model_sha256=item.model_sha256,
                evidence_ms=item.evidence_ms,
                quality=item.quality,
                seq=item.seq,
                sealed=item.sealed,
            )
        )
    session.flush()


def template_encoders(
    session: Session, _capability: SearchCapability
) -> frozenset[tuple[str, str]]:
    """(model id, sha256) of every encoder of which there are templates, across tenants."""
    query = select(TemplateRow.model_id, TemplateRow.model_sha256).distinct()
    return frozenset((model_id, sha256) for model_id, sha256 in session.exec(query))


def sealed_templates(
    session: Session,
    _capability: SearchCapability,
    *,
    above_seq: int = 0,
    up_to_seq: int | None = None,
    at: datetime,
) -> Iterator[SealedTemplate]:
    """All templates of the live prints that changed after `above_seq`, print by print.

    Templates newer than `up_to_seq` are left out where it is given.
    """
    query = (
        select_columns(*_COLUMNS)
        .join(PrintRow, col(PrintRow.id) == col(TemplateRow.print_id))
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(TemplateRow.consent_id))
        .where(*in_force(at), col(PrintRow.seq) > above_seq)
        .order_by(col(TemplateRow.print_id), col(TemplateRow.seq), col(TemplateRow.id))
    )
    if up_to_seq is not None:
        query = query.where(col(TemplateRow.seq) <= up_to_seq)
    return _read(session, query)


def sealed_after(
    session: Session, _capability: SearchCapability, after_id: str, *, limit: int
) -> tuple[SealedTemplate, ...]:
    """Templates of all tenants, by id, from the one after `after_id`."""
    query = (
        select_columns(*_COLUMNS)
        .where(col(TemplateRow.id) > after_id)
        .order_by(col(TemplateRow.id))
        .limit(limit)
    )
    return tuple(_read(session, query))


def save_seal(
    session: Session, _capability: SearchCapability, template_id: str, sealed: bytes
) -> None:
    """Store the same vector under another seal."""
    statement = update(TemplateRow).where(col(TemplateRow.id) == template_id)
    session.connection().execute(statement.values(sealed=sealed))


def templates_of(
    session: Session, principal: Principal, enrolment_id: str
) -> tuple[SealedTemplate, ...]:
    """The templates of one enrolment, searched already or not."""
    query = (
        select_columns(*_COLUMNS)
        .where(
            owned(TemplateRow, principal),
            col(TemplateRow.consent_id) == enrolment_id,
        )
        .order_by(col(TemplateRow.seq), col(TemplateRow.id))
    )
    return tuple(_read(session, query))


def rivals(
    session: Session, _capability: SearchCapability, performer_id: str, *, at: datetime
) -> Iterator[SealedTemplate]:
    """Templates of everybody else who is enrolled or waits for the end of the notice period."""
    states = (EnrolmentState.NOTICE, EnrolmentState.ACTIVE, EnrolmentState.DISPUTED)
    query = (
        select_columns(*_COLUMNS)
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(TemplateRow.consent_id))
        .where(
            col(EnrolmentRow.state).in_(states),
            col(TemplateRow.performer_id) != performer_id,
            *holds(at),
        )
        .order_by(col(TemplateRow.print_id), col(TemplateRow.id))
    )
    return _read(session, query)


def _read(session: Session, query: Executable) -> Iterator[SealedTemplate]:
    for values in session.connection().execute(query):
        item = SealedTemplate(*values)
        yield replace(item, modality=Modality(item.modality))
