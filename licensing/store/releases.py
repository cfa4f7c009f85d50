"""The newest decision on each cut of a studio, in one of several orders, a page at a time.

Of the spans of a decision only the one that decides is read here: all of them are long.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, tuple_
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, select

from core.places import checked
from core.principal import Principal
from core.visibility import owned
from fingerprint.models import Reason
from licensing.decisionform import reasons_from_list, span_from_dict
from licensing.models_clearance import SpanVerdict, Verdict
from licensing.releaselist import Order, Sought
from licensing.store.clearances import ClearanceRow, ClearanceUseRow
from registry.models.works import Cut
from registry.store.submissions import SubmissionRow
from registry.store.works import CutRow, WorkRow, cut_of

PAGE_MAX = 500


@dataclass(frozen=True, slots=True)
class Release:
    """A cut with the decision that stands, and what of the title itself speaks against it.

    `foremost` is the first span that has the verdict of the whole, where one was looked up;
    `newer_file` is called the file that was handed in since and has no decision yet.
    """

    cut_id: str
    work_id: str
    title: str
    label: str
    clearance_id: str
    submission_id: str
    seq: int
    verdict: Verdict
    release_at: date
    decided_at: datetime
    reasons: tuple[Reason, ...]
    newer_file: str | None = None
    foremost: SpanVerdict | None = None

    @property
    def causes(self) -> tuple[Reason, ...]:
        """Why it is held up, the foremost reason first; empty where nothing holds it up."""
        if self.verdict is Verdict.CLEARED or self.foremost is None:
            return self.reasons
        return (*self.foremost.reasons, *self.reasons)


@dataclass(frozen=True, slots=True)
class Standing:
    """The verdict that stands on a cut, and the day of release that it is about."""

    verdict: Verdict
    release_at: date


def releases(
    session: Session,
    principal: Principal,
    sought: Sought,
    *,
    order: Order = Order.NEXT,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> Sequence[Release]:
    """Releases of the principal's own; `after` is (value that the order goes by, cut id) of the
    last one, where titles need no value."""
    reasons = func.json_extract(col(ClearanceRow.decision), "$.reasons")
    columns = select(ClearanceRow, CutRow, WorkRow.title, reasons).add_columns(_newer_file())
    query = (
        _joined(columns, principal, sought, order)
        .options(defer(ClearanceRow.decision))  # type: ignore[arg-type]
        .limit(min(limit, PAGE_MAX))
    )
    return [_release(*row) for row in session.exec(_ordered(query, order, after))]


def foremost(
    session: Session, principal: Principal, clearance_ids: Collection[str]
) -> Mapping[str, SpanVerdict]:
    """The first span of each of the principal's own decisions that has the verdict of the whole."""
    spans = func.json_each(col(ClearanceRow.decision), "$.spans").table_valued("value")
    # An array is gone through in its order.
    decides = func.json_extract(spans.c.value, "$.verdict") == col(ClearanceRow.verdict)
    first = select(spans.c.value).where(decides).limit(1).correlate(ClearanceRow)
    query = select(ClearanceRow.id, first.scalar_subquery()).where(
        owned(ClearanceRow, principal), col(ClearanceRow.id).in_(clearance_ids)
    )
    return {name: span_from_dict(json.loads(one)) for name, one in session.exec(query) if one}


def cut_ids(session: Session, principal: Principal, sought: Sought, *, limit: int) -> Sequence[str]:
    """The cuts of all releases that are sought, the next first."""
    query = _joined(select(ClearanceRow.cut_id), principal, sought)
    return list(session.exec(_ordered(query, Order.NEXT, None).limit(limit)))


def count(session: Session, principal: Principal, sought: Sought, *, most: int) -> int:
    """How many releases are sought, counted up to `most`."""
    by = Order.TITLE if sought.work_id else Order.NEXT
    some = _joined(select(ClearanceRow.id), principal, sought, by).limit(most).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def standing(
    session: Session, principal: Principal, cuts: Collection[str]
) -> Mapping[str, Standing]:
    """The decision that stands on each of these cuts of the principal's own, where there is one."""
    query = select(ClearanceRow.cut_id, ClearanceRow.verdict, ClearanceRow.release_at).where(
        owned(ClearanceRow, principal),
        col(ClearanceRow.cut_id).in_(cuts),
        _is_newest(),
    )
    return {
        cut_id: Standing(Verdict(verdict), date.fromisoformat(day))
        for cut_id, verdict, day in session.exec(query)
    }


def tally(session: Session, principal: Principal, work_id: str, *, most: int) -> tuple[int, int]:
    """How many cuts a work and those below it have, and how many are cleared, up to `most`."""
    below = col(CutRow.work_id).in_(select(_below(work_id).c.id))
    own = select(CutRow.id).where(checked(col(CutRow.tenant_id)) == principal.tenant_id, below)
    some = own.limit(most).subquery()
    cuts = session.exec(select(func.count()).select_from(some)).one()
    cleared = Sought(verdicts=frozenset({Verdict.CLEARED}), work_id=work_id)
    return cuts, count(session, principal, cleared, most=most)


def undecided(
    session: Session, principal: Principal, *, after: str = "", limit: int = 50
) -> Sequence[tuple[Cut, str]]:
    """Cuts of the principal's own on which nothing was decided yet, with the titles of their works,
    in the order in which they were made; page on with the last id."""
    decided = exists().where(col(ClearanceRow.cut_id) == col(CutRow.id))
    place = tuple_(col(CutRow.recorded_at), col(CutRow.id))
    query = (
        select(CutRow, WorkRow.title)
        .join(WorkRow, col(WorkRow.id) == col(CutRow.work_id))
        .where(owned(CutRow, principal), ~decided)
        .order_by(col(CutRow.recorded_at), col(CutRow.id))
        .limit(min(limit, PAGE_MAX))
    )
    if after:
        last = select(CutRow.recorded_at, CutRow.id).where(col(CutRow.id) == after)
        query = query.where(place > last.scalar_subquery())
    return [(cut_of(row), title) for row, title in session.exec(query)]


def _joined(query: Any, principal: Principal, sought: Sought, order: Order = Order.NEXT) -> Any:
    tenant = col(ClearanceRow.tenant_id)
    return (
        query.join(CutRow, col(CutRow.id) == col(ClearanceRow.cut_id))
        .join(WorkRow, col(WorkRow.id) == col(CutRow.work_id))
        .where(
            (checked(tenant) if order is Order.TITLE else tenant) == principal.tenant_id,
            owned(WorkRow, principal),
            _is_newest(),
            *_narrowed(sought, order),
        )
    )


def _narrowed(sought: Sought, order: Order) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    day: Any = col(ClearanceRow.release_at)
    verdict: Any = col(ClearanceRow.verdict)
    if order in (Order.TITLE, Order.DECIDED):
        day, verdict = checked(day), checked(verdict)
    if sought.verdicts:
        where.append(verdict.in_(sorted(sought.verdicts)))
    if sought.since is not None:
        where.append(day >= sought.since.isoformat())
    if sought.until is not None:
        where.append(day <= sought.until.isoformat())
    if sought.title:
        where.append(col(WorkRow.title).contains(sought.title, autoescape=True))
    if sought.work_id:
        where.append(col(CutRow.work_id).in_(select(_below(sought.work_id).c.id)))
    if sought.performer_id:
        used = (
            col(ClearanceUseRow.clearance_id) == col(ClearanceRow.id),
            col(ClearanceUseRow.performer_id) == sought.performer_id,
        )
        where.append(exists().where(*used))
    return where


def _below(work_id: str) -> Any:
    """A work and all below it; whose they are is asked of what is joined."""
    top = select(WorkRow.id).where(col(WorkRow.id) == work_id).cte("below", recursive=True)
    return top.union_all(select(WorkRow.id).where(col(WorkRow.parent_id) == top.c.id))


def _ordered(query: Any, order: Order, after: tuple[str, str] | None) -> Any:
    cut, day = col(ClearanceRow.cut_id), col(ClearanceRow.release_at)
    if order is Order.DECIDED:
        if after is not None:
            query = query.where(col(ClearanceRow.seq) < int(after[0]))
        return query.order_by(col(ClearanceRow.seq).desc())
    if order is Order.LATEST:
        if after is not None:
            query = query.where(tuple_(day, cut) < tuple_(*after))
        return query.order_by(day.desc(), cut.desc())
    if order is Order.TITLE:
        place = (col(WorkRow.filed), col(WorkRow.id), col(CutRow.id))
        if after is not None:
            filed, work_id = _work_of(WorkRow.filed, after[1]), _work_of(WorkRow.id, after[1])
            behind = tuple_(*place) > tuple_(filed, work_id, after[1])
            query = query.where(place[0] >= filed, behind)
        return query.order_by(*place)
    if after is not None:
        query = query.where(tuple_(day, cut) > tuple_(*after))
    return query.order_by(day, cut)


def _work_of(column: Any, cut_id: str) -> Any:
    """What a column says of the work of a cut."""
    cut, work = aliased(CutRow), aliased(WorkRow)
    query = select(getattr(work, column.key)).join(cut, col(cut.work_id) == col(work.id))
    return query.where(col(cut.id) == cut_id).scalar_subquery()


def _is_newest() -> ColumnElement[bool]:
    later = aliased(ClearanceRow)
    return ~exists().where(
        col(later.cut_id) == col(ClearanceRow.cut_id), col(later.seq) > col(ClearanceRow.seq)
    )


def _newer_file() -> Any:
    """How the newest file of a cut is called, where the decision is about an earlier one."""
    any_file, newest = aliased(SubmissionRow), aliased(SubmissionRow)
    last = select(func.max(any_file.seq)).where(col(any_file.cut_id) == col(ClearanceRow.cut_id))
    query = select(newest.filename).where(
        col(newest.seq) == last.correlate(ClearanceRow).scalar_subquery(),
        col(newest.id) != col(ClearanceRow.submission_id),
    )
    return query.correlate(ClearanceRow).scalar_subquery()


def _release(
    row: ClearanceRow, cut: CutRow, title: str, reasons: str | None, newer_file: str | None
) -> Release:
    return Release(
        cut_id=cut.id,
        work_id=cut.work_id,
        title=title,
        label=cut.label,
        clearance_id=row.id,
        submission_id=row.submission_id,
        seq=row.seq,
        verdict=Verdict(row.verdict),
        release_at=date.fromisoformat(row.release_at),
        decided_at=row.recorded_at,
        reasons=reasons_from_list(json.loads(reasons or "[]")),
        newer_file=newer_file,
    )
