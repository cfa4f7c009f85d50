"""What is kept and asked of complaints."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction

from sqlalchemy import ColumnElement, exists, func, or_
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from core.errors import NotFound
from core.ids import derived_id
from core.places import older
from core.principal import Principal, SearchCapability
from core.visibility import one_of, owned
from royalties.models_complaints import (
    EVERY,
    MOVING,
    VOIDING,
    Claimant,
    Complaint,
    DisputedLine,
    Ground,
    Ruled,
    Ruling,
    Rulings,
    Sought,
)
from royalties.store.complainttables import ComplaintLineRow, ComplaintRow

PAGE = 200
_IDS_MAX = 500
_LINE = (
    "live_key",
    "transaction_id",
    "cut_id",
    "performer_id",
    "performer_tenant_id",
    "licensee_id",
    "currency",
    "amount_micro",
)


def add(session: Session, item: Complaint) -> None:
    """Store a complaint with its lines."""
    session.add(
        ComplaintRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.opened_at,
            by_tenant_id=item.by_tenant_id,
            ground=item.ground,
            claimant_performer_id=item.claimant.performer_id,
            claimant_tenant_id=item.claimant.tenant_id,
            claimant_payee_id=item.claimant.payee_id,
            late=item.late,
            sealed_proof=item.sealed,
            numerator=str(item.part.numerator),
            denominator=str(item.part.denominator),
            approval_id="",
            single_operator=False,
        )
    )
    session.flush()
    for line in item.lines:
        session.add(
            ComplaintLineRow(
                id=derived_id("cpn", item.id, line.live_key),
                tenant_id=item.tenant_id,
                recorded_at=item.opened_at,
                complaint_id=item.id,
                **{name: getattr(line, name) for name in _LINE},
            )
        )
    session.flush()


def save(session: Session, principal: Principal, item: Complaint) -> None:
    """Keep what is proposed or ruled about a complaint of the principal's own book."""
    row = _row(session, principal, item.id)
    row.ruling, row.approval_id = item.ruling, item.approval_id
    row.numerator, row.denominator = str(item.part.numerator), str(item.part.denominator)
    row.decided_at, row.single_operator = item.decided_at, item.single_operator
    session.add(row)
    session.flush()


def get(session: Session, principal: Principal, complaint_id: str) -> Complaint:
    """One complaint that concerns the principal; raises `NotFound`."""
    row = _row(session, principal, complaint_id)
    return _with_lines(session, [_complaint(row)])[0]


def list_all(
    session: Session,
    principal: Principal,
    sought: Sought = EVERY,
    *,
    before: str = "",
    limit: int = PAGE,
) -> tuple[Complaint, ...]:
    """The complaints that concern the principal, newest first, those older than `before`."""
    place = (col(ComplaintRow.recorded_at), col(ComplaintRow.id))
    query = select(ComplaintRow).where(*_sought(principal, sought))
    if before:
        query = query.where(older(place, before))
    rows = session.exec(query.order_by(*(each.desc() for each in place)).limit(limit))
    return tuple(_with_lines(session, [_complaint(row) for row in rows]))


def count(session: Session, principal: Principal, sought: Sought) -> int:
    """How many of them there are."""
    return session.exec(select(func.count()).where(*_sought(principal, sought))).one()


def disputed(
    session: Session, _capability: SearchCapability, book: str, *, until: datetime
) -> dict[str, str]:
    """The complaint that each live key of a book is in, by all that was not decided by `until`."""
    query = (
        sql_select(col(ComplaintLineRow.live_key), col(ComplaintRow.id))
        .join(ComplaintRow, col(ComplaintRow.id) == col(ComplaintLineRow.complaint_id))
        .where(
            col(ComplaintRow.tenant_id) == book,
            or_(col(ComplaintRow.decided_at).is_(None), col(ComplaintRow.decided_at) > until),
        )
        .order_by(col(ComplaintRow.id).desc())
    )
    return {row[0]: row[1] for row in session.connection().execute(query)}


def open_among(
    session: Session, _capability: SearchCapability, live_keys: Sequence[str]
) -> frozenset[str]:
    """Those of these live keys that an undecided complaint disputes."""
    query = (
        sql_select(col(ComplaintLineRow.live_key))
        .join(ComplaintRow, col(ComplaintRow.id) == col(ComplaintLineRow.complaint_id))
        .where(
            col(ComplaintLineRow.live_key).in_(live_keys), col(ComplaintRow.decided_at).is_(None)
        )
    )
    return frozenset(session.connection().execute(query).scalars())


def rulings(
    session: Session,
    _capability: SearchCapability,
    book: str,
    *,
    until: datetime,
    live_keys: Sequence[str] | None = None,
) -> Rulings:
    """What was ruled by then that moves money of a book, of all live keys or of these, in order."""
    query = (
        sql_select(ComplaintRow, col(ComplaintLineRow.live_key))
        .join(ComplaintLineRow, col(ComplaintRow.id) == col(ComplaintLineRow.complaint_id))
        .where(*_moving(book, until))
        .order_by(col(ComplaintRow.decided_at), col(ComplaintRow.id))
    )
    found: defaultdict[str, list[Ruled]] = defaultdict(list)
    starts = [0] if live_keys is None else range(0, len(live_keys), _IDS_MAX)
    for start in starts:
        some = query
        if live_keys is not None:
            mine = live_keys[start : start + _IDS_MAX]
            some = query.where(col(ComplaintLineRow.live_key).in_(mine))
        for row, live_key in session.execute(some):
            found[live_key].append(_ruled(_complaint(row), live_key))
    return {key: tuple(some) for key, some in found.items()}


def ruled_in(
    session: Session, _capability: SearchCapability, book: str, *, until: datetime
) -> list[Complaint]:
    """The complaints behind what was ruled by then that moves money of a book, in order."""
    query = (
        select(ComplaintRow)
        .where(*_moving(book, until))
        .order_by(col(ComplaintRow.decided_at), col(ComplaintRow.id))
    )
    return _with_lines(session, [_complaint(row) for row in session.exec(query)])


def voided(
    session: Session, _capability: SearchCapability, cut_ids: Sequence[str]
) -> frozenset[str]:
    """The live keys of these cuts that nobody owes, because two people ruled so."""
    query = (
        sql_select(col(ComplaintLineRow.live_key))
        .join(ComplaintRow, col(ComplaintRow.id) == col(ComplaintLineRow.complaint_id))
        .where(
            one_of(col(ComplaintLineRow.cut_id), cut_ids),
            col(ComplaintRow.ground).in_(sorted(VOIDING)),
            col(ComplaintRow.ruling) == Ruling.UPHELD,
            col(ComplaintRow.decided_at).is_not(None),
        )
    )
    return frozenset(session.connection().execute(query).scalars())


def _moving(book: str, until: datetime) -> list[ColumnElement[bool]]:
    return [
        col(ComplaintRow.tenant_id) == book,
        col(ComplaintRow.ground).in_(sorted(MOVING)),
        col(ComplaintRow.ruling).in_((Ruling.UPHELD, Ruling.SHARED)),
        col(ComplaintRow.decided_at) <= until,
    ]


def _sought(principal: Principal, sought: Sought) -> list[ColumnElement[bool]]:
    mine = owned(ComplaintRow, principal)
    where = [mine if sought.own_book else concerns(principal)]
    if sought.is_open is not None:
        decided = col(ComplaintRow.decided_at)
        where.append(decided.is_(None) if sought.is_open else decided.is_not(None))
    if sought.ground is not None:
        where.append(col(ComplaintRow.ground) == sought.ground)
    if sought.performer_id:
        lines = sql_select(col(ComplaintLineRow.complaint_id))
        of_performer = lines.where(col(ComplaintLineRow.performer_id) == sought.performer_id)
        claimed = col(ComplaintRow.claimant_performer_id) == sought.performer_id
        where.append(or_(claimed, col(ComplaintRow.id).in_(of_performer)))
    return where


def concerns(principal: Principal) -> ColumnElement[bool]:
    """Who collects, who complained or claims, and whose lines they are or who owes them."""
    mine = principal.tenant_id
    lines = exists().where(
        col(ComplaintLineRow.complaint_id) == col(ComplaintRow.id),
        or_(
            col(ComplaintLineRow.performer_tenant_id) == mine,
            col(ComplaintLineRow.licensee_id) == mine,
        ),
    )
    return or_(
        col(ComplaintRow.tenant_id) == mine,
        col(ComplaintRow.by_tenant_id) == mine,
        col(ComplaintRow.claimant_tenant_id) == mine,
        lines,
    )


def _row(session: Session, principal: Principal, complaint_id: str) -> ComplaintRow:
    query = select(ComplaintRow).where(col(ComplaintRow.id) == complaint_id, concerns(principal))
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such complaint.", next_step="ebenbild complaint list")
    return row


def _with_lines(session: Session, items: Iterable[Complaint]) -> list[Complaint]:
    found = list(items)
    lines: defaultdict[str, list[DisputedLine]] = defaultdict(list)
    names = [one.id for one in found]
    for start in range(0, len(names), _IDS_MAX):
        query = (
            select(ComplaintLineRow)
            .where(col(ComplaintLineRow.complaint_id).in_(names[start : start + _IDS_MAX]))
            .order_by(col(ComplaintLineRow.live_key))
        )
        for row in session.exec(query):
            lines[row.complaint_id].append(DisputedLine(*(getattr(row, name) for name in _LINE)))
    return [replace(one, lines=tuple(lines[one.id])) for one in found]


def _complaint(row: ComplaintRow) -> Complaint:
    return Complaint(
        id=row.id,
        tenant_id=row.tenant_id,
        by_tenant_id=row.by_tenant_id,
        ground=Ground(row.ground),
        claimant=Claimant(row.claimant_performer_id, row.claimant_tenant_id, row.claimant_payee_id),
        late=row.late,
        sealed=row.sealed_proof,
        opened_at=row.recorded_at,
        lines=(),
        ruling=None if row.ruling is None else Ruling(row.ruling),
        part=Fraction(int(row.numerator), int(row.denominator)),
        approval_id=row.approval_id,
        decided_at=row.decided_at,
        single_operator=row.single_operator,
    )


def _ruled(item: Complaint, live_key: str) -> Ruled:
    at = item.decided_at or item.opened_at
    return Ruled(item.id, live_key, item.ground, item.claimant, item.part, at)
