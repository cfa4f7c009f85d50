"""Tables of what a book lists as unclaimed, and of what was given up; lines never change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, insert, text
from sqlalchemy import select as sql_select
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import Owned, UtcDateTime
from core.errors import NotFound
from core.ids import derived_id
from core.places import behind, checked, older
from core.principal import Principal, SearchCapability
from core.visibility import owned
from royalties.ledger import audience_of, tenant_of
from royalties.models_unclaimed import (
    UnclaimedKind,
    UnclaimedLine,
    UnclaimedList,
    UnclaimedState,
)
from royalties.store.balances import halves, whole
from royalties.unclaimed import line_key

_DECIDING = ("state", "booked_at", "single_operator")
_SAID = (
    "account",
    "currency",
    "amount_micro",
    "earned_period",
    "live_key",
    "transaction_id",
    "cut_id",
    "licensee_id",
    "payee_id",
)


class UnclaimedListRow(Owned, table=True):
    """Table of lists; what may change of one is how it is decided, once."""

    __tablename__ = "unclaimed_list"
    __table_args__ = (
        CheckConstraint("(state = 'BOOKED') = (booked_at IS NOT NULL)", name="booked"),
        Index("unclaimed_list_newest", "tenant_id", "recorded_at", "id"),
        Index(
            "unclaimed_list_waiting",
            "tenant_id",
            "year",
            unique=True,
            sqlite_where=text("state = 'PROPOSED'"),
        ),
        append_only(
            *_DECIDING,
            guards=(
                guard(
                    "unclaimed_list_decided",
                    "UPDATE ON unclaimed_list",
                    when="OLD.state <> 'PROPOSED'",
                    says="a list is decided once",
                ),
            ),
        ),
    )

    tenant_id: str  # found by the index of the newest
    kind: str
    year: int
    lines: int
    digest: str
    approval_id: str
    state: str
    booked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    single_operator: bool


class UnclaimedLineRow(Owned, table=True):
    """Table of lines; `item_id` is what a claim against the money refers to."""

    __tablename__ = "unclaimed_line"
    __table_args__ = (
        # The lines of a list in their order; what it comes to is added up out of it too.
        Index(
            "unclaimed_line_place",
            *("list_id", "account", "currency", "live_key", "amount_micro"),
        ),
        append_only(),
    )

    list_id: str = Field(foreign_key="unclaimed_list.id")
    item_id: str = Field(index=True)
    account: str
    currency: str
    amount_micro: int = Field(sa_type=BigInteger)
    earned_period: str
    live_key: str
    transaction_id: str = Field(index=True)
    cut_id: str
    licensee_id: str
    payee_id: str


def add(session: Session, item: UnclaimedList, lines: Iterable[UnclaimedLine]) -> None:
    """Store a list that waits for its second person."""
    session.add(
        UnclaimedListRow(
            id=item.id,
            tenant_id=item.tenant_id,
            recorded_at=item.until,
            kind=item.kind,
            year=item.year,
            lines=item.lines,
            digest=item.digest,
            approval_id=item.approval_id,
            state=item.state,
            single_operator=item.single_operator,
        )
    )
    session.flush()
    values = [
        {
            "id": derived_id("unl", item.id, *line_key(one)),
            "tenant_id": item.tenant_id,
            "audience": audience_of(one.tenant_id),
            "recorded_at": item.until,
            "list_id": item.id,
            "item_id": derived_id("unc", item.id, one.cut_id or one.account),
            **{name: getattr(one, name) for name in _SAID},
        }
        for one in lines
    ]
    if values:
        session.connection().execute(insert(UnclaimedLineRow), values)


def save(session: Session, principal: Principal, item: UnclaimedList) -> None:
    """Keep how a list of the principal's own book was decided."""
    row = _row(session, principal, item.id)
    row.state, row.booked_at = item.state, item.booked_at
    row.single_operator = item.single_operator
    session.add(row)
    session.flush()


def get(session: Session, principal: Principal, list_id: str) -> UnclaimedList:
    """One list of the principal's own book; raises `NotFound`."""
    return list_of(_row(session, principal, list_id))


def of_book(session: Session, _capability: SearchCapability, book: str) -> list[UnclaimedList]:
    """Every list of a book, newest first."""
    return _lists(session, book, "", None)


def page(
    session: Session, principal: Principal, *, before: str = "", limit: int
) -> list[UnclaimedList]:
    """The lists of the principal's own book, newest first, those older than `before`."""
    return _lists(session, principal.tenant_id, before, limit)


def lines_of(
    session: Session,
    principal: Principal,
    list_id: str,
    *,
    after: str = "",
    limit: int | None = None,
) -> list[UnclaimedLine]:
    """The lines of a list of the principal's own book, in order, those behind the line `after`."""
    query = select(UnclaimedLineRow).where(
        col(UnclaimedLineRow.list_id) == list_id,
        checked(col(UnclaimedLineRow.tenant_id)) == principal.tenant_id,
    )
    place = [col(getattr(UnclaimedLineRow, name)) for name in ("account", "currency", "live_key")]
    if after:
        query = query.where(behind(place, col(UnclaimedLineRow.id), after))
    return [line_of(row) for row in session.exec(query.order_by(*place).limit(limit))]


def sums_of(session: Session, principal: Principal, list_id: str) -> dict[str, int]:
    """What a list of the principal's own book comes to, by currency."""
    currency = col(UnclaimedLineRow.currency)
    query = (
        sql_select(currency, *halves(col(UnclaimedLineRow.amount_micro)))
        .where(
            col(UnclaimedLineRow.list_id) == list_id,
            checked(col(UnclaimedLineRow.tenant_id)) == principal.tenant_id,
        )
        .group_by(currency)
        .order_by(currency)
    )
    return {row[0]: whole(row[1], row[2]) for row in session.connection().execute(query)}


def apart(
    session: Session, _capability: SearchCapability, book: str | None = None
) -> list[tuple[UnclaimedList, UnclaimedLine]]:
    """Every line booked apart in a book, or in any, whose year was not given up, with its list."""
    ended = given_up_years(session)
    query = (
        select(UnclaimedListRow, UnclaimedLineRow)
        .join(UnclaimedLineRow, col(UnclaimedLineRow.list_id) == col(UnclaimedListRow.id))
        .where(
            col(UnclaimedListRow.kind) == UnclaimedKind.APART.value,
            col(UnclaimedListRow.state) == UnclaimedState.BOOKED.value,
        )
        .order_by(col(UnclaimedListRow.recorded_at), col(UnclaimedLineRow.id))
    )
    if book is not None:
        query = query.where(col(UnclaimedListRow.tenant_id) == book)
    return [
        (list_of(head), line_of(row))
        for head, row in session.exec(query)
        if (head.year, head.tenant_id) not in ended
    ]


def given_up(
    session: Session, _capability: SearchCapability, transaction_ids: Sequence[str]
) -> frozenset[str]:
    """Those of these accruals whose money was given up with its year."""
    ended = given_up_years(session)
    query = (
        sql_select(
            col(UnclaimedLineRow.transaction_id),
            col(UnclaimedListRow.year),
            col(UnclaimedListRow.tenant_id),
        )
        .join(UnclaimedListRow, col(UnclaimedListRow.id) == col(UnclaimedLineRow.list_id))
        .where(
            col(UnclaimedLineRow.transaction_id).in_(transaction_ids),
            col(UnclaimedListRow.state) == UnclaimedState.BOOKED.value,
        )
    )
    rows = session.connection().execute(query)
    return frozenset(row[0] for row in rows if (row[1], row[2]) in ended)


def given_up_years(session: Session) -> frozenset[tuple[int, str]]:
    """Year and book of all that was given up."""
    query = sql_select(col(UnclaimedListRow.year), col(UnclaimedListRow.tenant_id)).where(
        col(UnclaimedListRow.kind) == UnclaimedKind.GIVEN_UP.value,
        col(UnclaimedListRow.state) == UnclaimedState.BOOKED.value,
    )
    return frozenset((row[0], row[1]) for row in session.connection().execute(query))


def _lists(session: Session, book: str, before: str, limit: int | None) -> list[UnclaimedList]:
    place = (col(UnclaimedListRow.recorded_at), col(UnclaimedListRow.id))
    query = select(UnclaimedListRow).where(col(UnclaimedListRow.tenant_id) == book)
    if before:
        query = query.where(older(place, before))
    rows = session.exec(query.order_by(*(one.desc() for one in place)).limit(limit))
    return [list_of(row) for row in rows]


def _row(session: Session, principal: Principal, list_id: str) -> UnclaimedListRow:
    query = select(UnclaimedListRow).where(
        col(UnclaimedListRow.id) == list_id,
        owned(UnclaimedListRow, principal),
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such list in your book.", next_step="ebenbild unclaimed list")
    return row


def list_of(row: UnclaimedListRow) -> UnclaimedList:
    """The list that a row keeps."""
    return UnclaimedList(
        id=row.id,
        tenant_id=row.tenant_id,
        kind=UnclaimedKind(row.kind),
        year=row.year,
        state=UnclaimedState(row.state),
        lines=row.lines,
        digest=row.digest,
        until=row.recorded_at,
        approval_id=row.approval_id,
        booked_at=row.booked_at,
        single_operator=row.single_operator,
    )


def line_of(row: UnclaimedLineRow) -> UnclaimedLine:
    """The line that a row keeps."""
    said = {name: getattr(row, name) for name in _SAID}
    return UnclaimedLine(**said, tenant_id=tenant_of(row.audience), id=row.id, item_id=row.item_id)
