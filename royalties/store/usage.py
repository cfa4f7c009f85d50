"""Tables of usage imports and usage lines; both are evidence and append-only.

A line belongs to whoever reported it; where that is not the owner of the cut (a society), the
owner sees it too. Its id follows from its content hash and is unique over all reporters: the same
exploitation counts once, and files taken in in another order make the same books. One index beside
the id is all that an import of a million lines can keep up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    and_,
    case,
    exists,
    literal,
    literal_column,
    text,
    tuple_,
)
from sqlalchemy import select as sql_select
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import Field, Session, col, select

from core.appendonly import append_only, guard
from core.columns import JsonText, Owned
from core.principal import Principal
from core.visibility import owned, visible
from royalties.models import NOTHING, Origin, Ratio, Reported, UsageLine
from royalties.store.usageholds import held, rejected
from royalties.tariffs.models import IncomeKind

PAGE = 500
_RANKS = {origin.value: rank for rank, origin in enumerate(Origin)}

GROWING = (
    *("lines", "accepted", "duplicates", "overlapping", "rejected"),
    *("form", "running", "reached_line", "held"),
)
ENDED = guard(
    "usage_import_ended",
    f"UPDATE OF {', '.join(GROWING)} ON usage_import",
    when="OLD.running IS NOT 1",
    says="an import that has ended stays as it is",
)

ROW = literal_column("usage_line.rowid", Integer)
_UNTOLD = MappingProxyType(dict.fromkeys(item.name for item in fields(Reported)))


class UsageImportRow(Owned, table=True):
    """Table of imports; the same file may come again and is then known by its SHA-256.

    While one is `running` its counts grow with each batch that is kept, and `reached_line` says
    where to go on. Once it has ended only its file of rejects may go.
    """

    __tablename__ = "usage_import"
    __table_args__ = (
        Index("usage_import_file", "tenant_id", "file_sha256"),
        Index("usage_import_newest", "tenant_id", "recorded_at", "id"),
        append_only(*GROWING, "rejects_object", guards=(ENDED,)),
    )

    file_sha256: str
    lines: int
    accepted: int
    duplicates: int
    overlapping: int
    rejected: int
    sender: str | None = None
    form: str | None = None
    running: bool | None = None
    reached_line: int | None = None
    rejects_object: str | None = None
    held: int | None = None


class UsageLineRow(Owned, table=True):
    """Table of usage lines. Its import is written after it, so the reference is checked late."""

    __tablename__ = "usage_line"
    __table_args__ = (
        Index("usage_line_reported", "cut_id", "period", "territory"),
        Index("usage_line_superseded", "supersedes", sqlite_where=text("supersedes IS NOT NULL")),
        append_only(),
    )

    tenant_id: str
    import_id: str = Field(
        sa_column_args=(ForeignKey("usage_import.id", deferrable=True, initially="DEFERRED"),)
    )
    line_no: int
    cut_id: str = Field(foreign_key="cut.id")
    territory: str
    period: str
    views: int | None = Field(sa_type=BigInteger)
    reference: str
    content_hash: str
    unique_views: int | None = Field(default=None, sa_type=BigInteger)
    watched_ms: int | None = Field(default=None, sa_type=BigInteger)
    completion: str | None = None
    income_micro: int | None = Field(default=None, sa_type=BigInteger)
    income_kind: str | None = None
    currency: str | None = None
    payments: int | None = Field(default=None, sa_type=BigInteger)
    free: bool | None = None
    subscribers: int | None = Field(default=None, sa_type=BigInteger)
    days: str | None = None
    supersedes: str | None = None
    origin: str = Origin.REPORT.value
    names: dict[str, str] | None = Field(default=None, sa_type=JsonText)


# What accruing reads of a line, by the million; its names are read where it is shown.
COLUMNS = tuple(
    col(getattr(UsageLineRow, name)) for name in UsageLineRow.model_fields if name != "names"
)
NAMED = (*COLUMNS, col(UsageLineRow.names))


def cuts_reported(session: Session, principal: Principal) -> tuple[str, ...]:
    """Ids of all cuts with usage lines that the principal may see, in order."""
    query = (
        select(UsageLineRow.cut_id)
        .distinct()
        .where(visible(UsageLineRow, principal))
        .order_by(col(UsageLineRow.cut_id))
    )
    return tuple(session.exec(query))


def pages(
    session: Session,
    principal: Principal,
    cut_id: str,
    *,
    period: str | None = None,
    size: int = PAGE,
) -> Iterator[tuple[UsageLine, ...]]:
    """The usage lines of a cut that the principal may see, a page at a time, by month or of one.

    Only what counts: a line that was corrected is left out, its correction is there instead, and
    so is one that waits for a person or was rejected by one.
    """
    place = (col(UsageLineRow.period), col(UsageLineRow.territory), ROW)
    after: tuple[str, str, int] = ("", "", -1)
    month = [] if period is None else [col(UsageLineRow.period) == period]
    while True:
        query = (
            sql_select(*COLUMNS, ROW)
            .where(
                visible(UsageLineRow, principal),
                col(UsageLineRow.cut_id) == cut_id,
                *month,
                tuple_(*place) > tuple_(*(literal(value) for value in after)),
                *counts(),
            )
            .order_by(*place)
            .limit(size)
        )
        found = session.connection().execute(query).all()
        if found:
            page = tuple(line_of(row) for row in found)
            after = (page[-1].period, page[-1].territory, found[-1][-1])
            # Only now, since whoever takes the page may read the same lines again meanwhile.
            yield page
        if len(found) < size:
            return


def find_line(session: Session, principal: Principal, line_id: str) -> UsageLine | None:
    """One line that the principal may see, whether or not it counts."""
    query = select(UsageLineRow).where(
        visible(UsageLineRow, principal), col(UsageLineRow.id) == line_id
    )
    row = session.exec(query).first()
    return None if row is None else named_line(row)


def uncounted(
    session: Session, principal: Principal, cut_id: str, *, size: int = PAGE
) -> Iterator[tuple[str, ...]]:
    """Ids of the lines of a cut that no longer count, a page at a time: `pages` has all others."""
    after = ""
    while True:
        query = (
            select(UsageLineRow.id)
            .where(
                visible(UsageLineRow, principal),
                col(UsageLineRow.cut_id) == cut_id,
                col(UsageLineRow.id) > after,
                ~and_(*counts()),
            )
            .order_by(col(UsageLineRow.id))
            .limit(size)
        )
        found = tuple(session.exec(query))
        if found:
            yield found
            after = found[-1]
        if len(found) < size:
            return


def newest(session: Session, principal: Principal, line_ids: Sequence[str]) -> set[str]:
    """Which of these lines the principal reported itself and may still correct.

    What a dataset's month comes to is corrected by a further report of it.
    """
    query = select(UsageLineRow.id).where(
        col(UsageLineRow.id).in_(line_ids), owned(UsageLineRow, principal), *correctable()
    )
    return set(session.exec(query))


def correctable() -> tuple[ColumnElement[bool], ...]:
    """What a line has to be for a further one to stand in its place."""
    return (
        col(UsageLineRow.origin) != Origin.TRAINING.value,
        ~is_corrected(),
        ~rejected(col(UsageLineRow.id)),
    )


@cache
def counts() -> tuple[ColumnElement[bool], ...]:
    """What a line has to be to earn: not corrected, not kept back, and not outranked.

    Made once: making it takes longer than asking it of one cut.
    """
    return ~is_corrected(), ~held(col(UsageLineRow.id)), ~_outranked()


def _outranked() -> ColumnElement[bool]:
    """Whether something better says the month of this cut: never of a report, nor by a held one."""
    better = aliased(UsageLineRow)
    return and_(
        col(UsageLineRow.origin).not_in((Origin.REPORT.value, Origin.TRAINING.value)),
        exists().where(
            col(better.cut_id) == col(UsageLineRow.cut_id),
            col(better.period) == col(UsageLineRow.period),
            _rank(col(better.origin)) < _rank(col(UsageLineRow.origin)),
            ~held(col(better.id)),
            ~is_corrected(better),
        ),
    )


def _rank(origin: Mapped[str]) -> ColumnElement[int]:
    """A report counts before what players saw, and that before an estimate."""
    return case(_RANKS, value=origin)


def is_corrected(line: type[UsageLineRow] = UsageLineRow) -> ColumnElement[bool]:
    """Whether a later line stands in the place of this one; one that was rejected does not."""
    correction = aliased(UsageLineRow)
    return exists().where(col(correction.supersedes) == col(line.id), ~rejected(col(correction.id)))


def line_of(row: Any) -> UsageLine:
    """A line out of a row of the table, or of all its columns."""
    return UsageLine(
        id=row.id,
        tenant_id=row.tenant_id,
        import_id=row.import_id,
        line_no=row.line_no,
        cut_id=row.cut_id,
        territory=row.territory,
        period=row.period,
        views=row.views,
        reference=row.reference,
        content_hash=row.content_hash,
        recorded_at=row.recorded_at,
        reported=_reported(row),
        supersedes=row.supersedes,
        origin=Origin(row.origin),
    )


def named_line(row: Any) -> UsageLine:
    """The same of a row of the table, or of all columns in `NAMED`, with its identifiers."""
    return replace(line_of(row), names=tuple((row.names or {}).items()))


def _reported(row: Any) -> Reported:
    told = {name: getattr(row, name) for name in _UNTOLD}
    if all(value is None for value in told.values()):
        return NOTHING
    for name in ("completion", "days"):
        told[name] = None if told[name] is None else Ratio.of(Fraction(told[name]))
    told["income_kind"] = None if row.income_kind is None else IncomeKind(row.income_kind)
    return Reported(**told)
