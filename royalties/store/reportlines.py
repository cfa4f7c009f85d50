"""What became of the lines of one usage report, line by line, for whoever handed it in.

Lines have no index by their report: it would slow every import for a page that is seldom opened. So
the table is gone through, as far as it takes to fill a page.
"""

from sqlalchemy import ColumnElement, literal
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from core.principal import Principal
from core.visibility import owned
from royalties.models import UsageLine
from royalties.store.usage import NAMED, ROW, UsageLineRow, correctable, is_corrected, named_line
from royalties.store.usageholds import UsageHoldRow, held


def taken_in(
    session: Session, principal: Principal, import_id: str, *, after: int = 0, limit: int = 50
) -> list[tuple[UsageLine, bool, bool]]:
    """Lines of the principal's own report behind line `after`, whether each is kept back, and
    whether a later one stands in its place."""
    kept_back, gone = held(col(UsageLineRow.id)), is_corrected()
    query = (
        sql_select(*NAMED, kept_back.label("kept_back"), gone.label("gone"))
        .where(*_of(principal, import_id), col(UsageLineRow.line_no) > literal(after))
        .order_by(col(UsageLineRow.line_no))
        .limit(limit)
    )
    found = session.connection().execute(query).all()
    return [(named_line(row), bool(row.kept_back), bool(row.gone)) for row in found]


def of_cut(
    session: Session,
    principal: Principal,
    cut_id: str,
    *,
    period: str = "",
    after: int = 0,
    limit: int = 50,
) -> list[tuple[int, UsageLine, bool]]:
    """The principal's own lines of a cut, or of its month, that a further line may correct.

    Each with its place, behind which the next page begins, and whether it is kept back.
    """
    kept_back = held(col(UsageLineRow.id))
    month = [col(UsageLineRow.period) == period] if period else []
    query = (
        sql_select(*NAMED, ROW.label("place"), kept_back.label("kept_back"))
        .where(
            owned(UsageLineRow, principal),
            col(UsageLineRow.cut_id) == cut_id,
            *month,
            literal(after) < ROW,
            *correctable(),
        )
        .order_by(ROW)
        .limit(limit)
    )
    found = session.connection().execute(query).all()
    return [(int(row.place), named_line(row), bool(row.kept_back)) for row in found]


def holds_in(
    session: Session, principal: Principal, import_id: str, *, after: str = "", limit: int = 50
) -> list[str]:
    """Ids of the holds of lines of the principal's own report, decided or not."""
    query = (
        select(UsageHoldRow.id)
        .join(UsageLineRow, col(UsageLineRow.id) == col(UsageHoldRow.line_id))
        .where(*_of(principal, import_id), col(UsageHoldRow.id) > after)
        .order_by(col(UsageHoldRow.id))
    )
    return list(session.exec(query.limit(limit)))


def _of(principal: Principal, import_id: str) -> tuple[ColumnElement[bool], ...]:
    own = owned(UsageLineRow, principal)
    return own, col(UsageLineRow.import_id) == import_id
