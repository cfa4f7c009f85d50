"""What usage lines called their titles, for whoever reads of money that they earned.

Nothing of people: whoever reads books of others knows them by random ids alone.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import exists
from sqlalchemy import select as sql_select
from sqlmodel import Session, col

from core.principal import SearchCapability
from core.visibility import one_of
from royalties.reports.identifiers import OF_CUTS
from royalties.store.bulk import rows_of
from royalties.store.ledger import AccrualRow
from royalties.store.usage import UsageLineRow


def of_book(
    session: Session, _capability: SearchCapability, book: str
) -> Iterator[tuple[str, str, str]]:
    """Line, scheme and value of each identifier of the lines behind a book's claims, by line."""
    claimed = exists().where(
        col(AccrualRow.usage_line_id) == col(UsageLineRow.id), col(AccrualRow.tenant_id) == book
    )
    query = (
        sql_select(col(UsageLineRow.id), col(UsageLineRow.names))
        .where(col(UsageLineRow.names).is_not(None), claimed)
        .order_by(col(UsageLineRow.id))
    )
    for line_id, names in rows_of(session, query):
        yield from ((line_id, one, names[one]) for one in OF_CUTS if one in names)


def of_lines(
    session: Session, _capability: SearchCapability, line_ids: Collection[str]
) -> dict[str, list[tuple[str, str]]]:
    """Scheme and value of the identifiers of each of these lines that bears some."""
    query = sql_select(col(UsageLineRow.id), col(UsageLineRow.names)).where(
        one_of(col(UsageLineRow.id), line_ids), col(UsageLineRow.names).is_not(None)
    )
    return {
        line_id: [(one, names[one]) for one in OF_CUTS if one in names]
        for line_id, names in rows_of(session, query)
    }
