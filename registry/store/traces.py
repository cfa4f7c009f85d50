"""Traces: who was heard or seen where, with the sealed vector as long as it may be kept.

The spans stay when the vector goes, so that an unknown person is still listed after nothing
biometric of them is left. A sealed vector needs a signed consent or a day on which it goes; the
table itself refuses any other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    UniqueConstraint,
    Update,
    and_,
    func,
    or_,
    update,
)
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.principal import Principal, SearchCapability
from core.visibility import owned, owns, visible
from fingerprint.models import Modality, Reason, Span
from registry.retention import STRANGERS
from registry.store.codec import (
    ReasonsJson,
    SpansJson,
    reasons_json,
    reasons_of,
    spans_json,
    spans_of,
)

_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class SealedTrace:
    """One trace; `sealed` is `None` once the vector is gone, `subject_id` names its data key.

    `consent_id` is the enrolment whose print it matched; without one it goes at `expires_at`.
    """

    id: str
    tenant_id: str
    scan_id: str
    segment: int
    position: int
    modality: Modality
    spans: tuple[Span, ...]
    model_id: str
    model_sha256: str
    evidence_ms: int
    quality: float
    reasons: tuple[Reason, ...]
    answer_reasons: tuple[Reason, ...]
    subject_id: str
    sealed: bytes | None
    consent_id: str | None
    expires_at: datetime | None


class TraceRow(Owned, table=True):
    """Table of traces; `reasons` are the scan's, `answer_reasons` those of the last search."""

    __tablename__ = "trace"
    __table_args__ = (
        UniqueConstraint("scan_id", "segment", "position"),
        Index("trace_expiry", "expires_at"),
        CheckConstraint(
            "sealed IS NULL OR consent_id IS NOT NULL OR expires_at IS NOT NULL",
            name="no_vector_without_ground",
        ),
    )

    scan_id: str = Field(foreign_key="scan.id", index=True)
    segment: int
    position: int
    modality: str
    spans: SpansJson = Field(sa_type=JsonText)
    model_id: str
    model_sha256: str
    evidence_ms: int
    quality: float
    reasons: ReasonsJson = Field(sa_type=JsonText)
    answer_reasons: ReasonsJson = Field(sa_type=JsonText)
    subject_id: str
    sealed: bytes | None = None
    consent_id: str | None = Field(default=None, foreign_key="enrolment.id", index=True)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_traces(session: Session, traces: Sequence[SealedTrace], *, at: datetime) -> None:
    """Store new traces."""
    for item in traces:
        session.add(
            TraceRow(
                id=item.id,
                tenant_id=item.tenant_id,
                recorded_at=at,
                scan_id=item.scan_id,
                segment=item.segment,
                position=item.position,
                modality=item.modality,
                spans=spans_json(item.spans),
                model_id=item.model_id,
                model_sha256=item.model_sha256,
                evidence_ms=item.evidence_ms,
                quality=item.quality,
                reasons=reasons_json(item.reasons),
                answer_reasons=reasons_json(item.answer_reasons),
                subject_id=item.subject_id,
                sealed=item.sealed,
                consent_id=item.consent_id,
                expires_at=item.expires_at,
            )
        )
    session.flush()


def traces_of(session: Session, principal: Principal, scan_id: str) -> tuple[SealedTrace, ...]:
    """Every trace of a scan in the order of segment and position."""
    return tuple(each_trace_of(session, principal, scan_id))


def each_trace_of(session: Session, principal: Principal, scan_id: str) -> Iterator[SealedTrace]:
    """As `traces_of`, a few at a time: the evidence of a long film is large. Write nothing between
    two of them."""
    query = (
        select(TraceRow)
        .where(visible(TraceRow, principal), col(TraceRow.scan_id) == scan_id)
        .order_by(col(TraceRow.segment), col(TraceRow.position))
        .execution_options(yield_per=_AT_ONCE)
    )
    for row in session.exec(query):
        yield _trace(row)


def ids_of(session: Session, principal: Principal, scan_id: str) -> tuple[str, ...]:
    """The ids of a scan's traces, in the order of `traces_of`."""
    query = (
        select(TraceRow.id)
        .where(visible(TraceRow, principal), col(TraceRow.scan_id) == scan_id)
        .order_by(col(TraceRow.segment), col(TraceRow.position))
    )
    return tuple(session.exec(query))


def counts_of(session: Session, principal: Principal, scan_id: str) -> dict[Modality, int]:
    """How many traces of each modality a scan of the caller's has left so far."""
    query = (
        select(TraceRow.modality, func.count())
        .where(visible(TraceRow, principal), col(TraceRow.scan_id) == scan_id)
        .group_by(col(TraceRow.modality))
    )
    return {Modality(name): count for name, count in session.exec(query)}


def get_trace(session: Session, principal: Principal, trace_id: str) -> SealedTrace | None:
    """One trace of the caller's own scan."""
    query = select(TraceRow).where(col(TraceRow.id) == trace_id, owned(TraceRow, principal))
    row = session.exec(query).first()
    return None if row is None else _trace(row)


def save_answer(session: Session, principal: Principal, trace: SealedTrace) -> None:
    """Store what the last search said: reasons, seal, consent and expiry."""
    row = session.get(TraceRow, trace.id)
    if row is None or not owns(row, principal):
        return
    row.answer_reasons = reasons_json(trace.answer_reasons)
    row.subject_id = trace.subject_id
    row.sealed = trace.sealed
    row.consent_id = trace.consent_id
    row.expires_at = trace.expires_at
    session.add(row)
    session.flush()


def erase_by_consent(session: Session, _capability: SearchCapability, consent_id: str) -> int:
    """Drop every vector that a withdrawn consent allowed or that its key seals, all tenants'."""
    statement = (
        update(TraceRow)
        .where(
            or_(col(TraceRow.consent_id) == consent_id, col(TraceRow.subject_id) == consent_id),
            col(TraceRow.sealed).is_not(None),
        )
        .values(sealed=None)
    )
    return _changed(session, statement)


def expired_scans(
    session: Session, _capability: SearchCapability, *, at: datetime, limit: int
) -> tuple[str, ...]:
    """Scans of all tenants that still hold vectors whose day has come."""
    query = (
        select(TraceRow.scan_id)
        .where(col(TraceRow.expires_at) <= at, col(TraceRow.sealed).is_not(None))
        .distinct()
        .order_by(col(TraceRow.scan_id))
        .limit(limit)
    )
    return tuple(session.exec(query))


def erase_expired(
    session: Session, _capability: SearchCapability, scan_id: str, *, at: datetime
) -> int:
    """Drop the vectors of a scan whose day has come; returns how many."""
    statement = (
        update(TraceRow)
        .where(
            col(TraceRow.scan_id) == scan_id,
            col(TraceRow.expires_at) <= at,
            col(TraceRow.sealed).is_not(None),
        )
        .values(sealed=None)
    )
    return _changed(session, statement)


def kept_ids(session: Session, _capability: SearchCapability, *, at: datetime) -> frozenset[str]:
    """Traces of all tenants whose vector may be searched at `at`."""
    return frozenset(session.exec(select(TraceRow.id).where(*_kept(at))))


def kept_traces(
    session: Session, _capability: SearchCapability, trace_ids: Sequence[str], *, at: datetime
) -> tuple[SealedTrace, ...]:
    """Those of the named traces, of all tenants, whose vector may be searched at `at`."""
    query = select(TraceRow).where(col(TraceRow.id).in_(trace_ids), *_kept(at))
    return tuple(_trace(row) for row in session.exec(query))


def _kept(at: datetime) -> tuple[ColumnElement[bool], ...]:
    unexpired = or_(col(TraceRow.expires_at).is_(None), col(TraceRow.expires_at) > at)
    return (col(TraceRow.sealed).is_not(None), unexpired)


def under_others(
    session: Session, _capability: SearchCapability, *, at: datetime, limit: int
) -> tuple[SealedTrace, ...]:
    """Vectors of all tenants whose ground has changed since they were sealed.

    Unknown people's under an enrolment's key, and performers' under that of unknown people.
    """
    subject = col(TraceRow.subject_id)
    query = (
        select(TraceRow)
        .where(
            col(TraceRow.sealed).is_not(None),
            or_(
                and_(
                    col(TraceRow.consent_id).is_(None),
                    col(TraceRow.expires_at) > at,
                    subject.startswith("enr_", autoescape=True),
                ),
                and_(col(TraceRow.consent_id).is_not(None), subject.startswith(STRANGERS)),
            ),
        )
        .order_by(col(TraceRow.id))
        .limit(limit)
    )
    return tuple(_trace(row) for row in session.exec(query))


def sealed_after(
    session: Session, _capability: SearchCapability, after_id: str, *, limit: int
) -> tuple[SealedTrace, ...]:
    """Traces of all tenants that hold a vector, by id, from the one after `after_id`."""
    query = (
        select(TraceRow)
        .where(col(TraceRow.id) > after_id, col(TraceRow.sealed).is_not(None))
        .order_by(col(TraceRow.id))
        .limit(limit)
    )
    return tuple(_trace(row) for row in session.exec(query))


def save_seal(session: Session, _capability: SearchCapability, trace: SealedTrace) -> None:
    """Store the same vector under another seal; one that went meanwhile stays gone."""
    statement = (
        update(TraceRow)
        .where(col(TraceRow.id) == trace.id, col(TraceRow.sealed).is_not(None))
        .values(sealed=trace.sealed)
    )
    _changed(session, statement)


def holds_vectors(session: Session, _capability: SearchCapability, scan_id: str) -> bool:
    """Whether vectors are left that are sealed under the scan's own key."""
    query = select(TraceRow.id).where(
        col(TraceRow.scan_id) == scan_id,
        col(TraceRow.subject_id) == scan_id,
        col(TraceRow.sealed).is_not(None),
    )
    return session.exec(query.limit(1)).first() is not None


def _changed(session: Session, statement: Update) -> int:
    # Rows that this session has already read must not be written back with their old seal.
    session.flush()
    session.expire_all()
    return int(session.connection().execute(statement).rowcount)


def _trace(row: TraceRow) -> SealedTrace:
    return SealedTrace(
        id=row.id,
        tenant_id=row.tenant_id,
        scan_id=row.scan_id,
        segment=row.segment,
        position=row.position,
        modality=Modality(row.modality),
        spans=spans_of(row.spans),
        model_id=row.model_id,
        model_sha256=row.model_sha256,
        evidence_ms=row.evidence_ms,
        quality=row.quality,
        reasons=reasons_of(row.reasons),
        answer_reasons=reasons_of(row.answer_reasons),
        subject_id=row.subject_id,
        sealed=row.sealed,
        consent_id=row.consent_id,
        expires_at=row.expires_at,
    )
