"""Kept enrolment material: where the sealed bytes lie and which encoders have seen them."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlmodel import Field, Session, col, delete, select

from core.columns import JsonText, Owned
from core.principal import Principal, SearchCapability
from core.visibility import owned
from fingerprint.models import Modality
from registry.models.encoders import Material
from registry.store.enrolments import EnrolmentRow, holds
from registry.store.printtables import PrintRow


class MaterialRow(Owned, table=True):
    """Table of kept samples; `object_name` is a sealed copy, never the file as it came."""

    __tablename__ = "material"

    sample_id: str = Field(foreign_key="sample.id", unique=True)
    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    modality: str
    object_name: str
    models: list[str] = Field(sa_type=JsonText)


def add_material(session: Session, item: Material, *, at: datetime) -> None:
    """Store what was kept of a sample."""
    values = {**asdict(item), "modality": item.modality.value, "models": list(item.models)}
    session.add(MaterialRow(recorded_at=at, **values))
    session.flush()


def save_models(session: Session, material_id: str, models: Collection[str]) -> None:
    """Record which encoders have seen it."""
    row = session.get_one(MaterialRow, material_id)
    row.models = sorted(models)
    session.add(row)
    session.flush()


def after(
    session: Session, _capability: SearchCapability, after_id: str, *, limit: int
) -> tuple[Material, ...]:
    """Material of all tenants, by id, from the one after `after_id`."""
    query = select(MaterialRow).where(col(MaterialRow.id) > after_id)
    rows = session.exec(query.order_by(col(MaterialRow.id)).limit(limit))
    return tuple(_material(row) for row in rows)


def save_object(session: Session, item: Material, object_name: str) -> bool:
    """Name another sealed copy; False when the material was dropped or replaced meanwhile."""
    row = session.get(MaterialRow, item.id)
    if row is None or row.object_name != item.object_name:
        return False
    row.object_name = object_name
    session.add(row)
    session.flush()
    return True


def kept(
    session: Session,
    _capability: SearchCapability,
    modality: Modality,
    *,
    at: datetime,
) -> tuple[Material, ...]:
    """All material of a modality whose consent is in force, in the order it came."""
    query = (
        select(MaterialRow)
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(MaterialRow.enrolment_id))
        .where(col(MaterialRow.modality) == modality, *holds(at))
        .order_by(col(MaterialRow.recorded_at), col(MaterialRow.id))
    )
    return tuple(_material(row) for row in session.exec(query))


def of_enrolment(session: Session, principal: Principal, enrolment_id: str) -> tuple[Material, ...]:
    """What is kept under one consent."""
    query = select(MaterialRow).where(
        owned(MaterialRow, principal),
        col(MaterialRow.enrolment_id) == enrolment_id,
    )
    return tuple(_material(row) for row in session.exec(query))


def forget(session: Session, principal: Principal, enrolment_id: str) -> None:
    """Drop the rows of an enrolment."""
    session.exec(
        delete(MaterialRow).where(
            owned(MaterialRow, principal),
            col(MaterialRow.enrolment_id) == enrolment_id,
        )
    )


def prints_without(
    session: Session,
    _capability: SearchCapability,
    modality: Modality,
    model_id: str,
    *,
    at: datetime,
) -> tuple[str, ...]:
    """Standing prints of other encoders whose enrolment has no print of this and no material.

    After a change to this encoder nobody would be found by them.
    """
    made = select(PrintRow.enrolment_id).where(
        col(PrintRow.model_id) == model_id, col(PrintRow.withdrawn_at).is_(None)
    )
    held = select(MaterialRow.enrolment_id).where(col(MaterialRow.modality) == modality)
    query = (
        select(PrintRow.id)
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(PrintRow.enrolment_id))
        .where(
            col(PrintRow.modality) == modality,
            col(PrintRow.enrolment_id).not_in(made),
            col(PrintRow.enrolment_id).not_in(held),
            col(PrintRow.withdrawn_at).is_(None),
            *holds(at),
        )
        .order_by(col(PrintRow.seq))
    )
    return tuple(session.exec(query))


def _material(row: MaterialRow) -> Material:
    return Material(
        id=row.id,
        tenant_id=row.tenant_id,
        sample_id=row.sample_id,
        enrolment_id=row.enrolment_id,
        performer_id=row.performer_id,
        modality=Modality(row.modality),
        object_name=row.object_name,
        models=tuple(row.models),
    )
