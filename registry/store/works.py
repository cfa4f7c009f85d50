"""Works and cuts: the studio's own tree of titles, seen by its tenant only."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Index, text, tuple_
from sqlmodel import Field, Session, col, select

from core.columns import JsonText, Owned
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned, owns, visible
from registry.filing import filed_under
from registry.models.works import Cut, CutFormat, Work, WorkLevel
from registry.worktree import DEPTH_MAX

PAGE_MAX = 500


class WorkRow(Owned, table=True):
    """Table of works."""

    __tablename__ = "work"
    __table_args__ = (Index("work_title", "tenant_id", "filed", "id", unique=True),)

    level: str
    parent_id: str | None = Field(default=None, foreign_key="work.id", index=True)
    title: str
    filed: str = Field(sa_column_kwargs={"server_default": text("''")})
    identifiers: dict[str, str] = Field(sa_type=JsonText)


class CutRow(Owned, table=True):
    """Table of cuts."""

    __tablename__ = "cut"
    __table_args__ = (Index("cut_of_work", "work_id", "id", unique=True),)

    work_id: str = Field(foreign_key="work.id")
    label: str
    format: str
    language: str
    duration_ms: int | None = None


def add_work(session: Session, work: Work, *, at: datetime) -> None:
    """Store a new work."""
    session.add(
        WorkRow(
            id=work.id,
            tenant_id=work.tenant_id,
            recorded_at=at,
            level=work.level,
            parent_id=work.parent_id,
            title=work.title,
            filed=filed_under(work.title),
            identifiers=dict(work.identifiers),
        )
    )
    session.flush()


def get_work(session: Session, principal: Principal, work_id: str) -> Work:
    """One work of the caller's; raises NotFound."""
    query = select(WorkRow).where(col(WorkRow.id) == work_id, visible(WorkRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such work.", next_step="Check the work id.")
    return _work(row)


def list_works(
    session: Session, principal: Principal, *, after: str = "", limit: int = PAGE_MAX
) -> tuple[Work, ...]:
    """The caller's works in the order of their ids, those after `after`."""
    query = (
        select(WorkRow)
        .where(visible(WorkRow, principal), col(WorkRow.id) > after)
        .order_by(col(WorkRow.id))
        .limit(min(limit, PAGE_MAX))
    )
    return tuple(_work(row) for row in session.exec(query))


def children(
    session: Session,
    principal: Principal,
    parent_id: str | None,
    *,
    after: tuple[str, str] | None = None,
    limit: int = PAGE_MAX,
) -> tuple[Work, ...]:
    """The caller's works right under a work, or at the top, as titles are filed (`filed_under`).

    `after` is (title, id).
    """
    query = select(WorkRow).where(owned(WorkRow, principal), col(WorkRow.parent_id) == parent_id)
    if after is not None:
        last = tuple_(filed_under(after[0]), after[1])
        query = query.where(tuple_(col(WorkRow.filed), col(WorkRow.id)) > last)
    ordered = query.order_by(col(WorkRow.filed), col(WorkRow.id)).limit(min(limit, PAGE_MAX))
    return tuple(_work(row) for row in session.exec(ordered))


def parents(session: Session, principal: Principal, work_id: str) -> tuple[str, ...]:
    """Ids of the works above one of the caller's, from the nearest upwards."""
    found: list[str] = []
    above = get_work(session, principal, work_id).parent_id
    while above is not None and len(found) < DEPTH_MAX:
        found.append(above)
        above = get_work(session, principal, above).parent_id
    return tuple(found)


def add_cut(session: Session, cut: Cut, *, at: datetime) -> None:
    """Store a new cut."""
    session.add(
        CutRow(
            id=cut.id,
            tenant_id=cut.tenant_id,
            recorded_at=at,
            work_id=cut.work_id,
            label=cut.label,
            format=cut.format,
            language=cut.language,
            duration_ms=cut.duration_ms,
        )
    )
    session.flush()


def get_cut(session: Session, principal: Principal, cut_id: str) -> Cut:
    """One cut of the caller's; raises NotFound."""
    query = select(CutRow).where(col(CutRow.id) == cut_id, visible(CutRow, principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such cut.", next_step="Check the cut id.")
    return cut_of(row)


def titled(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> dict[str, tuple[Cut, str]]:
    """Those of these cuts that are the caller's, by id, each with the title of its work."""
    query = (
        select(CutRow, WorkRow.title)
        .join(WorkRow, col(WorkRow.id) == col(CutRow.work_id))
        .where(col(CutRow.id).in_(cut_ids), visible(CutRow, principal))
    )
    return {row.id: (cut_of(row), title) for row, title in session.exec(query)}


def list_cuts(
    session: Session,
    principal: Principal,
    *,
    work_id: str | None = None,
    after: str = "",
    limit: int = PAGE_MAX,
) -> tuple[Cut, ...]:
    """The caller's cuts in the order of their ids, of one work where it is named."""
    query = select(CutRow).where(visible(CutRow, principal), col(CutRow.id) > after)
    if work_id is not None:
        query = query.where(col(CutRow.work_id) == work_id)
    ordered = query.order_by(col(CutRow.id)).limit(min(limit, PAGE_MAX))
    return tuple(cut_of(row) for row in session.exec(ordered))


def kin_cuts(session: Session, principal: Principal, cut_id: str) -> tuple[str, ...]:
    """Ids of the caller's other cuts under the same series or film, itself and below, in order."""
    series_id = series_of(session, principal, cut_id)
    return tuple(each for each in cuts_below(session, principal, series_id) if each != cut_id)


def series_of(session: Session, principal: Principal, cut_id: str) -> str:
    """The topmost work above a cut that is no universe."""
    work = get_work(session, principal, get_cut(session, principal, cut_id).work_id)
    while work.parent_id is not None:
        above = get_work(session, principal, work.parent_id)
        if above.level is WorkLevel.UNIVERSE:
            break
        work = above
    return work.id


def cuts_below(session: Session, principal: Principal, work_id: str) -> tuple[str, ...]:
    """Ids of the caller's cuts of a work and of all works below it, in order."""
    level, family = [work_id], [work_id]
    while level:
        query = select(WorkRow.id).where(
            visible(WorkRow, principal), col(WorkRow.parent_id).in_(level)
        )
        level = list(session.exec(query))
        family += level
    cuts = select(CutRow.id).where(visible(CutRow, principal), col(CutRow.work_id).in_(family))
    return tuple(session.exec(cuts.order_by(col(CutRow.id))))


def works_above(
    session: Session, _capability: SearchCapability, ids: Collection[str]
) -> dict[str, frozenset[str]]:
    """Every work above each of these works or cuts, across tenants; unknown ids are left out."""
    cuts = select(CutRow.id, CutRow.work_id).where(col(CutRow.id).in_(ids))
    parents: dict[str, str | None] = dict(session.exec(cuts).all())
    asked = {name for name in (*ids, *parents.values()) if name is not None}
    for _ in range(DEPTH_MAX + 1):
        query = select(WorkRow.id, WorkRow.parent_id).where(col(WorkRow.id).in_(asked))
        found = dict(session.exec(query).all())
        parents |= found
        asked = {parent for parent in found.values() if parent is not None} - parents.keys()
        if not asked:
            break
    return {name: _above(name, parents) for name in ids if name in parents}


def _above(name: str, parents: Mapping[str, str | None]) -> frozenset[str]:
    found, parent = set[str](), parents.get(name)
    while parent is not None and parent not in found:
        found.add(parent)
        parent = parents.get(parent)
    return frozenset(found)


def save_duration(session: Session, principal: Principal, cut_id: str, duration_ms: int) -> None:
    """Record how long a cut is, once it has been measured."""
    row = session.get(CutRow, cut_id)
    if row is not None and owns(row, principal):
        row.duration_ms = duration_ms
        session.add(row)
        session.flush()


def _work(row: WorkRow) -> Work:
    return Work(
        id=row.id,
        tenant_id=row.tenant_id,
        level=WorkLevel(row.level),
        parent_id=row.parent_id,
        title=row.title,
        identifiers=row.identifiers,
    )


def cut_of(row: CutRow) -> Cut:
    """The cut that a row holds."""
    return Cut(
        id=row.id,
        tenant_id=row.tenant_id,
        work_id=row.work_id,
        label=row.label,
        format=CutFormat(row.format),
        language=row.language,
        duration_ms=row.duration_ms,
    )
