"""Takes usage lines in, many at a time, and keeps how far an import is.

A line goes in once, whoever reports it: its id follows from what it says. SQLite reads whole
batches as JSON, because a statement takes far fewer parameters than a batch has lines.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy import text as sql
from sqlmodel import Session, col, select

from core.columns import OWNER, UtcDateTime, json_text
from core.errors import NotFound
from core.ids import derived_ids
from core.places import older
from core.principal import Principal, SearchCapability
from core.visibility import owned, visible
from registry.store.works import CutRow
from royalties.models import NOTHING, ImportReport, Origin, Reported, UsageRow
from royalties.store.bulk import with_room
from royalties.store.usage import UsageImportRow

_FIGURES = tuple(Reported.__dataclass_fields__)
_COLUMNS = (
    *("tenant_id", "recorded_at", "import_id", "origin", "id", "content_hash", "audience"),
    # These as they stand in a row that was read.
    *("line_no", "cut_id", "territory", "period", "views", "reference", "supersedes"),
)
_CHUNK = 5000
_TITLES_MAX = 10_000
_KNOWN = "SELECT value FROM json_each(:ids) WHERE value IN (SELECT id FROM usage_line)"
_ADDED = """
SELECT l.id, l.line_no FROM json_each(:ids) JOIN usage_line AS l ON l.id = value
WHERE l.import_id = :import_id
"""
_REPORTED = """
SELECT value FROM json_each(:places) WHERE EXISTS (
    SELECT 1 FROM usage_line AS l WHERE l.cut_id = substr(value, 1, 30)
    AND l.period = substr(value, 31, 7) AND l.territory = substr(value, 38)
    AND l.origin = 'report')
"""


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import as it stands; `rejects_object` names the file of its rejects, while it is kept."""

    report: ImportReport
    recorded_at: datetime
    rejects_object: str | None


def line_ids(content_hashes: Sequence[str]) -> list[str]:
    """The ids that belong to lines of this content, and to no others."""
    return derived_ids("usg", content_hashes)


def find_import(session: Session, principal: Principal, file_sha256: str) -> str | None:
    """Id of the tenant's first import of the very same bytes."""
    query = (
        select(UsageImportRow.id)
        .where(
            owned(UsageImportRow, principal),
            col(UsageImportRow.file_sha256) == file_sha256,
        )
        .order_by(col(UsageImportRow.recorded_at), col(UsageImportRow.id))
    )
    return session.exec(query.limit(1)).first()


def add_import(
    session: Session, principal: Principal, report: ImportReport, *, at: datetime
) -> None:
    """Store what became of a file, or that it is about to be taken in."""
    session.add(
        UsageImportRow(
            id=report.import_id,
            tenant_id=principal.tenant_id,
            recorded_at=at,
            file_sha256=report.file_sha256,
            sender=report.sender or None,
            **_growing(report),
        )
    )
    session.flush()


def save_import(session: Session, principal: Principal, report: ImportReport) -> None:
    """Store how far an import of the tenant's is, or that it has ended."""
    row = _own(session, principal, report.import_id)
    for name, value in _growing(report).items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def get_import(session: Session, principal: Principal, import_id: str) -> KeptImport:
    """One import of the tenant's; raises NotFound."""
    return _kept(_own(session, principal, import_id))


def list_imports(
    session: Session, principal: Principal, *, before: str = "", limit: int = 100
) -> tuple[KeptImport, ...]:
    """The tenant's imports, newest first, those older than `before`."""
    place = (col(UsageImportRow.recorded_at), col(UsageImportRow.id))
    query = select(UsageImportRow).where(owned(UsageImportRow, principal))
    if before:
        query = query.where(older(place, before))
    ordered = query.order_by(*(each.desc() for each in place))
    return tuple(_kept(row) for row in session.exec(ordered.limit(limit)))


def keep_rejects(
    session: Session, principal: Principal, import_id: str, object_name: str | None
) -> None:
    """Name the file of an import's rejects, or none any more."""
    row = _own(session, principal, import_id)
    row.rejects_object = object_name
    session.add(row)
    session.flush()


def rejects_due(
    session: Session, _capability: SearchCapability, *, before: datetime
) -> tuple[tuple[str, str, str], ...]:
    """Tenant, import and file of all rejects kept since before this time."""
    query = select(
        UsageImportRow.tenant_id, UsageImportRow.id, col(UsageImportRow.rejects_object)
    ).where(
        col(UsageImportRow.rejects_object).is_not(None), col(UsageImportRow.recorded_at) < before
    )
    return tuple((tenant, name, str(file)) for tenant, name, file in session.exec(query))


def cut_owners(
    session: Session, reader: Principal | SearchCapability, cut_ids: Sequence[str]
) -> dict[str, str]:
    """Tenant of each of these cuts: of those a principal may see, or of all, for the service.

    Unknown ids are left out, so that a stranger's cut and none look alike.
    """
    wanted = sql("SELECT value FROM json_each(:ids)").bindparams(ids=json.dumps(list(cut_ids)))
    query = select(CutRow.id, CutRow.tenant_id).where(col(CutRow.id).in_(wanted))
    if isinstance(reader, Principal):
        query = query.where(visible(CutRow, reader))
    return dict(session.exec(query).all())


def known_lines(session: Session, line_ids: Collection[str]) -> set[str]:
    """Which of these lines are in already, whoever reported them; ids only."""
    found = session.connection().execute(sql(_KNOWN), {"ids": json.dumps(sorted(line_ids))})
    return set(found.scalars())


def places_of(rows: Sequence[UsageRow]) -> list[str]:
    """Cut, period and territory of each row in one text, whose order is that of the index."""
    return [cut_id + period + territory for _, cut_id, territory, period, *_ in rows]


def reported(session: Session, places: Collection[str]) -> set[str]:
    """Which of these places, as `places_of` writes them, have lines already."""
    told = json.dumps(sorted(places))
    return set(session.connection().execute(sql(_REPORTED), {"places": told}).scalars().all())


def add_lines(
    session: Session,
    principal: Principal,
    rows: Sequence[UsageRow],
    *,
    import_id: str,
    owners: dict[str, str],
    at: datetime,
    origin: Origin = Origin.REPORT,
    places: Sequence[str] | None = None,
) -> list[UsageRow] | None:
    """Store the rows that are not known yet, of equal ones the first; None where all were new.

    Else those that were. `owners` gives the tenant of each cut, who sees the line too. `places` are
    those of the rows, for who had them before.
    """
    hashes = [row.content_hash for row in rows]
    names, connection = line_ids(hashes), session.connection()
    mine, moment = principal.tenant_id, UtcDateTime().process_bind_param(at, connection.dialect)
    seen_by = {cut_id: OWNER if one == mine else f"tenant:{one}" for cut_id, one in owners.items()}
    said = (mine, moment, import_id, origin.value)
    telling = any(row.reported is not NOTHING for row in rows)
    naming = any(row.names for row in rows)
    statement = _insert(telling=telling, naming=naming)
    with_room(session)
    before = _changes(connection)
    # In the order of their places, so that the lines of a cut lie together for whoever reads them;
    # those of one place in the order of their ids.
    told = zip(places or places_of(rows), names, strict=True)
    keys = [place + name for place, name in told]
    order = sorted(range(len(rows)), key=keys.__getitem__)
    for start in range(0, len(order), _CHUNK):
        some = order[start : start + _CHUNK]
        known = [names[at] for at in some], [hashes[at] for at in some]
        values = _values(
            said, *known, seen_by, [rows[at] for at in some], telling=telling, naming=naming
        )
        connection.exec_driver_sql(statement, values)
    if _changes(connection) - before == len(rows):
        return None
    asked = {"ids": json.dumps(sorted(names)), "import_id": import_id}
    added = {(name, line_no) for name, line_no in connection.execute(sql(_ADDED), asked)}
    return [row for name, row in zip(names, rows, strict=True) if (name, row.line_no) in added]


def _values(
    said: Sequence[Any],
    names: Sequence[str],
    hashes: Sequence[str],
    seen_by: Mapping[str, str],
    rows: Sequence[UsageRow],
    *,
    telling: bool,
    naming: bool,
) -> list[tuple[Any, ...]]:
    """The lines in the order of the columns, put together a column at a time."""
    line_no, cut_ids, *content, reported, supersedes, called, _ = zip(*rows, strict=True)
    columns: list[Sequence[Any]] = [*([one] * len(rows) for one in said), names, hashes]
    columns += [[seen_by[cut_id] for cut_id in cut_ids], line_no, cut_ids, *content, supersedes]
    if telling:
        columns += zip(*map(_figures, reported), strict=True)
    if naming:
        columns.append([_called(one) for one in called])
    return list(zip(*columns, strict=True))


@lru_cache(maxsize=_TITLES_MAX)
def _called(names: tuple[tuple[str, str], ...]) -> str | None:
    """A report names the same titles on line after line."""
    return json_text(dict(names)) if names else None


@cache
def _insert(*, telling: bool, naming: bool) -> str:
    columns = (*_COLUMNS, *(_FIGURES if telling else ()), *(("names",) if naming else ()))
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    # The names are of our own schema.
    into = f"INSERT INTO usage_line ({names})"
    return f"{into} VALUES ({marks}) ON CONFLICT (id) DO NOTHING"


def _changes(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _figures(said: Reported) -> tuple[Any, ...]:
    told = said.told()
    return tuple(told.get(name) for name in _FIGURES)


def _growing(report: ImportReport) -> dict[str, Any]:
    return {
        "lines": report.lines,
        "accepted": report.accepted,
        "duplicates": report.duplicates,
        "overlapping": report.overlapping,
        "rejected": report.rejected,
        "form": report.form,
        "running": report.running,
        "reached_line": report.reached_line,
        "held": report.held,
    }


def _own(session: Session, principal: Principal, import_id: str) -> UsageImportRow:
    query = select(UsageImportRow).where(
        col(UsageImportRow.id) == import_id, owned(UsageImportRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("There is no such import.", next_step="List them: ebenbild usage imports")
    return row


def _kept(row: UsageImportRow) -> KeptImport:
    report = ImportReport(
        import_id=row.id,
        file_sha256=row.file_sha256,
        known_file=None,
        lines=row.lines,
        accepted=row.accepted,
        duplicates=row.duplicates,
        overlapping=row.overlapping,
        rejected=row.rejected,
        rejects=(),
        ignored_columns=(),
        sender=row.sender or "",
        form=row.form or "csv",
        running=bool(row.running),
        reached_line=row.reached_line or 0,
        held=row.held or 0,
    )
    return KeptImport(report, row.recorded_at, row.rejects_object)
