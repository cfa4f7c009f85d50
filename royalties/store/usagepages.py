"""Usage lines of many cuts at once: what accruing reads, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import Principal
from core.visibility import one_of, visible
from royalties.models import UsageLine
from royalties.store.usage import (
    COLUMNS,
    PAGE,
    ROW,
    UsageLineRow,
    counts,
    line_of,
    pages,
    uncounted,
)


@dataclass(frozen=True, slots=True)
class Page:
    """Lines of some cuts, by cut: those that count, and the ids of those that count no more."""

    cuts: Sequence[str]
    lines: Mapping[str, Sequence[UsageLine]]
    gone: Mapping[str, Sequence[str]]

    @property
    def ids(self) -> list[str]:
        """The ids of all lines on the page."""
        counting = [line.id for some in self.lines.values() for line in some]
        return counting + [name for some in self.gone.values() for name in some]


def pages_of(session: Session, principal: Principal, cut_ids: Sequence[str]) -> Iterator[Page]:
    """All lines of these cuts that the principal may see, cut by cut, as `pages` has them.

    Cuts with few lines share a page; one with more than `PAGE` has pages of its own.
    """
    for some in _few(session, cut_ids):
        if some.lines <= PAGE:
            yield _page(session, principal, some.cuts)
            continue
        for cut_id in some.cuts:
            for lines in pages(session, principal, cut_id):
                yield Page([cut_id], {cut_id: lines}, {})
            for gone in uncounted(session, principal, cut_id):
                yield Page([cut_id], {}, {cut_id: gone})


@dataclass(frozen=True, slots=True)
class _Few:
    cuts: Sequence[str]
    lines: int


def _few(session: Session, cut_ids: Sequence[str]) -> Iterator[_Few]:
    """The cuts in their order, as many at a time as have `PAGE` lines together, and one at least.

    Cuts without lines are left out.
    """
    query = (
        sql_select(col(UsageLineRow.cut_id), func.count())
        .where(one_of(col(UsageLineRow.cut_id), cut_ids))
        .group_by(col(UsageLineRow.cut_id))
    )
    counted = {row[0]: row[1] for row in session.connection().execute(query)}
    cuts: list[str] = []
    lines = 0
    for cut_id in (name for name in cut_ids if name in counted):
        if cuts and lines + counted[cut_id] > PAGE:
            yield _Few(cuts, lines)
            cuts, lines = [], 0
        cuts.append(cut_id)
        lines += counted[cut_id]
    if cuts:
        yield _Few(cuts, lines)


def _page(session: Session, principal: Principal, cut_ids: Sequence[str]) -> Page:
    """Every line of these cuts, asked of once whether it counts."""
    query = (
        sql_select(*COLUMNS, and_(*counts()))
        .where(visible(UsageLineRow, principal), one_of(col(UsageLineRow.cut_id), cut_ids))
        .order_by(col(UsageLineRow.period), col(UsageLineRow.territory), ROW)
    )
    lines: dict[str, list[UsageLine]] = {}
    gone: dict[str, list[str]] = {}
    for row in session.connection().execute(query).all():
        if row[-1]:
            lines.setdefault(row.cut_id, []).append(line_of(row))
        else:
            gone.setdefault(row.cut_id, []).append(row.id)
    return Page(cut_ids, lines, {cut_id: sorted(some) for cut_id, some in gone.items()})
