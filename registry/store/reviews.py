"""Tables of what people said about matches, and of lanes that were found to hold two people.

Both are append-only: a word is taken back by a later row that names it.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Index, text
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from fingerprint.models import Modality
from registry.models.reviews import LaneSplit, Review, ReviewVerdict
from registry.overturning import Spoken
from registry.store.codec import SpansJson, spans_json, spans_of
from registry.store.matches import MatchRow

EMPTY = {"server_default": text("''")}


class ReviewRow(Owned, table=True):
    """Table of reviews."""

    __tablename__ = "match_review"
    __table_args__ = (Index("match_review_by", "tenant_id", "reviewer", "verdict"), append_only())

    match_id: str = Field(foreign_key="match.id", index=True)
    cut_id: str = Field(foreign_key="cut.id", index=True)
    performer_id: str = Field(foreign_key="performer.id", index=True)
    modality: str
    spans: SpansJson = Field(sa_type=JsonText)
    verdict: str
    reviewer: str
    seq: int = Field(unique=True)
    by_tenant: str = Field(default="", sa_column_kwargs=EMPTY)
    why: str = Field(default="", sa_column_kwargs=EMPTY)
    undoes: str = Field(default="", sa_column_kwargs=EMPTY)
    figure_id: str = Field(default="", sa_column_kwargs=EMPTY)


class SplitRow(Owned, table=True):
    """Table of lanes that hold two people; the studio's, read by who was taken for it."""

    __tablename__ = "lane_split"
    __table_args__ = (append_only(),)

    submission_id: str = Field(foreign_key="submission.id")
    cut_id: str = Field(foreign_key="cut.id", index=True)
    trace_id: str = Field(foreign_key="trace.id")
    modality: str
    performer_id: str
    from_figure_id: str
    figure_id: str = Field(foreign_key="figure.id", index=True)
    spans: SpansJson = Field(sa_type=JsonText)
    reviewer: str
    why: str
    undoes: str
    by_tenant: str
    seq: int = Field(unique=True)


def add_review(session: Session, review: Review, *, tenant_id: str, audience: str) -> None:
    """Store a person's word."""
    session.add(
        ReviewRow(
            id=review.id,
            tenant_id=tenant_id,
            audience=audience,
            recorded_at=review.recorded_at,
            match_id=review.match_id,
            cut_id=review.cut_id,
            performer_id=review.performer_id,
            modality=review.modality,
            spans=spans_json(review.spans),
            verdict=review.verdict,
            reviewer=review.reviewer,
            seq=review.seq,
            by_tenant=review.by_tenant,
            why=review.why,
            undoes=review.undoes,
            figure_id=review.figure_id,
        )
    )
    session.flush()


def get_review(session: Session, principal: Principal, review_id: str) -> Review:
    """One word that either side may read; raises NotFound."""
    found = _reviews(session, principal, col(ReviewRow.id) == review_id)
    if not found:
        raise NotFound("There is no such act.", next_step="List the acts on the cut.")
    return found[0]


def reviews_of(
    session: Session, principal: Principal, submission_ids: Collection[str]
) -> tuple[Review, ...]:
    """Every word about matches in these submissions, oldest first."""
    return _reviews(session, principal, col(MatchRow.submission_id).in_(submission_ids))


def submissions_with(
    session: Session, principal: Principal, reviewer: str, verdicts: Collection[ReviewVerdict]
) -> tuple[str, ...]:
    """The caller's own submissions in which this reviewer ever spoke one of these words."""
    query = (
        select(MatchRow.submission_id)
        .join(ReviewRow, col(ReviewRow.match_id) == col(MatchRow.id))
        .where(
            owned(ReviewRow, principal),
            col(ReviewRow.reviewer) == reviewer,
            col(ReviewRow.verdict).in_(sorted(verdicts)),
        )
        .distinct()
    )
    return tuple(session.exec(query))


def reviews_of_cut(session: Session, principal: Principal, cut_id: str) -> tuple[Review, ...]:
    """Every word about matches in a cut that the caller may read, oldest first."""
    return _reviews(session, principal, col(ReviewRow.cut_id) == cut_id)


def reviews_on_figures(
    session: Session, principal: Principal, figure_ids: Collection[str]
) -> tuple[Review, ...]:
    """Every word by which a find was put to one of these figures, oldest first."""
    return _reviews(session, principal, col(ReviewRow.figure_id).in_(figure_ids))


def spoken_since(
    session: Session, principal: Principal, since: datetime, *, limit: int
) -> tuple[Spoken, ...]:
    """The newest words since then on finds in the caller's own cuts, which lead to nobody."""
    return _spoken_where(session, since, limit, owned(ReviewRow, principal))


def every_spoken_since(
    session: Session, _capability: SearchCapability, since: datetime, *, limit: int
) -> tuple[Spoken, ...]:
    """The same of every studio's finds."""
    return _spoken_where(session, since, limit)


def add_split(session: Session, split: LaneSplit) -> None:
    """Store that part of a lane is somebody else, or that it is not after all."""
    session.add(
        SplitRow(
            id=split.id,
            tenant_id=split.tenant_id,
            audience=split.audience,
            recorded_at=split.recorded_at,
            submission_id=split.submission_id,
            cut_id=split.cut_id,
            trace_id=split.trace_id,
            modality=split.modality,
            performer_id=split.performer_id,
            from_figure_id=split.from_figure_id,
            figure_id=split.figure_id,
            spans=spans_json(split.spans),
            reviewer=split.reviewer,
            why=split.why,
            undoes=split.undoes,
            by_tenant=split.by_tenant,
            seq=split.seq,
        )
    )
    session.flush()


def get_split(session: Session, principal: Principal, split_id: str) -> LaneSplit:
    """One split that either side may read; raises NotFound."""
    found = _splits(session, principal, col(SplitRow.id) == split_id)
    if not found:
        raise NotFound("There is no such act.", next_step="List the acts on the cut.")
    return found[0]


def splits_of(
    session: Session, principal: Principal, submission_ids: Collection[str]
) -> tuple[LaneSplit, ...]:
    """Every split in these submissions of the caller's and what undoes them, oldest first."""
    return _splits(session, principal, col(SplitRow.submission_id).in_(submission_ids))


def splits_of_cut(session: Session, principal: Principal, cut_id: str) -> tuple[LaneSplit, ...]:
    """Every split in a cut of the caller's and what undoes them, oldest first."""
    return _splits(session, principal, col(SplitRow.cut_id) == cut_id)


def splits_into(
    session: Session, principal: Principal, figure_ids: Collection[str]
) -> tuple[LaneSplit, ...]:
    """Every split that gave one of these figures its part, and what undoes them, oldest first."""
    return _splits(session, principal, col(SplitRow.figure_id).in_(figure_ids))


def _reviews(session: Session, principal: Principal, clause: object) -> tuple[Review, ...]:
    query = (
        select(ReviewRow, MatchRow.submission_id)
        .join(MatchRow, col(MatchRow.id) == col(ReviewRow.match_id))
        .where(visible(ReviewRow, principal), clause)  # type: ignore[arg-type]
        .order_by(col(ReviewRow.seq))
    )
    return tuple(_review(row, submission_id) for row, submission_id in session.exec(query))


def _splits(session: Session, principal: Principal, clause: object) -> tuple[LaneSplit, ...]:
    query = (
        select(SplitRow)
        .where(visible(SplitRow, principal), clause)  # type: ignore[arg-type]
        .order_by(col(SplitRow.seq))
    )
    return tuple(_split(row) for row in session.exec(query))


def _review(row: ReviewRow, submission_id: str) -> Review:
    return Review(
        id=row.id,
        match_id=row.match_id,
        submission_id=submission_id,
        cut_id=row.cut_id,
        performer_id=row.performer_id,
        modality=Modality(row.modality),
        spans=spans_of(row.spans),
        verdict=ReviewVerdict(row.verdict),
        reviewer=row.reviewer,
        seq=row.seq,
        recorded_at=row.recorded_at,
        by_tenant=row.by_tenant or row.tenant_id,
        why=row.why,
        undoes=row.undoes,
        figure_id=row.figure_id,
    )


def _spoken(row: ReviewRow, fpir: float) -> Spoken:
    return Spoken(
        id=row.id,
        match_id=row.match_id,
        modality=Modality(row.modality),
        fpir=fpir,
        verdict=ReviewVerdict(row.verdict),
        own_side=row.by_tenant in {"", row.tenant_id},
        undoes=row.undoes,
        seq=row.seq,
        recorded_at=row.recorded_at,
    )


def _spoken_where(
    session: Session, since: datetime, limit: int, *clauses: ColumnElement[bool]
) -> tuple[Spoken, ...]:
    query = (
        select(ReviewRow, MatchRow.fpir)
        .join(MatchRow, col(MatchRow.id) == col(ReviewRow.match_id))
        .where(col(ReviewRow.recorded_at) >= since, *clauses)
        .order_by(col(ReviewRow.seq).desc())
        .limit(limit)
    )
    return tuple(_spoken(row, fpir) for row, fpir in session.exec(query))


def _split(row: SplitRow) -> LaneSplit:
    return LaneSplit(
        id=row.id,
        submission_id=row.submission_id,
        cut_id=row.cut_id,
        trace_id=row.trace_id,
        modality=Modality(row.modality),
        performer_id=row.performer_id,
        from_figure_id=row.from_figure_id,
        figure_id=row.figure_id,
        spans=spans_of(row.spans),
        reviewer=row.reviewer,
        why=row.why,
        undoes=row.undoes,
        seq=row.seq,
        recorded_at=row.recorded_at,
        tenant_id=row.tenant_id,
        by_tenant=row.by_tenant,
        audience=row.audience,
    )
