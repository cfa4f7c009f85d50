"""Tables of decisions: the studio's own, and one row per use for what a performer's side may see.

Append-only: a later decision stands beside the earlier one, and the newest counts.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Index, Text, and_, cast, distinct, func, or_
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import OWNER, JsonText, Owned
from core.ids import new_id
from core.principal import Principal
from core.visibility import one_of, owned, visible
from licensing.decisionform import (
    decision_from_dict,
    decision_to_dict,
    reasons_from_list,
    reasons_to_list,
    spans_from_list,
    spans_to_list,
)
from licensing.models_clearance import Clearance, PerformerClearance, Verdict
from registry.models.works import KindOfUse

ROWS_MAX = 5_000


class ClearanceRow(Owned, table=True):
    """A decision on a submission and what it rests on; only the studio sees it."""

    __tablename__ = "clearance"
    __table_args__ = (
        Index("clearance_latest", "submission_id", "seq"),
        Index("clearance_newest", "cut_id", "seq", "verdict", "tenant_id"),
        Index("clearance_decided", "tenant_id", "seq"),
        Index("clearance_release", "tenant_id", "release_at", "cut_id", "verdict", "seq"),
        append_only(),
    )

    submission_id: str
    cut_id: str
    scan_id: str
    seq: int = Field(unique=True)
    known_seq: int
    gallery_seq: int | None
    release_at: str
    provisional: bool
    verdict: str = Field(index=True)
    log_index: int
    decision: dict[str, Any] = Field(sa_type=JsonText)


class ClearanceUseRow(Owned, table=True):
    """One performer's part of a decision; owned by the studio, seen by the performer's side."""

    __tablename__ = "clearance_use"
    __table_args__ = (
        Index("clearance_use_newest", "performer_id", "use_id", "seq"),
        Index("clearance_use_latest", "performer_id", "seq", "use_id"),
        append_only(),
    )

    clearance_id: str = Field(index=True, foreign_key="clearance.id")
    performer_id: str
    use_id: str
    cut_id: str
    kind: str | None
    verdict: str
    spans: list[list[int]] = Field(sa_type=JsonText)
    reasons: list[dict[str, Any]] = Field(sa_type=JsonText)
    licence_id: str | None = Field(default=None, index=True)
    seq: int


def add_clearance(session: Session, clearance: Clearance) -> None:
    """Store a decision."""
    row = ClearanceRow(
        id=clearance.id,
        tenant_id=clearance.tenant_id,
        audience=OWNER,
        recorded_at=clearance.decided_at,
        submission_id=clearance.submission_id,
        cut_id=clearance.cut_id,
        scan_id=clearance.scan_id,
        seq=clearance.seq,
        known_seq=clearance.known_seq,
        gallery_seq=clearance.gallery_seq,
        release_at=clearance.release_at.isoformat(),
        provisional=clearance.provisional,
        verdict=clearance.decision.verdict.value,
        log_index=clearance.log_index,
        decision=decision_to_dict(clearance.decision),
    )
    session.add(row)
    session.flush()


def add_parts(
    session: Session,
    clearance: Clearance,
    parts: Iterable[PerformerClearance],
    audiences: Mapping[str, str],
) -> None:
    """Store the parts of a decision; `audiences` says per use id who besides the studio sees it."""
    for part in parts:
        row = ClearanceUseRow(
            id=new_id("clu"),
            tenant_id=clearance.tenant_id,
            audience=audiences.get(part.use_id, OWNER),
            recorded_at=part.decided_at,
            clearance_id=part.clearance_id,
            performer_id=part.performer_id,
            use_id=part.use_id,
            cut_id=part.cut_id,
            kind=None if part.kind is None else part.kind.value,
            verdict=part.verdict.value,
            spans=spans_to_list(part.spans),
            reasons=reasons_to_list(part.reasons),
            licence_id=part.licence_id,
            seq=part.seq,
        )
        session.add(row)
    session.flush()


def clearance(session: Session, principal: Principal, clearance_id: str) -> Clearance | None:
    """One decision that the principal may see."""
    query = select(ClearanceRow).where(
        col(ClearanceRow.id) == clearance_id, visible(ClearanceRow, principal)
    )
    row = session.exec(query).first()
    return None if row is None else _clearance(row)


def clearances(
    session: Session,
    principal: Principal,
    *,
    submission_id: str | None = None,
    cut_id: str | None = None,
    before_seq: int | None = None,
    limit: int = 100,
) -> list[Clearance]:
    """Decisions that the principal may see, newest first; `before_seq` pages on."""
    query = select(ClearanceRow).where(visible(ClearanceRow, principal))
    if submission_id is not None:
        query = query.where(col(ClearanceRow.submission_id) == submission_id)
    if cut_id is not None:
        query = query.where(col(ClearanceRow.cut_id) == cut_id)
    if before_seq is not None:
        query = query.where(col(ClearanceRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(ClearanceRow.seq).desc()).limit(limit))
    return [_clearance(row) for row in rows]


def of_cuts(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> dict[str, list[Clearance]]:
    """Every decision on these cuts that the principal may see, by cut, in order of `seq`."""
    query = (
        select(ClearanceRow)
        .where(visible(ClearanceRow, principal), one_of(col(ClearanceRow.cut_id), cut_ids))
        .order_by(col(ClearanceRow.seq))
    )
    found: dict[str, list[Clearance]] = {}
    for row in session.exec(query):
        found.setdefault(row.cut_id, []).append(_clearance(row))
    return found


def parts(
    session: Session,
    principal: Principal,
    *,
    performer_id: str | None = None,
    licence_id: str | None = None,
    before: tuple[int, str] | None = None,
    limit: int = 100,
) -> list[PerformerClearance]:
    """Parts of decisions that the principal may see, newest first.

    `before` is (seq, use id) of the last part of the page before.
    """
    query = select(ClearanceUseRow).where(visible(ClearanceUseRow, principal))
    if performer_id is not None:
        query = query.where(col(ClearanceUseRow.performer_id) == performer_id)
    if licence_id is not None:
        query = query.where(col(ClearanceUseRow.licence_id) == licence_id)
    if before is not None:
        seq, use_id = before
        same = and_(col(ClearanceUseRow.seq) == seq, col(ClearanceUseRow.use_id) > use_id)
        query = query.where(or_(col(ClearanceUseRow.seq) < seq, same))
    order = (col(ClearanceUseRow.seq).desc(), col(ClearanceUseRow.use_id))
    return [_part(row) for row in session.exec(query.order_by(*order).limit(limit))]


def newest_parts(
    session: Session, principal: Principal, performer_id: str, use_ids: Collection[str]
) -> dict[str, PerformerClearance]:
    """The newest part that the principal may see about each of a performer's uses, by use."""
    query = (
        select(ClearanceUseRow)
        .where(
            visible(ClearanceUseRow, principal),
            col(ClearanceUseRow.performer_id) == performer_id,
            col(ClearanceUseRow.use_id).in_(use_ids),
        )
        # By use first, as the index has them: by age alone every decision on her would be read.
        .order_by(col(ClearanceUseRow.use_id), col(ClearanceUseRow.seq))
    )
    return {row.use_id: _part(row) for row in session.exec(query)}


def submissions_under(
    session: Session, principal: Principal, licence_id: str, *, any_verdict: bool = False
) -> tuple[str, ...]:
    """Submissions of the principal's own of which some use was ever cleared under a licence.

    With `any_verdict` those too whose use it was nearest to covering.
    """
    verdicts = tuple(Verdict) if any_verdict else (Verdict.CLEARED,)
    query = (
        select(ClearanceRow.submission_id)
        .join(ClearanceUseRow, col(ClearanceUseRow.clearance_id) == col(ClearanceRow.id))
        .where(
            visible(ClearanceRow, principal),
            col(ClearanceUseRow.licence_id) == licence_id,
            col(ClearanceUseRow.verdict).in_([verdict.value for verdict in verdicts]),
        )
        .distinct()
        .order_by(col(ClearanceRow.submission_id))
        .limit(ROWS_MAX)
    )
    return tuple(session.exec(query))


def submissions_about(session: Session, principal: Principal, performer_id: str) -> tuple[str, ...]:
    """Submissions of the principal's own whose decisions speak of a performer, found or declared.

    The newest decision of each may have become another since; who asks decides again.
    """
    told = func.instr(cast(ClearanceRow.decision, Text), performer_id) > 0
    query = (
        select(ClearanceRow.submission_id)
        .where(owned(ClearanceRow, principal), told)
        .distinct()
        .order_by(col(ClearanceRow.submission_id))
        .limit(ROWS_MAX)
    )
    return tuple(session.exec(query))


def other_cuts(
    session: Session, principal: Principal, licence_ids: Collection[str], cut_id: str
) -> Mapping[str, int]:
    """How many other cuts of the principal's each licence clears by its newest decision."""
    newest = (
        select(func.max(ClearanceRow.seq))
        .where(owned(ClearanceRow, principal))
        .group_by(col(ClearanceRow.cut_id))
    )
    query = (
        select(ClearanceUseRow.licence_id, func.count(distinct(col(ClearanceUseRow.cut_id))))
        .join(ClearanceRow, col(ClearanceRow.id) == col(ClearanceUseRow.clearance_id))
        .where(
            owned(ClearanceUseRow, principal),
            col(ClearanceUseRow.licence_id).in_(licence_ids),
            col(ClearanceUseRow.verdict) == Verdict.CLEARED.value,
            col(ClearanceUseRow.cut_id) != cut_id,
            col(ClearanceRow.seq).in_(newest),
        )
        .group_by(col(ClearanceUseRow.licence_id))
    )
    if not licence_ids:
        return {}
    return {str(licence_id): count for licence_id, count in session.exec(query)}


def _clearance(row: ClearanceRow) -> Clearance:
    return Clearance(
        id=row.id,
        tenant_id=row.tenant_id,
        submission_id=row.submission_id,
        cut_id=row.cut_id,
        scan_id=row.scan_id,
        seq=row.seq,
        known_seq=row.known_seq,
        gallery_seq=row.gallery_seq,
        release_at=date.fromisoformat(row.release_at),
        decided_at=row.recorded_at,
        provisional=row.provisional,
        decision=decision_from_dict(row.decision),
        log_index=row.log_index,
    )


def _part(row: ClearanceUseRow) -> PerformerClearance:
    return PerformerClearance(
        clearance_id=row.clearance_id,
        performer_id=row.performer_id,
        use_id=row.use_id,
        cut_id=row.cut_id,
        kind=None if row.kind is None else KindOfUse(row.kind),
        verdict=Verdict(row.verdict),
        spans=spans_from_list(row.spans),
        reasons=reasons_from_list(row.reasons),
        licence_id=row.licence_id,
        seq=row.seq,
        decided_at=row.recorded_at,
    )
