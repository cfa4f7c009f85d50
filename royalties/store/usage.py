"""Tables of usage imports and usage lines; both are evidence and append-only.

A line belongs to whoever reported it; where that is not the owner of the cut (a society), the
owner sees it too. The content hash is unique over all reporters: the same exploitation counts once,
and its id follows from it, so that files taken in in another order make the same books.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, insert, tuple_
from sqlmodel import Field, Session, col, select

from core.db import OWNER, Owned, append_only, visible
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from registry.store.works import CutRow
from royalties.models import ImportReport, UsageLine, UsageRow

PAGE = 500


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
        Index("usage_line_reported", "cut_id", "territory", "period"),
        Index("usage_line_page", "cut_id", "id"),
        append_only(),
    )

    import_id: str = Field(
        sa_column_args=(ForeignKey("usage_import.id", deferrable=True, initially="DEFERRED"),)
    )
    line_no: int
    cut_id: str = Field(foreign_key="cut.id")
    territory: str
    period: str
    views: int = Field(sa_type=BigInteger)
    reference: str
    content_hash: str = Field(unique=True)


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


def known_hashes(session: Session, content_hashes: Sequence[str]) -> set[str]:
    """Which of these lines are in already, whoever reported them; hashes only."""
    query = select(UsageLineRow.content_hash).where(
        col(UsageLineRow.content_hash).in_(content_hashes)
    )
    return set(session.exec(query))


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
            "id": derived_id("usg", row.content_hash),
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
    """All usage lines of a cut that the principal may see, a page at a time in order of id."""
    after = ""
    while True:
        query = (
            select(UsageLineRow)
            .where(
                visible(UsageLineRow, principal),
                col(UsageLineRow.cut_id) == cut_id,
                col(UsageLineRow.id) > after,
            )
            .order_by(col(UsageLineRow.id))
            .limit(size)
        )
        rows = session.exec(query).all()
        if rows:
            yield tuple(_line(row) for row in rows)
            after = rows[-1].id
            for row in rows:
                session.expunge(row)
        if len(rows) < size:
            return


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
    )
