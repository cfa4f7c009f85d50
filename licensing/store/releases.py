"""The newest decision on each cut of a studio, by day of release, a page at a time.

What a decision says of single spans is not read here: it is long, and a calendar shows none of it.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, tuple_
from sqlalchemy.orm import aliased, defer
from sqlmodel import Session, col, select

from core.principal import Principal
from fingerprint.models import Reason
from licensing.decisionform import reasons_from_list
from licensing.models import Verdict
from licensing.store.clearances import ClearanceRow
from registry.models.works import Cut
from registry.store.works import CutRow, WorkRow, cut_of

PAGE_MAX = 500


@dataclass(frozen=True, slots=True)
class Release:
    """A cut with the decision that stands, and what of the title itself speaks against it."""

    cut_id: str
    work_id: str
    title: str
    label: str
    clearance_id: str
    submission_id: str
    verdict: Verdict
    release_at: date
    decided_at: datetime
    reasons: tuple[Reason, ...]


def releases(
    session: Session,
    principal: Principal,
    *,
    verdicts: Collection[Verdict] = (),
    since: date | None = None,
    title: str = "",
    work_id: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 50,
) -> Sequence[Release]:
    """Releases of the principal's own, the next first; `after` is (day, cut id) of the last one."""
    where: list[ColumnElement[bool]] = []
    if verdicts:
        where.append(col(ClearanceRow.verdict).in_([each.value for each in verdicts]))
    if since is not None:
        where.append(col(ClearanceRow.release_at) >= since.isoformat())
    if title:
        where.append(col(WorkRow.title).contains(title, autoescape=True))
    if work_id is not None:
        where.append(col(CutRow.work_id) == work_id)
    if after is not None:
        place = tuple_(col(ClearanceRow.release_at), col(ClearanceRow.cut_id))
        where.append(place > tuple_(*after))
    reasons = func.json_extract(col(ClearanceRow.decision), "$.reasons")
    query = (
        select(ClearanceRow, CutRow, WorkRow.title, reasons)
        .options(defer(ClearanceRow.decision))  # type: ignore[arg-type]
        .join(CutRow, col(CutRow.id) == col(ClearanceRow.cut_id))
        .join(WorkRow, col(WorkRow.id) == col(CutRow.work_id))
        .where(col(ClearanceRow.tenant_id) == principal.tenant_id, _is_newest(), *where)
        .order_by(col(ClearanceRow.release_at), col(ClearanceRow.cut_id))
        .limit(min(limit, PAGE_MAX))
    )
    return [_release(*row) for row in session.exec(query)]


def undecided(
    session: Session, principal: Principal, *, after: str = "", limit: int = 50
) -> Sequence[tuple[Cut, str]]:
    """Cuts of the principal's own on which nothing was decided yet, with the titles of their works,
    in the order of their ids."""
    decided = exists().where(col(ClearanceRow.cut_id) == col(CutRow.id))
    query = (
        select(CutRow, WorkRow.title)
        .join(WorkRow, col(WorkRow.id) == col(CutRow.work_id))
        .where(col(CutRow.tenant_id) == principal.tenant_id, col(CutRow.id) > after, ~decided)
        .order_by(col(CutRow.id))
        .limit(min(limit, PAGE_MAX))
    )
    return [(cut_of(row), title) for row, title in session.exec(query)]


def _is_newest() -> ColumnElement[bool]:
    later = aliased(ClearanceRow)
    return ~exists().where(
        col(later.cut_id) == col(ClearanceRow.cut_id), col(later.seq) > col(ClearanceRow.seq)
    )


def _release(row: ClearanceRow, cut: CutRow, title: str, reasons: str | None) -> Release:
    return Release(
        cut_id=cut.id,
        work_id=cut.work_id,
        title=title,
        label=cut.label,
        clearance_id=row.id,
        submission_id=row.submission_id,
        verdict=Verdict(row.verdict),
        release_at=date.fromisoformat(row.release_at),
        decided_at=row.recorded_at,
        reasons=reasons_from_list(json.loads(reasons or "[]")),
    )
