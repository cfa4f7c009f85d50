"""Matches; all stay, a newer match supersedes an older.

A row's audience is the matched performer's tenant, so that both sides read the same row. What of
it a side is shown is the service's business.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Index, exists, text
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned, UtcDateTime
from core.errors import NotFound
from core.places import checked
from core.principal import Principal
from core.visibility import owned, owns, visible
from fingerprint.models import Decision, Modality
from registry.models.evidence import Match
from registry.store.codec import (
    BasisJson,
    ReasonsJson,
    SpansJson,
    basis_json,
    basis_of,
    reasons_json,
    reasons_of,
    spans_json,
    spans_of,
)


class MatchRow(Owned, table=True):
    """Table of matches; only the end of their validity may change."""

    __tablename__ = "match"
    __table_args__ = (
        Index("match_live", "trace_id", unique=True, sqlite_where=text("superseded_at IS NULL")),
        Index("match_of_scan", "scan_id", "performer_id", "seq"),
        Index("match_of_performer", "performer_id", "seq"),
        append_only("superseded_at"),
    )

    scan_id: str = Field(foreign_key="scan.id")
    submission_id: str = Field(foreign_key="submission.id", index=True)
    cut_id: str = Field(foreign_key="cut.id", index=True)
    trace_id: str = Field(foreign_key="trace.id")
    print_id: str = Field(foreign_key="print.id", index=True)
    performer_id: str = Field(foreign_key="performer.id")
    modality: str
    decision: str
    spans: SpansJson = Field(sa_type=JsonText)
    score: float
    runner_up: float | None = None
    fpir: float
    model_id: str
    threshold_id: str
    reasons: ReasonsJson = Field(sa_type=JsonText)
    seq: int = Field(unique=True)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    basis: BasisJson | None = Field(default=None, sa_type=JsonText)


def add_match(
    session: Session,
    match: Match,
    *,
    tenant_id: str,
    audience: str,
    trace_id: str,
    at: datetime,
) -> None:
    """Store a match of a trace that has no live one."""
    session.add(
        MatchRow(
            id=match.id,
            tenant_id=tenant_id,
            audience=audience,
            recorded_at=at,
            scan_id=match.scan_id,
            submission_id=match.submission_id,
            cut_id=match.cut_id,
            trace_id=trace_id,
            print_id=match.print_id,
            performer_id=match.performer_id,
            modality=match.modality,
            decision=match.decision,
            spans=spans_json(match.spans),
            score=match.score,
            runner_up=match.runner_up,
            fpir=match.fpir,
            model_id=match.model_id,
            threshold_id=match.threshold_id,
            reasons=reasons_json(match.reasons),
            seq=match.seq,
            basis=basis_json(match.basis),
        )
    )
    session.flush()


def live_matches(
    session: Session, principal: Principal, scan_id: str
) -> tuple[tuple[str, Match], ...]:
    """(trace id, match) of the matches of a scan that hold now, in order."""
    query = (
        select(MatchRow)
        .where(
            visible(MatchRow, principal),
            col(MatchRow.scan_id) == scan_id,
            col(MatchRow.superseded_at).is_(None),
        )
        .order_by(col(MatchRow.seq))
    )
    return tuple((row.trace_id, _match(row)) for row in session.exec(query))


def live_on(
    session: Session, principal: Principal, trace_ids: Collection[str]
) -> tuple[tuple[str, Match], ...]:
    """(trace id, match) of the matches that hold now on these traces of the caller's own."""
    query = select(MatchRow).where(
        owned(MatchRow, principal),
        col(MatchRow.trace_id).in_(trace_ids),
        col(MatchRow.superseded_at).is_(None),
    )
    return tuple((row.trace_id, _match(row)) for row in session.exec(query))


def supersede(session: Session, principal: Principal, match_id: str, *, at: datetime) -> None:
    """End a match; it stays readable."""
    row = session.get(MatchRow, match_id)
    if row is not None and owns(row, principal):
        row.superseded_at = at
        session.add(row)
        session.flush()


def get_match(session: Session, principal: Principal, match_id: str) -> tuple[str, str, Match]:
    """(owner tenant, trace id, match) where either side asks; raises NotFound."""
    query = select(MatchRow).where(col(MatchRow.id) == match_id, visible(MatchRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such match.", next_step="Check the match id.")
    return row.tenant_id, row.trace_id, _match(row)


def matched_performers(
    session: Session, principal: Principal, submission_ids: Collection[str]
) -> tuple[str, ...]:
    """Ids of the performers that live matches in these submissions of the caller's own name."""
    # Sorted here: told to sort, the database would go through the matches of every performer.
    query = select(MatchRow.performer_id).where(
        checked(col(MatchRow.tenant_id)) == principal.tenant_id,
        col(MatchRow.submission_id).in_(submission_ids),
        col(MatchRow.superseded_at).is_(None),
    )
    return tuple(sorted(set(session.exec(query))))


def audience_of(session: Session, principal: Principal, match_id: str) -> str:
    """Who besides the owner sees a match; raises NotFound."""
    get_match(session, principal, match_id)
    row = session.get_one(MatchRow, match_id)
    return row.audience


def touching(
    session: Session,
    principal: Principal,
    performer_id: str,
    *,
    before_seq: int | None = None,
    limit: int = 50,
) -> tuple[tuple[Match, str, bool, datetime], ...]:
    """(newest match, studio's tenant, whether it stands, when) by scan that ever named a performer.

    Newest first; only where the caller is the performer's side or the studio itself.
    """
    later = aliased(MatchRow)
    newer = exists().where(
        col(later.scan_id) == col(MatchRow.scan_id),
        col(later.performer_id) == performer_id,
        col(later.seq) > col(MatchRow.seq),
        visible(later, principal),
    )
    query = select(MatchRow).where(
        visible(MatchRow, principal), col(MatchRow.performer_id) == performer_id, ~newer
    )
    if before_seq is not None:
        query = query.where(col(MatchRow.seq) < before_seq)
    return tuple(
        (_match(row), row.tenant_id, row.superseded_at is None, row.recorded_at)
        for row in session.exec(query.order_by(col(MatchRow.seq).desc()).limit(limit))
    )


def _match(row: MatchRow) -> Match:
    return Match(
        id=row.id,
        scan_id=row.scan_id,
        submission_id=row.submission_id,
        cut_id=row.cut_id,
        print_id=row.print_id,
        performer_id=row.performer_id,
        modality=Modality(row.modality),
        decision=Decision(row.decision),
        spans=spans_of(row.spans),
        score=row.score,
        runner_up=row.runner_up,
        fpir=row.fpir,
        model_id=row.model_id,
        threshold_id=row.threshold_id,
        reasons=reasons_of(row.reasons),
        seq=row.seq,
        basis=basis_of(row.basis),
    )
