"""Usage lines that players' events came to, beside the reports of the same months."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from core.principal import Principal
from core.visibility import owned, visible
from royalties.models import Origin, UsageLine
from royalties.store.usage import UsageLineRow, counts, is_corrected, line_of
from royalties.store.usageholds import rejected

CUTS_AT_ONCE = 500


def lines_seen(
    session: Session, principal: Principal, month: str, cut_ids: Sequence[str]
) -> list[tuple[UsageLine, bool]]:
    """The principal's uncorrected lines from events of a month, and whether each was rejected."""
    found: list[tuple[UsageLine, bool]] = []
    for start in range(0, len(cut_ids), CUTS_AT_ONCE):
        query = (
            select(UsageLineRow, rejected(col(UsageLineRow.id)))
            .where(
                col(UsageLineRow.cut_id).in_(cut_ids[start : start + CUTS_AT_ONCE]),
                col(UsageLineRow.period) == month,
                owned(UsageLineRow, principal),
                col(UsageLineRow.origin) == Origin.EVENTS.value,
                ~is_corrected(),
            )
            .order_by(col(UsageLineRow.id))
        )
        found += [(line_of(row), bool(gone)) for row, gone in session.exec(query)]
    return found


def views_seen(
    session: Session, principal: Principal, month: str, *, after: str = "", limit: int = 200
) -> dict[str, dict[str, int]]:
    """Views by cut and territory that players saw in a month, of cuts that somebody reported too.

    Cuts in order, as far as the principal sees their lines.
    """
    reported = select(UsageLineRow.cut_id).where(
        visible(UsageLineRow, principal),
        col(UsageLineRow.period) == month,
        col(UsageLineRow.origin) == Origin.REPORT.value,
        *counts(),
    )
    from_events = (
        visible(UsageLineRow, principal),
        col(UsageLineRow.period) == month,
        col(UsageLineRow.origin) == Origin.EVENTS.value,
        ~is_corrected(),
        ~rejected(col(UsageLineRow.id)),
    )
    cuts = session.exec(
        select(UsageLineRow.cut_id)
        .distinct()
        .where(
            *from_events,
            col(UsageLineRow.cut_id).in_(reported),
            col(UsageLineRow.cut_id) > after,
        )
        .order_by(col(UsageLineRow.cut_id))
        .limit(limit)
    ).all()
    return _views(session, cuts, *from_events)


def views_reported(
    session: Session, principal: Principal, month: str, cut_ids: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Views of these cuts by territory that reports count in a month."""
    return _views(
        session,
        cut_ids,
        visible(UsageLineRow, principal),
        col(UsageLineRow.period) == month,
        col(UsageLineRow.origin) == Origin.REPORT.value,
        *counts(),
    )


def _views(session: Session, cut_ids: Sequence[str], *where: object) -> dict[str, dict[str, int]]:
    place = (col(UsageLineRow.cut_id), col(UsageLineRow.territory))
    query = (
        select(*place, func.total(UsageLineRow.views))
        .where(col(UsageLineRow.cut_id).in_(cut_ids), *where)  # type: ignore[arg-type]
        .group_by(*place)
    )
    found: dict[str, dict[str, int]] = {}
    for cut_id, territory, views in session.exec(query):
        found.setdefault(cut_id, {})[territory] = int(views)
    return found
