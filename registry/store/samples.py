"""Samples: files from which prints are made, and whether their bytes are still kept."""

from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal
from core.visibility import owned, visible
from fingerprint.models import Modality, Reason
from registry.models.people import Sample
from registry.store.codec import ReasonsJson, reasons_json, reasons_of


class SampleRow(Owned, table=True):
    """Table of samples; `settled_at` is set once the sample gave a print or was refused."""

    __tablename__ = "sample"

    enrolment_id: str = Field(foreign_key="enrolment.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    modality: str
    object_name: str | None = Field(default=None, index=True)
    job_id: str = ""
    reasons: ReasonsJson = Field(sa_type=JsonText)
    print_id: str | None = Field(default=None, foreign_key="print.id")
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_sample(session: Session, sample: Sample, *, at: datetime) -> None:
    """Store a new sample."""
    session.add(
        SampleRow(
            id=sample.id,
            tenant_id=sample.tenant_id,
            recorded_at=at,
            enrolment_id=sample.enrolment_id,
            performer_id=sample.performer_id,
            modality=sample.modality,
            object_name=sample.object_name,
            job_id=sample.job_id,
            reasons=reasons_json(sample.reasons),
        )
    )
    session.flush()


def get_sample(session: Session, principal: Principal, sample_id: str) -> Sample:
    """One sample of the caller's; raises NotFound."""
    return _sample(_row(session, principal, sample_id))


def list_samples(session: Session, principal: Principal, enrolment_id: str) -> tuple[Sample, ...]:
    """The samples of an enrolment, oldest first."""
    query = (
        select(SampleRow)
        .where(visible(SampleRow, principal), col(SampleRow.enrolment_id) == enrolment_id)
        .order_by(col(SampleRow.recorded_at), col(SampleRow.id))
    )
    return tuple(_sample(row) for row in session.exec(query))


def settle_sample(
    session: Session,
    principal: Principal,
    sample_id: str,
    *,
    print_id: str | None,
    reasons: tuple[Reason, ...],
    at: datetime,
) -> None:
    """Record what the sample gave: a print, or the reasons why it gave none."""
    row = _row(session, principal, sample_id)
    row.print_id = print_id
    row.reasons = reasons_json(reasons)
    row.settled_at = at
    session.add(row)
    session.flush()


def settle_open_samples(
    session: Session, principal: Principal, enrolment_id: str, reason: Reason, *, at: datetime
) -> None:
    """Give up every sample of an enrolment that has not been embedded yet."""
    query = select(SampleRow.id).where(
        visible(SampleRow, principal),
        col(SampleRow.enrolment_id) == enrolment_id,
        col(SampleRow.settled_at).is_(None),
    )
    for sample_id in session.exec(query).all():
        settle_sample(session, principal, sample_id, print_id=None, reasons=(reason,), at=at)


def spent_samples(session: Session, principal: Principal, *, limit: int) -> tuple[Sample, ...]:
    """Samples that are settled while their bytes are still kept."""
    query = (
        select(SampleRow)
        .where(
            visible(SampleRow, principal),
            col(SampleRow.settled_at).is_not(None),
            col(SampleRow.object_name).is_not(None),
        )
        .order_by(col(SampleRow.id))
        .limit(limit)
    )
    return tuple(_sample(row) for row in session.exec(query))


def forget_object(session: Session, principal: Principal, sample_id: str) -> None:
    """Record that the bytes of a sample are gone."""
    row = _row(session, principal, sample_id)
    row.object_name = None
    session.add(row)
    session.flush()


def is_settled(session: Session, principal: Principal, sample_id: str) -> bool:
    """Whether a sample was embedded or refused already."""
    return _row(session, principal, sample_id).settled_at is not None


def object_users(session: Session, principal: Principal, object_name: str) -> int:
    """How many samples of the tenant still need an object."""
    query = select(SampleRow.id).where(
        owned(SampleRow, principal),
        col(SampleRow.object_name) == object_name,
        col(SampleRow.settled_at).is_(None),
    )
    return len(session.exec(query).all())


def _row(session: Session, principal: Principal, sample_id: str) -> SampleRow:
    query = select(SampleRow).where(col(SampleRow.id) == sample_id, visible(SampleRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such sample.", next_step="Check the sample id.")
    return row


def _sample(row: SampleRow) -> Sample:
    return Sample(
        id=row.id,
        tenant_id=row.tenant_id,
        enrolment_id=row.enrolment_id,
        performer_id=row.performer_id,
        modality=Modality(row.modality),
        object_name=row.object_name,
        job_id=row.job_id,
        reasons=reasons_of(row.reasons),
        print_id=row.print_id,
    )
