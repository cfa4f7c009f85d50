"""Tables of found clips, of notices about them and of what performers want done; for their side."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, col, select

from core.db import JsonText, Owned, UtcDateTime, visible
from core.ids import new_id
from core.principal import Principal, SearchCapability
from fingerprint.models import Decision, Modality
from licensing.decisionform import spans_from_list, spans_to_list
from licensing.models_enforcement import Clip, ClipState, Policy, Seen, Takedown, TakedownState

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


class TakedownRow(Owned, table=True):
    """Table of notices to platforms; `sealed` is their text in every language."""

    __tablename__ = "takedown"

    clip_id: str = Field(foreign_key="found_clip.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    seq: int = Field(unique=True)
    platform: str
    state: str
    sha256: str
    sealed: bytes
    countered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = ""


class PolicyRow(Owned, table=True):
    """Table of policies; the newest of a performer counts."""

    __tablename__ = "use_policy"

    performer_id: str = Field(foreign_key="performer.id", index=True)
    seq: int = Field(unique=True)
    policy: str


def add_clip(session: Session, clip: Clip, *, seq: int) -> None:
    """Store a clip that is about to be searched."""
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
        col(ClipRow.tenant_id) == principal.tenant_id,
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


def notified_with(
    session: Session, principal: Principal, performer_id: str, sha256: str
) -> str | None:
    """The clip with exactly these bytes about which a notice of this performer's stands."""
    query = (
        select(ClipRow.id)
        .join(TakedownRow, col(TakedownRow.clip_id) == col(ClipRow.id))
        .where(
            visible(ClipRow, principal),
            col(ClipRow.performer_id) == performer_id,
            col(ClipRow.sha256) == sha256,
            col(TakedownRow.state) == TakedownState.SENT.value,
        )
        .order_by(col(ClipRow.seq))
    )
    return session.exec(query).first()


def add_takedown(session: Session, item: Takedown, *, seq: int) -> None:
    """Store a notice."""
    session.add(
        TakedownRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.sent_at,
            clip_id=item.clip_id,
            performer_id=item.performer_id,
            seq=seq,
            platform=item.platform,
            state=item.state.value,
            sha256=item.sha256,
            sealed=item.sealed,
        )
    )
    session.flush()


def save_takedown(session: Session, item: Takedown) -> None:
    """Store where a notice stands now."""
    row = session.get_one(TakedownRow, item.id)
    row.state, row.countered_at = item.state.value, item.countered_at
    row.reminded_at, row.closed_at = item.reminded_at, item.closed_at
    row.outcome = item.outcome
    session.add(row)
    session.flush()


def takedown_about(session: Session, principal: Principal, clip_id: str) -> Takedown | None:
    """The first notice about a clip of the principal's own."""
    query = (
        select(TakedownRow)
        .where(col(TakedownRow.clip_id) == clip_id, visible(TakedownRow, principal))
        .order_by(col(TakedownRow.seq))
    )
    row = session.exec(query).first()
    return None if row is None else _takedown(row)


def takedown(session: Session, principal: Principal, takedown_id: str) -> Takedown | None:
    """One notice of the principal's own."""
    query = select(TakedownRow).where(
        col(TakedownRow.id) == takedown_id, visible(TakedownRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else _takedown(row)


def takedowns(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> tuple[tuple[int, Takedown], ...]:
    """(number, notice) of the principal's own notices, newest first."""
    query = select(TakedownRow).where(visible(TakedownRow, principal))
    if performer_id is not None:
        query = query.where(col(TakedownRow.performer_id) == performer_id)
    if before_seq is not None:
        query = query.where(col(TakedownRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(TakedownRow.seq).desc()).limit(min(limit, ROWS_MAX)))
    return tuple((row.seq, _takedown(row)) for row in rows)


def countered(session: Session, _capability: SearchCapability) -> tuple[Takedown, ...]:
    """Every contested notice of which nobody was reminded yet, across tenants."""
    query = select(TakedownRow).where(
        col(TakedownRow.state) == TakedownState.COUNTERED.value,
        col(TakedownRow.reminded_at).is_(None),
    )
    return tuple(_takedown(row) for row in session.exec(query.order_by(col(TakedownRow.seq))))


def add_policy(
    session: Session,
    principal: Principal,
    performer_id: str,
    wanted: Policy,
    *,
    seq: int,
    at: datetime,
) -> None:
    """Store what a performer wants from now on."""
    session.add(
        PolicyRow(
            id=new_id("pol"),
            tenant_id=principal.tenant_id,
            recorded_at=at,
            performer_id=performer_id,
            seq=seq,
            policy=wanted.value,
        )
    )
    session.flush()


def policy(session: Session, principal: Principal, performer_id: str) -> Policy | None:
    """What a performer wants, `None` before anything was said."""
    query = (
        select(PolicyRow.policy)
        .where(col(PolicyRow.performer_id) == performer_id, visible(PolicyRow, principal))
        .order_by(col(PolicyRow.seq).desc())
    )
    found = session.exec(query.limit(1)).first()
    return None if found is None else Policy(found)


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
        seen=tuple(_seen(item) for item in row.seen),
        same_as=row.same_as,
        evidence=row.evidence,
        log_index=row.log_index,
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


def _takedown(row: TakedownRow) -> Takedown:
    return Takedown(
        id=row.id,
        tenant_id=row.tenant_id,
        clip_id=row.clip_id,
        performer_id=row.performer_id,
        platform=row.platform,
        state=TakedownState(row.state),
        sha256=row.sha256,
        sent_at=row.recorded_at,
        sealed=row.sealed,
        countered_at=row.countered_at,
        reminded_at=row.reminded_at,
        closed_at=row.closed_at,
        outcome=row.outcome,
    )
