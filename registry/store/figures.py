"""Tables of figures, of the traces that belong to them, and of what was answered.

Answers and links are append-only, the newest holds; so an answer can be taken back and a split or a
merge undone, and what was said before stays readable. Nothing here is a vector.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only
from core.columns import JsonText, Owned
from core.errors import NotFound
from core.principal import Principal
from core.visibility import visible
from fingerprint.models import Modality
from registry.models.figures import Answer, Figure, FigureAnswer, Sighting
from registry.store.codec import SpansJson, spans_json, spans_of

ROWS_MAX = 20_000


class FigureRow(Owned, table=True):
    """Table of figures."""

    __tablename__ = "figure"
    __table_args__ = (append_only(),)

    series_id: str = Field(foreign_key="work.id", index=True)
    modality: str
    seq: int = Field(unique=True)


class SightingRow(Owned, table=True):
    """Table of links from traces to figures."""

    __tablename__ = "figure_sighting"
    __table_args__ = (append_only(),)

    trace_id: str = Field(foreign_key="trace.id", index=True)
    figure_id: str = Field(foreign_key="figure.id", index=True)
    scan_id: str = Field(foreign_key="scan.id", index=True)
    submission_id: str = Field(foreign_key="submission.id", index=True)
    cut_id: str = Field(foreign_key="cut.id", index=True)
    modality: str
    spans: SpansJson = Field(sa_type=JsonText)
    seq: int = Field(unique=True)


class AnswerRow(Owned, table=True):
    """Table of answers."""

    __tablename__ = "figure_answer"
    __table_args__ = (append_only(),)

    figure_id: str = Field(foreign_key="figure.id", index=True)
    answer: str
    reference: str
    performer_id: str = Field(index=True)
    merged_into: str
    reviewer: str
    seq: int = Field(unique=True)


def add_figure(session: Session, figure: Figure) -> None:
    """Store a new figure."""
    session.add(
        FigureRow(
            id=figure.id,
            tenant_id=figure.tenant_id,
            recorded_at=figure.recorded_at,
            series_id=figure.series_id,
            modality=figure.modality,
            seq=figure.seq,
        )
    )
    session.flush()


def add_sightings(
    session: Session,
    principal: Principal,
    sightings: Sequence[tuple[str, Sighting]],
    *,
    at: datetime,
) -> None:
    """Store links, each with the id of its row; they hold from now on."""
    for row_id, item in sightings:
        session.add(
            SightingRow(
                id=row_id,
                tenant_id=principal.tenant_id,
                recorded_at=at,
                trace_id=item.trace_id,
                figure_id=item.figure_id,
                scan_id=item.scan_id,
                submission_id=item.submission_id,
                cut_id=item.cut_id,
                modality=item.modality,
                spans=spans_json(item.spans),
                seq=item.seq,
            )
        )
    session.flush()


def add_answer(session: Session, principal: Principal, answer: FigureAnswer) -> None:
    """Store an answer; it holds from now on."""
    session.add(
        AnswerRow(
            id=answer.id,
            tenant_id=principal.tenant_id,
            recorded_at=answer.recorded_at,
            figure_id=answer.figure_id,
            answer=answer.answer,
            reference=answer.reference,
            performer_id=answer.performer_id,
            merged_into=answer.into,
            reviewer=answer.reviewer,
            seq=answer.seq,
        )
    )
    session.flush()


def get_figure(session: Session, principal: Principal, figure_id: str) -> Figure:
    """One figure of the caller's; raises NotFound."""
    query = select(FigureRow).where(col(FigureRow.id) == figure_id, visible(FigureRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such figure.", next_step="List the open questions.")
    return _figure(row)


def list_figures(
    session: Session, principal: Principal, *, series_id: str | None = None
) -> tuple[Figure, ...]:
    """The caller's figures in the order in which they first came up, of one series if named."""
    query = select(FigureRow).where(visible(FigureRow, principal))
    if series_id is not None:
        query = query.where(col(FigureRow.series_id) == series_id)
    ordered = query.order_by(col(FigureRow.seq)).limit(ROWS_MAX)
    return tuple(_figure(row) for row in session.exec(ordered))


def newest_figures(
    session: Session,
    principal: Principal,
    said: Collection[Answer],
    *,
    or_nothing: bool,
    before_seq: int | None,
    limit: int,
) -> tuple[Figure, ...]:
    """The caller's figures whose newest answer is one of these, or `or_nothing`, newest first."""
    newest = (
        select(AnswerRow.answer)
        .where(col(AnswerRow.figure_id) == col(FigureRow.id))
        .order_by(col(AnswerRow.seq).desc())
        .limit(1)
        .scalar_subquery()
    )
    wanted = newest.in_([each.value for each in said])
    query = select(FigureRow).where(
        visible(FigureRow, principal), or_(wanted, newest.is_(None)) if or_nothing else wanted
    )
    if before_seq is not None:
        query = query.where(col(FigureRow.seq) < before_seq)
    ordered = query.order_by(col(FigureRow.seq).desc()).limit(min(limit, ROWS_MAX))
    return tuple(_figure(row) for row in session.exec(ordered))


def merged_into(
    session: Session, principal: Principal, figure_ids: Collection[str]
) -> frozenset[str]:
    """Figures of the caller's that were ever said to be one of these; some may no longer be."""
    query = select(AnswerRow.figure_id).where(
        visible(AnswerRow, principal), col(AnswerRow.merged_into).in_(figure_ids)
    )
    return frozenset(session.exec(query.distinct().limit(ROWS_MAX)))


def answers(
    session: Session, principal: Principal, figure_ids: Collection[str] | None = None
) -> Mapping[str, FigureAnswer]:
    """The newest answer of each figure of the caller's, or of those named."""
    query = select(AnswerRow).where(visible(AnswerRow, principal))
    if figure_ids is not None:
        query = query.where(col(AnswerRow.figure_id).in_(figure_ids))
    rows = session.exec(query.order_by(col(AnswerRow.seq)))
    return {row.figure_id: _answer(row) for row in rows}


def history(
    session: Session, principal: Principal, figure_ids: Collection[str]
) -> tuple[FigureAnswer, ...]:
    """Everything that was answered about these figures of the caller's, oldest first."""
    query = (
        select(AnswerRow)
        .where(visible(AnswerRow, principal), col(AnswerRow.figure_id).in_(figure_ids))
        .order_by(col(AnswerRow.seq))
        .limit(ROWS_MAX)
    )
    return tuple(_answer(row) for row in session.exec(query))


def get_answer(session: Session, principal: Principal, answer_id: str) -> FigureAnswer:
    """One answer of the caller's; raises NotFound."""
    query = select(AnswerRow).where(col(AnswerRow.id) == answer_id, visible(AnswerRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such act.", next_step="List the acts on the cut.")
    return _answer(row)


def sightings_of_cut(session: Session, principal: Principal, cut_id: str) -> tuple[Sighting, ...]:
    """The links that hold for the traces of every scan of a cut."""
    return tuple(_newest(session, principal, col(SightingRow.cut_id) == cut_id).values())


def sightings_of_scan(
    session: Session, principal: Principal, scan_id: str
) -> Mapping[str, Sighting]:
    """The link that holds for each trace of a scan."""
    return _newest(session, principal, col(SightingRow.scan_id) == scan_id)


def sightings_of_submission(
    session: Session, principal: Principal, submission_id: str
) -> tuple[Sighting, ...]:
    """The links that hold for the traces of every scan of a submission."""
    found = _newest(session, principal, col(SightingRow.submission_id) == submission_id)
    return tuple(found.values())


def sightings_of_figures(
    session: Session, principal: Principal, figure_ids: Collection[str]
) -> tuple[Sighting, ...]:
    """The traces that belong to these figures now, newest first."""
    traces = select(SightingRow.trace_id).where(
        visible(SightingRow, principal), col(SightingRow.figure_id).in_(figure_ids)
    )
    found = _newest(session, principal, col(SightingRow.trace_id).in_(traces))
    mine = [item for item in found.values() if item.figure_id in figure_ids]
    return tuple(sorted(mine, key=lambda item: -item.seq))


def _newest(session: Session, principal: Principal, clause: object) -> dict[str, Sighting]:
    query = (
        select(SightingRow)
        .where(visible(SightingRow, principal), clause)  # type: ignore[arg-type]
        .order_by(col(SightingRow.seq))
        .limit(ROWS_MAX)
    )
    return {row.trace_id: _sighting(row) for row in session.exec(query)}


def _figure(row: FigureRow) -> Figure:
    return Figure(
        row.id, row.tenant_id, row.series_id, Modality(row.modality), row.seq, row.recorded_at
    )


def _sighting(row: SightingRow) -> Sighting:
    return Sighting(
        row.trace_id,
        row.figure_id,
        row.scan_id,
        row.submission_id,
        row.cut_id,
        Modality(row.modality),
        spans_of(row.spans),
        row.seq,
    )


def _answer(row: AnswerRow) -> FigureAnswer:
    return FigureAnswer(
        id=row.id,
        figure_id=row.figure_id,
        answer=Answer(row.answer),
        reference=row.reference,
        performer_id=row.performer_id,
        into=row.merged_into,
        reviewer=row.reviewer,
        seq=row.seq,
        recorded_at=row.recorded_at,
    )
