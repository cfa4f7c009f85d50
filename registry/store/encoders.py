"""The encoders a registry was told to use, and how many prints each of them made."""

from datetime import datetime

from sqlmodel import Field, Session, col, func, select

from core.columns import Owned, UtcDateTime
from core.principal import SearchCapability
from core.tenants import OPERATOR
from fingerprint.models import Modality
from registry.models.encoders import ChoiceState, EncoderChoice
from registry.store.enrolments import EnrolmentRow
from registry.store.prints import in_force
from registry.store.printtables import PrintRow
from registry.store.traces import TraceRow


class EncoderChoiceRow(Owned, table=True):
    """Table of choices; the operator's, because one encoder serves every tenant."""

    __tablename__ = "encoder_choice"

    modality: str
    model_id: str
    model_sha256: str
    state: str = Field(index=True)
    seq: int = Field(unique=True)
    changed_at: datetime = Field(sa_type=UtcDateTime)


def add_choice(session: Session, choice: EncoderChoice) -> None:
    """Store a new choice."""
    session.add(
        EncoderChoiceRow(
            id=choice.id,
            tenant_id=OPERATOR,
            recorded_at=choice.recorded_at,
            modality=choice.modality,
            model_id=choice.model_id,
            model_sha256=choice.model_sha256,
            state=choice.state,
            seq=choice.seq,
            changed_at=choice.recorded_at,
        )
    )
    session.flush()


def save_state(session: Session, choice_id: str, state: ChoiceState, *, at: datetime) -> None:
    """Move a choice on."""
    row = session.get_one(EncoderChoiceRow, choice_id)
    row.state = state
    row.changed_at = at
    session.add(row)
    session.flush()


def choices(
    session: Session, state: ChoiceState, modality: Modality | None = None
) -> tuple[EncoderChoice, ...]:
    """The choices in a state, newest first."""
    query = select(EncoderChoiceRow).where(col(EncoderChoiceRow.state) == state)
    if modality is not None:
        query = query.where(col(EncoderChoiceRow.modality) == modality)
    rows = session.exec(query.order_by(col(EncoderChoiceRow.seq).desc()))
    return tuple(_choice(row) for row in rows)


def get_choice(session: Session, choice_id: str) -> EncoderChoice:
    """One choice."""
    return _choice(session.get_one(EncoderChoiceRow, choice_id))


def prints_by_model(
    session: Session, _capability: SearchCapability, *, at: datetime
) -> dict[str, int]:
    """How many prints that may be searched each encoder made."""
    query = (
        select(PrintRow.model_id, func.count())
        .join(EnrolmentRow, col(EnrolmentRow.id) == col(PrintRow.enrolment_id))
        .where(*in_force(at))
        .group_by(col(PrintRow.model_id))
    )
    return dict(session.exec(query).all())


def archived_models(
    session: Session, _capability: SearchCapability, modality: Modality, *, at: datetime
) -> tuple[str, ...]:
    """Encoders of vectors that past scans still hold of people whom nobody knew."""
    query = (
        select(TraceRow.model_id)
        .where(
            col(TraceRow.modality) == modality,
            col(TraceRow.sealed).is_not(None),
            col(TraceRow.expires_at) > at,
        )
        .distinct()
        .order_by(col(TraceRow.model_id))
    )
    return tuple(session.exec(query))


def _choice(row: EncoderChoiceRow) -> EncoderChoice:
    return EncoderChoice(
        id=row.id,
        modality=Modality(row.modality),
        model_id=row.model_id,
        model_sha256=row.model_sha256,
        state=ChoiceState(row.state),
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
