"""Keeps how far the accruing of whole books is, and finds the cuts that are due."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, String, and_, func, or_, true, type_coerce
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import JsonText, Owned
from core.errors import NotFound
from core.principal import Principal, SearchCapability
from core.visibility import owned
from licensing.store.clearances import ClearanceRow
from registry.store.works import CutRow
from royalties.collecting import ANY, CollectingMandate
from royalties.models_bookaccruals import BookAccrual
from royalties.store.ledger import AccrualRow, TransactionRow
from royalties.store.usage import UsageLineRow

GROWING = ("running", "done", "after", "new", "unchanged", "reversed", "skipped", "kept")
_ENDED = guard(
    "book_accrual_ended",
    f"UPDATE OF {', '.join(GROWING)} ON book_accrual",
    when="OLD.running IS NOT 1",
    says="an accruing that has ended stays as it is",
)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose cuts are due: one owner's or everybody's, or those that one `book` is about.

    That are those on which one of `performers` is named or it has a claim, and what was used within
    a mandate of `everybody`.
    """

    owner_id: str | None = None
    book: str = ""
    performers: frozenset[str] = frozenset()
    everybody: tuple[CollectingMandate, ...] = ()


class BookAccrualRow(Owned, table=True):
    """Table of goes through a book; while one is `running` its counts grow with every step."""

    __tablename__ = "book_accrual"
    __table_args__ = (append_only(*GROWING, guards=(_ENDED,)),)

    cuts: int
    running: bool
    done: int
    after: str
    new: int
    unchanged: int
    reversed: int
    skipped: dict[str, Any] = Field(sa_type=JsonText)
    kept: dict[str, Any] = Field(sa_type=JsonText)


def add(session: Session, item: BookAccrual) -> None:
    """Store one that begins."""
    session.add(BookAccrualRow(**_values(item)))
    session.flush()


def save(session: Session, principal: Principal, item: BookAccrual) -> None:
    """Store how far one of the tenant's is."""
    row = _own(session, principal, item.id)
    for name in GROWING:
        setattr(row, name, _values(item)[name])
    session.add(row)
    session.flush()


def get(session: Session, principal: Principal, name: str) -> BookAccrual:
    """One of the tenant's; raises NotFound."""
    return _item(_own(session, principal, name))


def newest(session: Session, principal: Principal, *, limit: int = 100) -> tuple[BookAccrual, ...]:
    """The tenant's newest."""
    query = (
        select(BookAccrualRow)
        .where(owned(BookAccrualRow, principal))
        .order_by(col(BookAccrualRow.recorded_at).desc(), col(BookAccrualRow.id))
    )
    return tuple(_item(row) for row in session.exec(query.limit(limit)))


def running(session: Session, principal: Principal) -> BookAccrual | None:
    """The tenant's that has not ended."""
    return next((one for one in newest(session, principal) if one.running), None)


def due(
    session: Session,
    _capability: SearchCapability,
    *,
    whose: Whose,
    after: str,
    limit: int,
) -> list[tuple[str, str, int]]:
    """Cuts with decisions and usage behind a cut, by id: owner, cut, number of usage lines."""
    lines = (
        sql_select(func.count()).where(col(UsageLineRow.cut_id) == col(CutRow.id)).scalar_subquery()
    )
    query = (
        sql_select(col(CutRow.tenant_id), col(CutRow.id), lines)
        .where(col(CutRow.id) > after, *_due(whose))
        .order_by(col(CutRow.id))
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(query)]


def count_due(session: Session, _capability: SearchCapability, whose: Whose) -> int:
    """How many cuts have decisions and usage."""
    query = sql_select(func.count()).select_from(CutRow).where(*_due(whose))
    return int(session.connection().execute(query).scalar_one())


def _due(whose: Whose) -> Iterable[ColumnElement[bool]]:
    reported = sql_select(col(UsageLineRow.id)).where(col(UsageLineRow.cut_id) == col(CutRow.id))
    decided = sql_select(col(ClearanceRow.id)).where(col(ClearanceRow.cut_id) == col(CutRow.id))
    own = [] if whose.owner_id is None else [col(CutRow.tenant_id) == whose.owner_id]
    mine = [_concerns(whose)] if whose.book else []
    return [*own, *mine, decided.exists(), reported.exists()]


def _concerns(whose: Whose) -> ColumnElement[bool]:
    """Cuts that a book has claims on, or on which something is that it collects."""
    booked = (
        sql_select(col(UsageLineRow.cut_id))
        .join(AccrualRow, col(AccrualRow.usage_line_id) == col(UsageLineRow.id))
        .join(TransactionRow, col(TransactionRow.id) == col(AccrualRow.transaction_id))
        .where(col(TransactionRow.tenant_id) == whose.book)
    )
    within = (and_(_named(one.kinds), _used(one)) for one in whose.everybody)
    return or_(col(CutRow.id).in_(booked), _named(sorted(whose.performers)), *within)


def _named(names: Sequence[str]) -> ColumnElement[bool]:
    """Cuts on which a decision names one of these people or kinds of use."""
    if ANY in names:
        return true()
    wanted = func.json_each(json.dumps(names)).table_valued("value")
    said = type_coerce(col(ClearanceRow.decision), String)
    found = sql_select(wanted.c.value).where(func.instr(said, wanted.c.value) > 0)
    decided = sql_select(col(ClearanceRow.id)).where(
        col(ClearanceRow.cut_id) == col(CutRow.id), found.correlate(ClearanceRow).exists()
    )
    return decided.exists()


def _used(mandate: CollectingMandate) -> ColumnElement[bool]:
    """Cuts that were used where and when a mandate counts, as `collecting.covers` has it."""
    first = func.date(col(UsageLineRow.period) + "-01")
    place, until = col(UsageLineRow.territory), mandate.valid_until
    where = [or_(place == wide, place.startswith(f"{wide}-")) for wide in mandate.territories]
    line = sql_select(col(UsageLineRow.id)).where(
        col(UsageLineRow.cut_id) == col(CutRow.id),
        first >= mandate.valid_from.isoformat(),
        true() if until is None else first < until.isoformat(),
        true() if ANY in mandate.territories else or_(*where),
    )
    return line.exists()


def _own(session: Session, principal: Principal, name: str) -> BookAccrualRow:
    query = select(BookAccrualRow).where(
        col(BookAccrualRow.id) == name, owned(BookAccrualRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound(
            "There is no such accruing of a book.", next_step="Begin one: ebenbild accrue --book"
        )
    return row


def _values(item: BookAccrual) -> dict[str, Any]:
    found = {one.name: getattr(item, one.name) for one in fields(item)}
    return {**found, "skipped": dict(item.skipped), "kept": dict(item.kept)}


def _item(row: BookAccrualRow) -> BookAccrual:
    return BookAccrual(**{one.name: getattr(row, one.name) for one in fields(BookAccrual)})
