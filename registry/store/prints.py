"""Prints, and which of them may be searched.

Withdrawal deletes templates and keeps the print's row, so that old matches still name something.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, update
from sqlmodel import Session, col, select

from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from fingerprint.models import Modality
from registry.attribution import PrintOwner
from registry.minority import adult_on
from registry.models.people import Print
from registry.store.enrolments import EnrolmentRow, consented, searchable
from registry.store.people import PerformerRow
from registry.store.printtables import PrintRow, TemplateRow


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


def withdraw_prints(
    session: Session, principal: Principal, enrolment_id: str, *, at: datetime
) -> int:
    """Delete every template of an enrolment and mark its prints; returns how many templates."""
    query = select(PrintRow).where(
        owned(PrintRow, principal),
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
            owned(TemplateRow, principal),
            col(TemplateRow.consent_id) == enrolment_id,
        )
    )
    return erased


def place_prints(session: Session, principal: Principal, enrolment_id: str, seq: int) -> None:
    """Give an enrolment's prints and templates the place in the gallery's order they have now."""
    for table in (PrintRow, TemplateRow):
        of_it = PrintRow.enrolment_id if table is PrintRow else TemplateRow.consent_id
        session.connection().execute(
            update(table).where(owned(table, principal), col(of_it) == enrolment_id).values(seq=seq)
        )
    session.expire_all()


def gallery_seq(session: Session, _capability: SearchCapability) -> int:
    """The seq of the newest template ever stored, 0 before the first."""
    return session.exec(select(func.max(PrintRow.seq))).one() or 0


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
