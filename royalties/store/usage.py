"""Tables of usage imports and usage lines; both are evidence and append-only.

A line belongs to whoever reported it; where that is not the owner of the cut (a society), the
owner sees it too. Its id follows from its content hash and is unique over all reporters: the same
exploitation counts once, and files taken in in another order make the same books. One index beside
the id is all that an import of a million lines can keep up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    exists,
    insert,
    literal,
    literal_column,
    text,
    tuple_,
)
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, col, select

from core.db import OWNER, Owned, append_only, visible
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from registry.store.works import CutRow
from royalties.models import NOTHING, ImportReport, Origin, Ratio, Reported, UsageLine, UsageRow
from royalties.tariffs.models import IncomeKind

PAGE = 500

_ROW = literal_column("usage_line.rowid", Integer)
_UNTOLD = MappingProxyType(dict.fromkeys(item.name for item in fields(Reported)))


class UsageImportRow(Owned, table=True):
    """Table of imports; the same file may come again and is then known by its SHA-256."""

    __tablename__ = "usage_import"
    __table_args__ = (Index("usage_import_file", "tenant_id", "file_sha256"), append_only())

    file_sha256: str
    lines: int
    accepted: int
    duplicates: int
    overlapping: int
    rejected: int


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


def line_id(content_hash: str) -> str:
    """The id that belongs to a line of this content, and to no other."""
    return derived_id("usg", content_hash)


def find_import(session: Session, principal: Principal, file_sha256: str) -> str | None:
    """Id of the tenant's first import of the very same bytes."""
    query = (
        select(UsageImportRow.id)
        .where(
            col(UsageImportRow.tenant_id) == principal.tenant_id,
            col(UsageImportRow.file_sha256) == file_sha256,
        )
        .order_by(col(UsageImportRow.recorded_at), col(UsageImportRow.id))
    )
    return session.exec(query.limit(1)).first()


def add_import(
    session: Session, principal: Principal, report: ImportReport, *, at: datetime
) -> None:
    """Store what became of a file."""
    session.add(
        UsageImportRow(
            id=report.import_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            file_sha256=report.file_sha256,
            lines=report.lines,
            accepted=report.accepted,
            duplicates=report.duplicates,
            overlapping=report.overlapping,
            rejected=report.rejected,
        )
    )
    session.flush()


def cut_owners(
    session: Session, reader: Principal | SearchCapability, cut_ids: Sequence[str]
) -> dict[str, str]:
    """Tenant of each of these cuts: of those a principal may see, or of all, for the service.

    Unknown ids are left out, so that a stranger's cut and none look alike.
    """
    query = select(CutRow.id, CutRow.tenant_id).where(col(CutRow.id).in_(cut_ids))
    if isinstance(reader, Principal):
        query = query.where(visible(CutRow, reader))
    return dict(session.exec(query).all())


def known_lines(session: Session, line_ids: Sequence[str]) -> set[str]:
    """Which of these lines are in already, whoever reported them; ids only."""
    return set(session.exec(select(UsageLineRow.id).where(col(UsageLineRow.id).in_(line_ids))))


def reported(session: Session, rows: Sequence[UsageRow]) -> set[tuple[str, str, str]]:
    """Which (cut, territory, period) of these rows have lines already."""
    columns = (col(UsageLineRow.cut_id), col(UsageLineRow.territory), col(UsageLineRow.period))
    wanted = {(row.cut_id, row.territory, row.period) for row in rows}
    query = select(*columns).distinct().where(tuple_(*columns).in_(wanted))
    return {(cut_id, territory, period) for cut_id, territory, period in session.exec(query)}


def add_lines(
    session: Session,
    principal: Principal,
    rows: Sequence[UsageRow],
    *,
    import_id: str,
    owners: dict[str, str],
    at: datetime,
) -> None:
    """Store accepted rows; `owners` gives the tenant of each cut, who sees the line too."""
    values = [
        {
            **_UNTOLD,
            **row.reported.told(),
            "id": line_id(row.content_hash),
            "tenant_id": principal.tenant_id,
            "audience": _audience(principal, owners[row.cut_id]),
            "recorded_at": at,
            "import_id": import_id,
            "line_no": row.line_no,
            "cut_id": row.cut_id,
            "territory": row.territory,
            "period": row.period,
            "views": row.views,
            "reference": row.reference,
            "content_hash": row.content_hash,
            "supersedes": row.supersedes,
        }
        for row in rows
    ]
    if values:
        session.connection().execute(insert(UsageLineRow), values)


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
    session: Session, principal: Principal, cut_id: str, *, size: int = PAGE
) -> Iterator[tuple[UsageLine, ...]]:
    """The usage lines of a cut that the principal may see, a page at a time, by month.

    Only what counts: a line that was corrected is left out, its correction is there instead.
    """
    place = (col(UsageLineRow.period), col(UsageLineRow.territory), _ROW)
    after: tuple[str, str, int] = ("", "", -1)
    while True:
        query = (
            select(UsageLineRow, _ROW)
            .where(
                visible(UsageLineRow, principal),
                col(UsageLineRow.cut_id) == cut_id,
                tuple_(*place) > tuple_(*(literal(value) for value in after)),
                ~_corrected(),
            )
            .order_by(*place)
            .limit(size)
        )
        found = session.exec(query).all()
        if found:
            yield tuple(_line(row) for row, _ in found)
            last, number = found[-1]
            after = (last.period, last.territory, number)
            for row, _ in found:
                session.expunge(row)
        if len(found) < size:
            return


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
                _corrected(),
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
    """Which of these lines the principal reported itself and may still correct."""
    query = select(UsageLineRow.id).where(
        col(UsageLineRow.id).in_(line_ids),
        col(UsageLineRow.tenant_id) == principal.tenant_id,
        ~_corrected(),
    )
    return set(session.exec(query))


def _corrected() -> ColumnElement[bool]:
    """Whether a later line stands in the place of this one."""
    correction = aliased(UsageLineRow)
    return exists().where(col(correction.supersedes) == col(UsageLineRow.id))


def _audience(principal: Principal, owner: str) -> str:
    return OWNER if owner == principal.tenant_id else f"tenant:{owner}"


def _line(row: UsageLineRow) -> UsageLine:
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


def _reported(row: UsageLineRow) -> Reported:
    told = {name: getattr(row, name) for name in _UNTOLD}
    if all(value is None for value in told.values()):
        return NOTHING
    for name in ("completion", "days"):
        told[name] = None if told[name] is None else Ratio.of(Fraction(told[name]))
    told["income_kind"] = None if row.income_kind is None else IncomeKind(row.income_kind)
    return Reported(**told)
