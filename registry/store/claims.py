"""In which traces a studio's own invented figures were found; a later search supersedes."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned, UtcDateTime
from core.principal import Principal
from core.visibility import visible
from fingerprint.models import Decision, Modality
from registry.models.characters import Claim, Doubt
from registry.models.evidence import Scan
from registry.store.codec import SpansJson, spans_json, spans_of


class ClaimRow(Owned, table=True):
    """Table of finds of figures."""

    __tablename__ = "character_claim"

    trace_id: str = Field(foreign_key="trace.id", index=True)
    character_id: str = Field(foreign_key="character.id", index=True)
    scan_id: str = Field(foreign_key="scan.id", index=True)
    submission_id: str = Field(foreign_key="submission.id", index=True)
    cut_id: str = Field(foreign_key="cut.id", index=True)
    modality: str
    spans: SpansJson = Field(sa_type=JsonText)
    decision: str
    doubt: str
    score: float
    fpir: float
    model_id: str
    threshold_id: str
    seq: int = Field(unique=True)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_claim(
    session: Session, scan: Scan, item: Claim, *, row_id: str, seq: int, at: datetime
) -> None:
    """Store a find; it holds until it is superseded."""
    session.add(
        ClaimRow(
            id=row_id,
            tenant_id=scan.tenant_id,
            recorded_at=at,
            trace_id=item.trace_id,
            character_id=item.character_id,
            scan_id=scan.id,
            submission_id=scan.submission_id,
            cut_id=scan.cut_id,
            modality=item.modality,
            spans=spans_json(item.spans),
            decision=item.decision,
            doubt=item.doubt,
            score=item.score,
            fpir=item.fpir,
            model_id=item.model_id,
            threshold_id=item.threshold_id,
            seq=seq,
        )
    )
    session.flush()


def claims_of(session: Session, principal: Principal, scan_id: str) -> Mapping[str, Claim]:
    """The finds that hold in a scan of the caller's, by trace."""
    query = select(ClaimRow).where(
        visible(ClaimRow, principal),
        col(ClaimRow.scan_id) == scan_id,
        col(ClaimRow.superseded_at).is_(None),
    )
    return {row.trace_id: _claim(row) for row in session.exec(query)}


def supersede(
    session: Session, principal: Principal, trace_ids: Collection[str], *, at: datetime
) -> None:
    """End the finds of these traces; they stay to be read."""
    query = select(ClaimRow).where(
        visible(ClaimRow, principal),
        col(ClaimRow.trace_id).in_(trace_ids),
        col(ClaimRow.superseded_at).is_(None),
    )
    for row in session.exec(query).all():
        row.superseded_at = at
        session.add(row)
    session.flush()


def cuts_with(session: Session, principal: Principal, character_id: str) -> tuple[str, ...]:
    """Cuts of the caller's in which a figure was found, in order of id."""
    query = (
        select(ClaimRow.cut_id)
        .where(
            visible(ClaimRow, principal),
            col(ClaimRow.character_id) == character_id,
            col(ClaimRow.superseded_at).is_(None),
        )
        .distinct()
        .order_by(col(ClaimRow.cut_id))
    )
    return tuple(session.exec(query))


def _claim(row: ClaimRow) -> Claim:
    return Claim(
        trace_id=row.trace_id,
        character_id=row.character_id,
        modality=Modality(row.modality),
        spans=spans_of(row.spans),
        decision=Decision(row.decision),
        doubt=Doubt(row.doubt),
        score=row.score,
        fpir=row.fpir,
        model_id=row.model_id,
        threshold_id=row.threshold_id,
    )
