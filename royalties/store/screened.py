"""What is looked up of usage lines to judge whether they are plausible; for the service."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, tuple_
from sqlalchemy import select as sql_select
from sqlalchemy import text as sql
from sqlmodel import Session, col, select

from core.principal import SearchCapability
from registry.store.works import CutRow
from royalties.models import SHOWN, UsageLine
from royalties.store.usage import UsageLineRow, counts, is_corrected, line_of, named_line
from royalties.store.usageholds import known


def lengths(
    session: Session, _capability: SearchCapability, cut_ids: Sequence[str]
) -> dict[str, int]:
    """How long these cuts are, in milliseconds, where that is known."""
    wanted = sql("SELECT value FROM json_each(:ids)").bindparams(ids=json.dumps(list(cut_ids)))
    query = select(CutRow.id, CutRow.duration_ms).where(
        col(CutRow.id).in_(wanted), col(CutRow.duration_ms).is_not(None)
    )
    return {cut_id: int(length) for cut_id, length in session.exec(query) if length is not None}


def month_views(
    session: Session, _capability: SearchCapability, cut_ids: Sequence[str]
) -> dict[tuple[str, str], dict[str, int]]:
    """Views of each month that were counted and not estimated, by cut and territory.

    Summed as floating point, which is exact up to 2 ** 53 and never overflows.
    """
    place = (UsageLineRow.cut_id, UsageLineRow.territory, UsageLineRow.period)
    months = (
        select(*place, func.total(UsageLineRow.views).label("views"))
        .where(
            col(UsageLineRow.cut_id).in_(cut_ids),
            col(UsageLineRow.views).is_not(None),
            col(UsageLineRow.origin).in_(SHOWN),
            *counts(),
        )
        .group_by(*map(col, place))
        .subquery()
        .c
    )
    # A row for each month takes longer to hand over than to find.
    series = (months.cut_id, months.territory)
    told = func.json_group_object(months.period, months.views)
    found = session.connection().execute(sql_select(*series, told).group_by(*series))
    return {
        (cut_id, territory): {period: int(views) for period, views in json.loads(said).items()}
        for cut_id, territory, said in found
    }


def never_held(
    session: Session,
    _capability: SearchCapability,
    import_id: str,
    places: Sequence[tuple[str, str, str]],
) -> list[tuple[str, tuple[str, str, str]]]:
    """Lines with views of one import at these (cut, territory, month) that nobody ever held."""
    place = tuple(map(col, (UsageLineRow.cut_id, UsageLineRow.territory, UsageLineRow.period)))
    named = func.json_each(json.dumps(places)).table_valued("value").c.value
    wanted = sql_select(*(func.json_extract(named, f"$[{part}]") for part in range(len(place))))
    query = (
        sql_select(col(UsageLineRow.id), *place)
        .where(
            tuple_(*place).in_(wanted),
            col(UsageLineRow.import_id) == import_id,
            col(UsageLineRow.views) > 0,
            ~known(col(UsageLineRow.id)),
            *counts(),
        )
        .order_by(*place, col(UsageLineRow.id))
    )
    found = session.connection().execute(query)
    return [(row.id, (row.cut_id, row.territory, row.period)) for row in found]


def lines_by_id(
    session: Session, _capability: SearchCapability, line_ids: Sequence[str]
) -> dict[str, UsageLine]:
    """These lines by id."""
    query = select(UsageLineRow).where(col(UsageLineRow.id).in_(line_ids))
    return {row.id: named_line(row) for row in session.exec(query)}


def corrected(session: Session, _capability: SearchCapability, line_ids: Sequence[str]) -> set[str]:
    """Those of these lines in whose place a later one stands."""
    query = select(UsageLineRow.id).where(col(UsageLineRow.id).in_(line_ids), is_corrected())
    return set(session.exec(query))


def counting(session: Session, _capability: SearchCapability, line_ids: Sequence[str]) -> set[str]:
    """Those of these lines that count."""
    query = select(UsageLineRow.id).where(col(UsageLineRow.id).in_(line_ids), *counts())
    return set(session.exec(query))


def months_reported(
    session: Session, _capability: SearchCapability, cut_id: str
) -> tuple[str, ...]:
    """The months in which lines of a cut count that are no estimates."""
    query = select(UsageLineRow.period).distinct().where(*_told(cut_id))
    return tuple(session.exec(query.order_by(col(UsageLineRow.period))))


def lines_of_months(
    session: Session, _capability: SearchCapability, cut_id: str, months: Sequence[str]
) -> tuple[UsageLine, ...]:
    """Lines of a cut in these months that count and are no estimates."""
    query = select(UsageLineRow).where(*_told(cut_id), col(UsageLineRow.period).in_(months))
    return tuple(line_of(row) for row in session.exec(query.order_by(col(UsageLineRow.id))))


def _told(cut_id: str) -> tuple[ColumnElement[bool], ...]:
    mine = col(UsageLineRow.cut_id) == cut_id
    return mine, col(UsageLineRow.origin).in_(SHOWN), *counts()
