"""Tables of acts on many cuts, one row for what became of each."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, UniqueConstraint, and_, delete, func, insert
from sqlmodel import Field, Session, col, select

from core.columns import OWNER, JsonText, Owned
from core.db import next_seq
from core.errors import NotFound
from core.ids import new_id
from core.principal import Principal
from core.visibility import owned, owns
from licensing.bulk import Bulk, BulkAct, BulkItem, ItemState, Tally
from registry.store.works import CutRow, WorkRow

PAGE_MAX = 500


class BulkRow(Owned, table=True):
    """Table of acts on many cuts."""

    __tablename__ = "bulk"

    act: str
    settings: dict[str, Any] = Field(sa_type=JsonText)
    cuts: int
    seq: int = Field(unique=True)


class BulkItemRow(Owned, table=True):
    """Table of the cuts of such acts."""

    __tablename__ = "bulk_item"
    __table_args__ = (UniqueConstraint("bulk_id", "place", name="bulk_item_place"),)

    bulk_id: str = Field(foreign_key="bulk.id")
    place: int
    cut_id: str
    state: str
    outcome: str
    code: str
    message: str
    next_step: str


def add_bulk(session: Session, bulk: Bulk, cut_ids: Sequence[str]) -> None:
    """Store a new act with its cuts, all of them still to come."""
    session.add(
        BulkRow(
            id=bulk.id,
            tenant_id=bulk.tenant_id,
            recorded_at=bulk.begun_at,
            act=bulk.act,
            settings=dict(bulk.settings),
            cuts=bulk.cuts,
            seq=next_seq(session),
        )
    )
    session.flush()
    rows = [
        {
            "id": new_id("bit"),
            "tenant_id": bulk.tenant_id,
            "audience": OWNER,
            "recorded_at": bulk.begun_at,
            "bulk_id": bulk.id,
            **asdict(BulkItem(place, cut_id)),
        }
        for place, cut_id in enumerate(cut_ids)
    ]
    session.connection().execute(insert(BulkItemRow), rows)


def get_bulk(session: Session, principal: Principal, bulk_id: str) -> Bulk:
    """One act of the principal's own; raises NotFound."""
    row = session.get(BulkRow, bulk_id)
    if row is None or not owns(row, principal):
        raise NotFound("There is no such act on many cuts.", next_step="Check its id.")
    return _bulk(row)


def list_bulks(
    session: Session, principal: Principal, *, before_seq: int | None = None, limit: int = 50
) -> Sequence[tuple[Bulk, int]]:
    """(act, seq) of the principal's own, newest first; page on with the last seq."""
    query = select(BulkRow).where(owned(BulkRow, principal))
    if before_seq is not None:
        query = query.where(col(BulkRow.seq) < before_seq)
    rows = session.exec(query.order_by(col(BulkRow.seq).desc()).limit(min(limit, PAGE_MAX)))
    return [(_bulk(row), row.seq) for row in rows]


def next_item(session: Session, principal: Principal, bulk_id: str) -> BulkItem | None:
    """The first cut of an act that is still to come."""
    query = select(BulkItemRow).where(
        _of(principal, bulk_id), col(BulkItemRow.state) == ItemState.WAITING
    )
    row = session.exec(query.order_by(col(BulkItemRow.place)).limit(1)).first()
    return None if row is None else _item(row)


def save_item(session: Session, bulk_id: str, item: BulkItem) -> None:
    """Record what became of one cut."""
    query = select(BulkItemRow).where(
        col(BulkItemRow.bulk_id) == bulk_id, col(BulkItemRow.place) == item.place
    )
    row = session.exec(query).one()
    row.sqlmodel_update(asdict(item))
    session.add(row)
    session.flush()


def tally(session: Session, principal: Principal, bulk_id: str) -> Tally:
    """How many cuts of an act are how far."""
    query = (
        select(BulkItemRow.state, func.count())
        .where(_of(principal, bulk_id))
        .group_by(col(BulkItemRow.state))
    )
    found: Mapping[str, int] = dict(session.exec(query).all())
    return Tally(
        *(found.get(state, 0) for state in (ItemState.DONE, ItemState.REFUSED, ItemState.WAITING))
    )


def items(
    session: Session,
    principal: Principal,
    bulk_id: str,
    *,
    state: ItemState | None = None,
    after: int = -1,
    limit: int = 50,
) -> Sequence[tuple[BulkItem, str, str]]:
    """(cut, title of its work, label) of an act, in order, those after a place."""
    query = (
        select(BulkItemRow, WorkRow.title, CutRow.label)
        .join(CutRow, col(CutRow.id) == col(BulkItemRow.cut_id))
        .join(WorkRow, col(WorkRow.id) == col(CutRow.work_id))
        .where(_of(principal, bulk_id), col(BulkItemRow.place) > after)
    )
    if state is not None:
        query = query.where(col(BulkItemRow.state) == state)
    rows = session.exec(query.order_by(col(BulkItemRow.place)).limit(min(limit, PAGE_MAX)))
    return [(_item(row), title, label) for row, title, label in rows]


def drop_old(session: Session, *, before: datetime) -> int:
    """Drop acts that began before this time, with their cuts; returns how many acts."""
    old = select(BulkRow.id).where(col(BulkRow.recorded_at) < before)
    session.flush()
    connection = session.connection()
    connection.execute(delete(BulkItemRow).where(col(BulkItemRow.bulk_id).in_(old)))
    gone = connection.execute(delete(BulkRow).where(col(BulkRow.recorded_at) < before))
    session.expire_all()
    return int(gone.rowcount)


def _of(principal: Principal, bulk_id: str) -> ColumnElement[bool]:
    return and_(owned(BulkItemRow, principal), col(BulkItemRow.bulk_id) == bulk_id)


def _bulk(row: BulkRow) -> Bulk:
    return Bulk(row.id, row.tenant_id, BulkAct(row.act), row.settings, row.cuts, row.recorded_at)


def _item(row: BulkItemRow) -> BulkItem:
    return BulkItem(
        row.place,
        row.cut_id,
        ItemState(row.state),
        row.outcome,
        row.code,
        row.message,
        row.next_step,
    )
