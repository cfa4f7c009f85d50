"""Scans and the segments of them that are done.

One segment of a scan can be written once, whoever writes it: the unique (scan, number) is what
makes a repeated step harmless. The fence says under which lease it was written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Index, UniqueConstraint, exists, or_
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import visible
from fingerprint.models import Modality, Reason, ScanMode
from registry.models.evidence import Scan, ScanState
from registry.store.codec import (
    ReasonsJson,
    SpansJson,
    by_modality,
    reasons_json,
    reasons_of,
    spans_json,
    spans_of,
)
from registry.store.traces import TraceRow


@dataclass(frozen=True, slots=True)
class StaleScan:
    """A finished scan that has not seen the newest print."""

    scan_id: str
    tenant_id: str
    submission_id: str
    gallery_seq: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment that is written: its number from 0, under which fence, how many traces, and what
    of it could not be read."""

    id: str
    scan_id: str
    number: int
    fence: int
    traces: int
    notes: tuple[Reason, ...] = ()


class ScanRow(Owned, table=True):
    """Table of scans; `gallery_seq` is the newest print that was searched for."""

    __tablename__ = "scan"
    __table_args__ = (Index("scan_stale", "state", "gallery_seq"),)

    submission_id: str = Field(foreign_key="submission.id", index=True)
    cut_id: str = Field(foreign_key="cut.id", index=True)
    seq: int = Field(unique=True)
    gallery_seq: int | None = None
    models: dict[str, str] = Field(sa_type=JsonText)
    mode: str = Field(default=ScanMode.THOROUGH, sa_column_kwargs={"server_default": "thorough"})
    model_sha256s: dict[str, str] = Field(sa_type=JsonText)
    thresholds: list[str] = Field(sa_type=JsonText)
    state: str
    provisional: bool
    segments: SpansJson = Field(sa_type=JsonText)
    retention_days: int
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SegmentRow(Owned, table=True):
    """Table of segments that are done."""

    __tablename__ = "scan_segment"
    __table_args__ = (UniqueConstraint("scan_id", "number"),)

    scan_id: str = Field(foreign_key="scan.id", index=True)
    number: int
    fence: int
    traces: int
    notes: ReasonsJson = Field(
        default_factory=list, sa_type=JsonText, sa_column_kwargs={"server_default": "[]"}
    )


def add_scan(
    session: Session, scan: Scan, *, model_sha256s: Mapping[Modality, str], retention_days: int
) -> None:
    """Store a new scan."""
    session.add(
        ScanRow(
            id=scan.id,
            tenant_id=scan.tenant_id,
            recorded_at=scan.started_at,
            submission_id=scan.submission_id,
            cut_id=scan.cut_id,
            seq=scan.seq,
            models=_texts(scan.models),
            mode=scan.mode,
            model_sha256s=_texts(model_sha256s),
            thresholds=list(scan.thresholds),
            state=scan.state,
            provisional=scan.provisional,
            segments=spans_json(scan.segments),
            retention_days=retention_days,
        )
    )
    session.flush()


def get_scan(session: Session, principal: Principal, scan_id: str) -> Scan:
    """One scan of the caller's; raises NotFound."""
    return _scan(_row(session, principal, scan_id))


def retention_days(session: Session, principal: Principal, scan_id: str) -> int:
    """For how many days this scan keeps what it knows of unknown people."""
    return _row(session, principal, scan_id).retention_days


def model_sha256s(session: Session, principal: Principal, scan_id: str) -> dict[Modality, str]:
    """The weights that the encoders of a scan had."""
    return by_modality(_row(session, principal, scan_id).model_sha256s)


def scans_of(session: Session, principal: Principal, submission_id: str) -> tuple[Scan, ...]:
    """The scans of a submission, newest first."""
    query = (
        select(ScanRow)
        .where(visible(ScanRow, principal), col(ScanRow.submission_id) == submission_id)
        .order_by(col(ScanRow.seq).desc())
    )
    return tuple(_scan(row) for row in session.exec(query))


def newest_done(session: Session, principal: Principal, cut_id: str) -> Scan | None:
    """The newest finished scan of a cut, whichever submission it was of."""
    query = (
        select(ScanRow)
        .where(
            visible(ScanRow, principal),
            col(ScanRow.cut_id) == cut_id,
            col(ScanRow.state) == ScanState.DONE,
        )
        .order_by(col(ScanRow.seq).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return None if row is None else _scan(row)


def save_outcome(session: Session, principal: Principal, scan: Scan) -> None:
    """Store how a scan stands: state, what it searched, and when it ended."""
    row = _row(session, principal, scan.id)
    row.state = scan.state
    row.gallery_seq = scan.gallery_seq
    row.thresholds = list(scan.thresholds)
    row.provisional = scan.provisional
    row.finished_at = scan.finished_at
    session.add(row)
    session.flush()


def save_state(session: Session, principal: Principal, scan_id: str, state: ScanState) -> None:
    """Move a scan on."""
    row = _row(session, principal, scan_id)
    row.state = state
    session.add(row)
    session.flush()


def done_segments(session: Session, principal: Principal, scan_id: str) -> frozenset[int]:
    """Numbers of the segments that are written."""
    query = select(SegmentRow.number).where(
        visible(SegmentRow, principal), col(SegmentRow.scan_id) == scan_id
    )
    return frozenset(session.exec(query))


def notes_of(
    session: Session, principal: Principal, scan_id: str
) -> tuple[tuple[int, tuple[Reason, ...]], ...]:
    """Number and notes of each written segment of which something could not be read, in order."""
    query = (
        select(SegmentRow)
        .where(visible(SegmentRow, principal), col(SegmentRow.scan_id) == scan_id)
        .order_by(col(SegmentRow.number))
    )
    return tuple((row.number, reasons_of(row.notes)) for row in session.exec(query) if row.notes)


def add_segment(session: Session, principal: Principal, segment: Segment, *, at: datetime) -> None:
    """Mark a segment as written; a second time is a Conflict."""
    session.add(
        SegmentRow(
            id=segment.id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            scan_id=segment.scan_id,
            number=segment.number,
            fence=segment.fence,
            traces=segment.traces,
            notes=reasons_json(segment.notes),
        )
    )
    session.flush()


def stale_scans(
    session: Session, _capability: SearchCapability, *, newest_seq: int, at: datetime, limit: int
) -> tuple[StaleScan, ...]:
    """Finished scans of all tenants that have not seen `newest_seq` and still hold traces."""
    query = (
        select(ScanRow)
        .where(
            col(ScanRow.state) == ScanState.DONE,
            col(ScanRow.gallery_seq) < newest_seq,
            _holds_traces(at),
        )
        .order_by(col(ScanRow.gallery_seq), col(ScanRow.seq))
        .limit(limit)
    )
    return tuple(
        StaleScan(row.id, row.tenant_id, row.submission_id, row.gallery_seq or 0)
        for row in session.exec(query)
    )


def holding_traces(session: Session, principal: Principal, *, at: datetime) -> tuple[Scan, ...]:
    """The newest finished scan of each submission of the caller's that still holds traces."""
    query = (
        select(ScanRow)
        .where(visible(ScanRow, principal), col(ScanRow.state) == ScanState.DONE, _holds_traces(at))
        .order_by(col(ScanRow.seq))
    )
    return tuple({row.submission_id: _scan(row) for row in session.exec(query)}.values())


def _holds_traces(at: datetime) -> ColumnElement[bool]:
    return exists().where(
        col(TraceRow.scan_id) == col(ScanRow.id),
        col(TraceRow.sealed).is_not(None),
        or_(col(TraceRow.expires_at).is_(None), col(TraceRow.expires_at) > at),
    )


def _row(session: Session, principal: Principal, scan_id: str) -> ScanRow:
    query = select(ScanRow).where(col(ScanRow.id) == scan_id, visible(ScanRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such scan.", next_step="Check the scan id.")
    return row


def _texts(data: Mapping[Modality, str]) -> dict[str, str]:
    return {modality.value: text for modality, text in data.items()}


def _scan(row: ScanRow) -> Scan:
    return Scan(
        id=row.id,
        tenant_id=row.tenant_id,
        submission_id=row.submission_id,
        cut_id=row.cut_id,
        seq=row.seq,
        gallery_seq=row.gallery_seq,
        models=by_modality(row.models),
        mode=ScanMode(row.mode),
        thresholds=tuple(row.thresholds),
        state=ScanState(row.state),
        provisional=row.provisional,
        segments=spans_of(row.segments),
        started_at=row.recorded_at,
        finished_at=row.finished_at,
    )
