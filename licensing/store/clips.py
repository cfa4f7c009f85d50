"""Table of clips that were found elsewhere; for the performer's side alone."""

from typing import Any

from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned
from core.principal import Principal
from core.visibility import owned, visible
from fingerprint.models import Decision, Modality
from licensing.decisionform import spans_from_list, spans_to_list
from licensing.models_enforcement import Clip, ClipState, Seen

ROWS_MAX = 500


class ClipRow(Owned, table=True):
    """Table of clips; `sealed` holds the excerpt that was recognised."""

    __tablename__ = "found_clip"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    seq: int = Field(unique=True)
    location: str
    object_name: str | None = None
    sha256: str = Field(index=True)
    job_id: str
    state: str
    seen: list[dict[str, Any]] = Field(sa_type=JsonText)
    same_as: str | None = None
    evidence: bytes
    sealed: bytes | None = None
    log_index: int | None = None
    use_id: str | None = None


def add_clip(session: Session, clip: Clip, *, seq: int) -> None:
    """Store a clip before anything is known of it."""
    session.add(
        ClipRow(
            id=clip.id,
            tenant_id=clip.tenant_id,
            recorded_at=clip.recorded_at,
            performer_id=clip.performer_id,
            seq=seq,
            location=clip.location,
            object_name=clip.object_name,
            sha256=clip.sha256,
            job_id=clip.job_id,
            state=clip.state.value,
            seen=[],
            evidence=b"",
            use_id=clip.use_id,
        )
    )
    session.flush()


def save_clip(session: Session, clip: Clip, *, sealed: bytes | None) -> None:
    """Store what a search of a clip gave."""
    row = session.get_one(ClipRow, clip.id)
    row.state, row.sha256, row.same_as = clip.state.value, clip.sha256, clip.same_as
    row.seen = [_seen_to_dict(item) for item in clip.seen]
    row.evidence, row.log_index, row.sealed = clip.evidence, clip.log_index, sealed
    session.add(row)
    session.flush()


def clip(session: Session, principal: Principal, clip_id: str) -> Clip | None:
    """One clip of the principal's own."""
    query = select(ClipRow).where(col(ClipRow.id) == clip_id, visible(ClipRow, principal))
    row = session.exec(query).first()
    return None if row is None else _clip(row)


def sealed_excerpt(session: Session, principal: Principal, clip_id: str) -> bytes | None:
    """The sealed excerpt of a clip, where something was found."""
    query = select(ClipRow.sealed).where(col(ClipRow.id) == clip_id, visible(ClipRow, principal))
    return session.exec(query).first()


def clips(session: Session, principal: Principal, performer_id: str) -> tuple[Clip, ...]:
    """One performer's clips, newest first."""
    query = (
        select(ClipRow)
        .where(col(ClipRow.performer_id) == performer_id, visible(ClipRow, principal))
        .order_by(col(ClipRow.seq).desc())
        .limit(ROWS_MAX)
    )
    return tuple(_clip(row) for row in session.exec(query))


def finished_with_file(session: Session, principal: Principal) -> tuple[Clip, ...]:
    """Clips of the principal's own that were looked at and whose file still lies there."""
    query = select(ClipRow).where(
        owned(ClipRow, principal),
        col(ClipRow.state) != ClipState.SEARCHING.value,
        col(ClipRow.object_name).is_not(None),
    )
    return tuple(_clip(row) for row in session.exec(query))


def drop_file(session: Session, clip_id: str) -> None:
    """Store that a clip's file is gone."""
    row = session.get_one(ClipRow, clip_id)
    row.object_name = None
    session.add(row)
    session.flush()


def seen_of(row: ClipRow) -> tuple[Seen, ...]:
    """What was seen in a clip."""
    return tuple(_seen(item) for item in row.seen)


def _clip(row: ClipRow) -> Clip:
    return Clip(
        id=row.id,
        tenant_id=row.tenant_id,
        performer_id=row.performer_id,
        location=row.location,
        object_name=row.object_name,
        sha256=row.sha256,
        job_id=row.job_id,
        state=ClipState(row.state),
        recorded_at=row.recorded_at,
        seen=seen_of(row),
        same_as=row.same_as,
        evidence=row.evidence,
        log_index=row.log_index,
        use_id=row.use_id,
    )


def _seen_to_dict(item: Seen) -> dict[str, Any]:
    return {
        "modality": item.modality.value,
        "decision": item.decision.value,
        "spans": spans_to_list(item.spans),
        "fpir": item.fpir,
        "model_id": item.model_id,
        "threshold_id": item.threshold_id,
    }


def _seen(data: dict[str, Any]) -> Seen:
    return Seen(
        modality=Modality(data["modality"]),
        decision=Decision(data["decision"]),
        spans=spans_from_list(data["spans"]),
        fpir=float(data["fpir"]),
        model_id=data["model_id"],
        threshold_id=data["threshold_id"],
    )
