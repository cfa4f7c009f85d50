"""Prints and their sealed templates.

A template row cannot exist without the enrolment whose signed consent allows it. Withdrawal
deletes templates and keeps the print's row, so that old matches still name something.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from sqlalchemy import ColumnElement, UniqueConstraint, delete, func, update
from sqlalchemy import select as select_columns
from sqlmodel import Field, Session, col, select

from core.db import Owned, UtcDateTime, visible
from core.principal import Principal, SearchCapability
from fingerprint.models import Modality
from registry.attribution import PrintOwner
from registry.minority import adult_on
from registry.models.people import EnrolmentState, Print
from registry.store.enrolments import EnrolmentRow, consented, holds, searchable
from registry.store.people import PerformerRow


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


class PrintRow(Owned, table=True):
    """Table of prints; `seq` is that of the newest template, and moves when one is added."""

    __tablename__ = "print"
    __table_args__ = (UniqueConstraint("enrolment_id", "modality", "model_id"),)

    performer_id: str = Field(foreign_key="performer.id", index=True)
    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    modality: str
    model_id: str
    templates: int = 0
    seq: int = Field(index=True)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TemplateRow(Owned, table=True):
    """Table of sealed templates; `consent_id` is the enrolment whose consent was signed."""

    __tablename__ = "template"

    print_id: str = Field(foreign_key="print.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    consent_id: str = Field(foreign_key="enrolment.id", index=True)
    modality: str
    model_id: str
    model_sha256: str
    evidence_ms: int
    quality: float
    seq: int = Field(index=True)
    sealed: bytes


def find_print(
    session: Session,
    principal: Principal,
    *,
    enrolment_id: str,
    modality: Modality,
    model_id: str,
) -> Print | None:
    """The print that further samples of an enrolment add to, where there is one."""
    query = select(PrintRow).where(
        visible(PrintRow, principal),
        col(PrintRow.enrolment_id) == enrolment_id,
        col(PrintRow.modality) == modality,
        col(PrintRow.model_id) == model_id,
    )
    row = session.exec(query).first()
    return None if row is None else _print(row)


def save_print(session: Session, principal: Principal, item: Print) -> None:
    """Store a print, or its new number of templates and seq."""
    row = session.get(PrintRow, item.id) or PrintRow(
        id=item.id,
        tenant_id=principal.tenant_id,
        recorded_at=item.created_at,
        performer_id=item.performer_id,
        enrolment_id=item.enrolment_id,
        modality=item.modality,
        model_id=item.model_id,
        seq=item.seq,
    )
    row.templates = item.templates
    row.seq = item.seq
    session.add(row)
    session.flush()


def get_print(session: Session, principal: Principal, print_id: str) -> Print | None:
    """One print of the caller's."""
    query = select(PrintRow).where(col(PrintRow.id) == print_id, visible(PrintRow, principal))
    row = session.exec(query).first()
    return None if row is None else _print(row)


def list_prints(session: Session, principal: Principal, performer_id: str) -> tuple[Print, ...]:
    """A performer's prints, withdrawn ones too, in order."""
    query = (
        select(PrintRow)
        .where(visible(PrintRow, principal), col(PrintRow.performer_id) == performer_id)
        .order_by(col(PrintRow.seq))
    )
    return tuple(_print(row) for row in session.exec(query))


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


def withdraw_prints(
    session: Session, principal: Principal, enrolment_id: str, *, at: datetime
) -> int:
    """Delete every template of an enrolment and mark its prints; returns how many templates."""
    query = select(PrintRow).where(
        col(PrintRow.tenant_id) == principal.tenant_id,
        col(PrintRow.enrolment_id) == enrolment_id,
    )
    erased = 0
    for row in session.exec(query).all():
        erased += row.templates
        row.templates = 0
        row.withdrawn_at = at
        session.add(row)
    session.flush()
    session.connection().execute(
        delete(TemplateRow).where(
            col(TemplateRow.tenant_id) == principal.tenant_id,
            col(TemplateRow.consent_id) == enrolment_id,
        )
    )
    return erased


def place_prints(session: Session, principal: Principal, enrolment_id: str, seq: int) -> None:
    """Give an enrolment's prints and templates the place in the gallery's order they have now."""
    for table in (PrintRow, TemplateRow):
        of_it = PrintRow.enrolment_id if table is PrintRow else TemplateRow.consent_id
        session.connection().execute(
            update(table)
            .where(col(table.tenant_id) == principal.tenant_id, col(of_it) == enrolment_id)
            .values(seq=seq)
        )
    session.expire_all()


def has_templates(session: Session, principal: Principal, performer_id: str) -> bool:
    """Whether any template of a performer is kept."""
    query = select(TemplateRow.id).where(
        visible(TemplateRow, principal), col(TemplateRow.performer_id) == performer_id
    )
    return session.exec(query.limit(1)).first() is not None


def gallery_seq(session: Session, _capability: SearchCapability) -> int:
    """The seq of the newest template ever stored, 0 before the first."""
    return session.exec(select(func.max(PrintRow.seq))).one() or 0


def template_encoders(
    session: Session, _capability: SearchCapability
) -> frozenset[tuple[str, str]]:
    """(model id, sha256) of every encoder of which there are templates, across tenants."""
    query = select(TemplateRow.model_id, TemplateRow.model_sha256).distinct()
    return frozenset((model_id, sha256) for model_id, sha256 in session.exec(query))


def newest_live_seq(session: Session, _capability: SearchCapability) -> int:
    """The seq of the newest print that may be searched now, 0 when there is none."""
    query = (
        select(func.max(PrintRow.seq))
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(PrintRow.enrolment_id))
        .where(col(PrintRow.withdrawn_at).is_(None), searchable())
    )
    return session.exec(query).one() or 0


def live_prints(session: Session, _capability: SearchCapability, *, at: datetime) -> frozenset[str]:
    """Ids of the prints whose consent is in force at `at`, across tenants."""
    query = (
        select(PrintRow.id)
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(PrintRow.enrolment_id))
        .where(*in_force(at))
    )
    return frozenset(session.exec(query))


def live_prints_of(
    session: Session,
    _capability: SearchCapability,
    performer_ids: Sequence[str],
    *,
    at: datetime,
) -> dict[str, tuple[str, Modality]]:
    """(performer id, modality) by id of these performers' prints in force, across tenants."""
    query = (
        select(PrintRow.id, PrintRow.performer_id, PrintRow.modality)
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(PrintRow.enrolment_id))
        .where(*in_force(at), col(PrintRow.performer_id).in_(performer_ids))
    )
    return {
        print_id: (performer_id, Modality(modality))
        for print_id, performer_id, modality in session.exec(query)
    }


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
    # Columns and no rows: a gallery is a hundred thousand of them, and the clock text is not read.
    query = (
        select_columns(*(col(getattr(TemplateRow, field.name)) for field in fields(SealedTemplate)))
        .join(PrintRow, col(PrintRow.id) == col(TemplateRow.print_id))
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(TemplateRow.consent_id))
        .where(*in_force(at), col(PrintRow.seq) > above_seq)
        .order_by(col(TemplateRow.print_id), col(TemplateRow.seq), col(TemplateRow.id))
    )
    if up_to_seq is not None:
        query = query.where(col(TemplateRow.seq) <= up_to_seq)
    for values in session.connection().execute(query):
        item = SealedTemplate(*values)
        yield replace(item, modality=Modality(item.modality))


def sealed_after(
    session: Session, _capability: SearchCapability, after_id: str, *, limit: int
) -> tuple[SealedTemplate, ...]:
    """Templates of all tenants, by id, from the one after `after_id`."""
    query = (
        select_columns(*(col(getattr(TemplateRow, field.name)) for field in fields(SealedTemplate)))
        .where(col(TemplateRow.id) > after_id)
        .order_by(col(TemplateRow.id))
        .limit(limit)
    )
    rows = (SealedTemplate(*values) for values in session.connection().execute(query))
    return tuple(replace(row, modality=Modality(row.modality)) for row in rows)


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
        select_columns(*(col(getattr(TemplateRow, field.name)) for field in fields(SealedTemplate)))
        .where(
            col(TemplateRow.tenant_id) == principal.tenant_id,
            col(TemplateRow.consent_id) == enrolment_id,
        )
        .order_by(col(TemplateRow.seq), col(TemplateRow.id))
    )
    found = (SealedTemplate(*values) for values in session.connection().execute(query))
    return tuple(replace(item, modality=Modality(item.modality)) for item in found)


def rivals(
    session: Session, _capability: SearchCapability, performer_id: str, *, at: datetime
) -> Iterator[SealedTemplate]:
    """Templates of everybody else who is enrolled or waits for the end of the notice period."""
    states = (EnrolmentState.NOTICE, EnrolmentState.ACTIVE, EnrolmentState.DISPUTED)
    query = (
        select_columns(*(col(getattr(TemplateRow, field.name)) for field in fields(SealedTemplate)))
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(TemplateRow.consent_id))
        .where(
            col(EnrolmentRow.state).in_(states),
            col(TemplateRow.performer_id) != performer_id,
            *holds(at),
        )
        .order_by(col(TemplateRow.print_id), col(TemplateRow.id))
    )
    for values in session.connection().execute(query):
        item = SealedTemplate(*values)
        yield replace(item, modality=Modality(item.modality))


def print_owners(
    session: Session, _capability: SearchCapability, print_ids: Sequence[str]
) -> dict[str, PrintOwner]:
    """Whose prints these are, across tenants; unknown ids are left out."""
    query = (
        select(PrintRow, PerformerRow)
        .join(PerformerRow, col(PerformerRow.id) == col(PrintRow.performer_id))
        .where(col(PrintRow.id).in_(print_ids))
    )
    return {
        row.id: PrintOwner(
            row.id,
            row.tenant_id,
            row.performer_id,
            row.enrolment_id,
            row.withdrawn_at is not None,
            None if who.born_on is None else adult_on(who.born_on),
        )
        for row, who in session.exec(query)
    }


def in_force(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """That a print may be searched: it stands, and so does the consent it is joined with."""
    return (col(PrintRow.withdrawn_at).is_(None), *consented(at))


def _print(row: PrintRow) -> Print:
    return Print(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        enrolment_id=row.enrolment_id,
        modality=Modality(row.modality),
        model_id=row.model_id,
        templates=row.templates,
        seq=row.seq,
        created_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at,
    )
