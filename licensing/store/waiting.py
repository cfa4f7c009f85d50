"""Tables of the review queue: what the newest decision on each cut leaves to a person.

Kept beside the decisions, because a queue of ten thousand would otherwise be made anew from as many
decisions by whoever looks at its first item. A decision takes the place of what the one before it
on the same cut had left; nothing else writes here.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Index, UniqueConstraint, delete, func, tuple_
from sqlmodel import Field, Session, SQLModel, col, select

from core.columns import JsonText, Owned
from core.ids import new_id
from core.principal import Principal
from core.visibility import owned
from fingerprint.models import Modality
from licensing.decisionform import reasons_from_list, reasons_to_list
from licensing.models_clearance import Clearance
from licensing.queueing import Asks, Waiting, joined, key_of, queue_of

PAGE_MAX = 500
_IDS_MAX = 500


class WaitingRow(Owned, table=True):
    """Table of what one cut leaves to a person, for each performer or figure."""

    __tablename__ = "review_waiting"
    __table_args__ = (
        UniqueConstraint("cut_id", "item_id"),
        Index("review_waiting_item", "tenant_id", "item_id", "release_at", "child", "total_ms"),
        Index("review_waiting_about", "tenant_id", "submission_id", "performer_id"),
    )

    tenant_id: str
    item_id: str
    cut_id: str = Field(foreign_key="cut.id")
    submission_id: str
    performer_id: str
    seq: int
    release_at: str
    child: bool
    total_ms: int
    data: dict[str, Any] = Field(sa_type=JsonText)


class ItemRow(SQLModel, table=True):
    """Table of the items of all cuts together, by the place that each has in the queue."""

    __tablename__ = "review_item"
    __table_args__ = (Index("review_item_place", "tenant_id", "key", "item_id"),)

    tenant_id: str = Field(primary_key=True)
    item_id: str = Field(primary_key=True)
    key: str


def keep(session: Session, clearance: Clearance) -> None:
    """Keep what a decision leaves to a person, in place of what stood there of its cut."""
    of_cut = col(WaitingRow.cut_id) == clearance.cut_id
    touched = set(session.exec(select(WaitingRow.item_id).where(of_cut)))
    session.connection().execute(delete(WaitingRow).where(of_cut))
    for item in queue_of([clearance]):
        touched.add(item.id)
        session.add(_row(item, clearance))
    session.flush()
    _place(session, clearance.tenant_id, sorted(touched))


def page(
    session: Session, principal: Principal, *, after: str = "", limit: int = 50
) -> list[Waiting]:
    """The caller's items in the order of consequence, from behind the key `after` on."""
    query = (
        select(ItemRow.item_id)
        .where(owned(ItemRow, principal), col(ItemRow.key) > after)
        .order_by(col(ItemRow.key), col(ItemRow.item_id))
        .limit(min(limit, PAGE_MAX))
    )
    ids = list(session.exec(query))
    found = {item.id: item for item in items(session, principal, ids)}
    return [found[each] for each in ids]


def items(session: Session, principal: Principal, ids: Sequence[str]) -> list[Waiting]:
    """Those of these items that wait, in no order that means anything."""
    parts: defaultdict[str, list[Waiting]] = defaultdict(list)
    for start in range(0, len(ids), _IDS_MAX):
        query = (
            select(WaitingRow)
            .where(
                owned(WaitingRow, principal),
                col(WaitingRow.item_id).in_(ids[start : start + _IDS_MAX]),
            )
            .order_by(col(WaitingRow.seq).desc())
        )
        for row in session.exec(query):
            parts[row.item_id].append(_waiting(row))
    return [joined(some) for some in parts.values()]


def count(session: Session, principal: Principal, *, before: str | None = None) -> int:
    """How many items wait, or how many of them stand before the key `before`."""
    query = select(func.count()).where(owned(ItemRow, principal))
    if before is not None:
        query = query.where(col(ItemRow.key) < before)
    return session.exec(query).one()


def beside(
    session: Session, principal: Principal, item: Waiting, without: Collection[str]
) -> tuple[str, str]:
    """The ids of the items before and behind one, but for those `without`; empty at either end."""
    place = tuple_(col(ItemRow.key), col(ItemRow.item_id))
    here = tuple_(item.key, item.id)
    own = select(ItemRow.item_id).where(
        owned(ItemRow, principal), col(ItemRow.item_id).not_in(without)
    )
    upwards = (col(ItemRow.key).desc(), col(ItemRow.item_id).desc())
    downwards = (col(ItemRow.key), col(ItemRow.item_id))
    previous = session.exec(own.where(place < here).order_by(*upwards).limit(1)).first()
    following = session.exec(own.where(place > here).order_by(*downwards).limit(1)).first()
    return previous or "", following or ""


def first(session: Session, principal: Principal, without: Collection[str]) -> str:
    """The id of the first item that is none of these; empty where there is none."""
    query = (
        select(ItemRow.item_id)
        .where(owned(ItemRow, principal), col(ItemRow.item_id).not_in(without))
        .order_by(col(ItemRow.key), col(ItemRow.item_id))
    )
    return session.exec(query.limit(1)).first() or ""


def about(
    session: Session, principal: Principal, finds: Collection[tuple[str, str]]
) -> list[Waiting]:
    """The items about any of these (submission, performer)."""
    pairs, ids = sorted(finds), set[str]()
    for start in range(0, len(pairs), _IDS_MAX):
        some = pairs[start : start + _IDS_MAX]
        query = select(WaitingRow.item_id).where(
            owned(WaitingRow, principal),
            tuple_(col(WaitingRow.submission_id), col(WaitingRow.performer_id)).in_(some),
        )
        ids.update(session.exec(query))
    return items(session, principal, sorted(ids))


def of_cut(session: Session, principal: Principal, cut_id: str) -> list[Waiting]:
    """The items that hold up one of the caller's cuts."""
    query = select(WaitingRow.item_id).where(
        owned(WaitingRow, principal), col(WaitingRow.cut_id) == cut_id
    )
    return items(session, principal, list(session.exec(query)))


def _place(session: Session, tenant_id: str, ids: Iterable[str]) -> None:
    """Put these items where they stand now in the queue, or out of it."""
    for item_id in ids:
        query = select(
            func.max(WaitingRow.child),
            func.min(WaitingRow.release_at),
            func.count(),
            func.sum(WaitingRow.total_ms),
        ).where(col(WaitingRow.tenant_id) == tenant_id, col(WaitingRow.item_id) == item_id)
        child, day, cuts, total_ms = session.exec(query).one()
        row = session.get(ItemRow, (tenant_id, item_id))
        if not cuts:
            if row is not None:
                session.delete(row)
            continue
        row = row or ItemRow(tenant_id=tenant_id, item_id=item_id, key="")
        row.key = key_of(bool(child), date.fromisoformat(day), cuts, total_ms, item_id)
        session.add(row)
    session.flush()


def _row(item: Waiting, clearance: Clearance) -> WaitingRow:
    return WaitingRow(
        id=new_id("rvw"),
        tenant_id=clearance.tenant_id,
        recorded_at=clearance.decided_at,
        item_id=item.id,
        cut_id=clearance.cut_id,
        submission_id=clearance.submission_id,
        performer_id=item.performer_id,
        seq=clearance.seq,
        release_at=item.release_at.isoformat(),
        child=item.child,
        total_ms=item.total_ms,
        data={
            "asks": item.asks.value,
            "figure_id": item.figure_id,
            "modalities": [each.value for each in item.modalities],
            "use_ids": list(item.use_ids),
            "reasons": reasons_to_list(item.reasons),
        },
    )


def _waiting(row: WaitingRow) -> Waiting:
    said = row.data
    return Waiting(
        id=row.item_id,
        asks=Asks(said["asks"]),
        performer_id=row.performer_id,
        figure_id=said["figure_id"],
        modalities=tuple(Modality(each) for each in said["modalities"]),
        cut_ids=(row.cut_id,),
        submission_ids=(row.submission_id,),
        use_ids=tuple(said["use_ids"]),
        release_at=date.fromisoformat(row.release_at),
        total_ms=row.total_ms,
        child=row.child,
        reasons=reasons_from_list(said["reasons"]),
    )
