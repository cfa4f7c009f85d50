"""What of unclaimed money is public: items, each the lines of one cut's account in a list.

A list keeps its lines by account, and so its items too: a page of them is found by that index.
"""

from collections.abc import Iterable

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from core.principal import SearchCapability
from royalties.models_unclaimed import UnclaimedKind, UnclaimedLine, UnclaimedList, UnclaimedState
from royalties.store.unclaimed import (
    UnclaimedLineRow,
    UnclaimedListRow,
    given_up_years,
    line_of,
    list_of,
)


def lists(session: Session, _capability: SearchCapability) -> list[UnclaimedList]:
    """Every list booked apart, of any book, whose year was not given up; newest first."""
    query = select(UnclaimedListRow).where(
        col(UnclaimedListRow.kind) == UnclaimedKind.APART.value,
        col(UnclaimedListRow.state) == UnclaimedState.BOOKED.value,
    )
    newest = (col(UnclaimedListRow.recorded_at).desc(), col(UnclaimedListRow.id).desc())
    ended = given_up_years(session)
    rows = session.exec(query.order_by(*newest))
    return [list_of(row) for row in rows if (row.year, row.tenant_id) not in ended]


def accounts(
    session: Session, _capability: SearchCapability, list_id: str, *, after: str, limit: int
) -> list[str]:
    """The accounts of the next items of a list, behind the account `after`."""
    account = col(UnclaimedLineRow.account)
    query = (
        sql_select(account)
        .where(
            col(UnclaimedLineRow.list_id) == list_id,
            col(UnclaimedLineRow.cut_id) != "",
            account > after,
        )
        .group_by(account)
        .order_by(account)
        .limit(limit)
    )
    return list(session.connection().execute(query).scalars())


def lines_under(
    session: Session, _capability: SearchCapability, list_id: str, names: Iterable[str]
) -> list[UnclaimedLine]:
    """The lines of a list on these accounts, in order."""
    place = [col(getattr(UnclaimedLineRow, name)) for name in ("account", "currency", "live_key")]
    query = select(UnclaimedLineRow).where(
        col(UnclaimedLineRow.list_id) == list_id, col(UnclaimedLineRow.account).in_(sorted(names))
    )
    return [line_of(row) for row in session.exec(query.order_by(*place))]


def place_of(
    session: Session, _capability: SearchCapability, item_id: str
) -> tuple[str, str] | None:
    """The list in which an item stands and its account there; None where it is in none."""
    query = sql_select(col(UnclaimedLineRow.list_id), col(UnclaimedLineRow.account)).where(
        col(UnclaimedLineRow.item_id) == item_id
    )
    row = session.connection().execute(query.limit(1)).first()
    return None if row is None else (row[0], row[1])
