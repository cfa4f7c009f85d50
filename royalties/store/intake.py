"""Takes usage lines in, many at a time, and keeps how far an import is.

A line goes in once, whoever reports it: its id follows from what it says. SQLite reads whole
batches as JSON, because a statement takes far fewer parameters than a batch has lines.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import text as sql
from sqlmodel import Session, col, select

from core.db import OWNER, UtcDateTime, visible
from core.errors import NotFound
from core.ids import derived_id
from core.principal import Principal, SearchCapability
from registry.store.works import CutRow
from royalties.models import NOTHING, ImportReport, Origin, Reported, UsageRow
from royalties.store.usage import UsageImportRow

_FIGURES = tuple(Reported.__dataclass_fields__)
_COLUMNS = (
    *("id", "tenant_id", "audience", "recorded_at", "import_id", "line_no", "cut_id"),
    *("territory", "period", "views", "reference", "content_hash", "supersedes", "origin"),
    *_FIGURES,
)
_INSERT = (
    f"INSERT INTO usage_line ({', '.join(_COLUMNS)}) "  # noqa: S608 - names of our own schema
    f"VALUES ({', '.join('?' * len(_COLUMNS))})"
)
# What the two indexes of a million lines fit into; the default is a fiftieth of it.
_CACHE = "PRAGMA cache_size = -131072"
_NO_FIGURES = (None,) * len(_FIGURES)
_KNOWN = "SELECT value FROM json_each(:ids) WHERE value IN (SELECT id FROM usage_line)"
_REPORTED = """
SELECT DISTINCT j.value ->> 0, j.value ->> 1, j.value ->> 2 FROM json_each(:places) AS j
WHERE EXISTS (SELECT 1 FROM usage_line AS l WHERE l.cut_id = j.value ->> 0
    AND l.period = j.value ->> 2 AND l.territory = j.value ->> 1)
"""


@dataclass(frozen=True, slots=True)
class KeptImport:
    """An import as it stands; `rejects_object` names the file of its rejects, while it is kept."""

    report: ImportReport
    recorded_at: datetime
    rejects_object: str | None


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
    session: Session, principal: Principal, *, limit: int = 100
) -> tuple[KeptImport, ...]:
    """The tenant's newest imports."""
    query = (
        select(UsageImportRow)
        .where(col(UsageImportRow.tenant_id) == principal.tenant_id)
        .order_by(col(UsageImportRow.recorded_at).desc(), col(UsageImportRow.id))
    )
    return tuple(_kept(row) for row in session.exec(query.limit(limit)))


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


def known_lines(session: Session, line_ids: Sequence[str]) -> set[str]:
    """Which of these lines are in already, whoever reported them; ids only."""
    found = session.connection().execute(sql(_KNOWN), {"ids": json.dumps(list(line_ids))})
    return set(found.scalars())


def reported(session: Session, places: Sequence[tuple[str, str, str]]) -> set[tuple[str, str, str]]:
    """Which of these (cut, territory, period) have lines already."""
    found = session.connection().execute(sql(_REPORTED), {"places": json.dumps(places)})
    return {(cut_id, territory, period) for cut_id, territory, period in found}


def add_lines(
    session: Session,
    principal: Principal,
    rows: Sequence[tuple[str, str, UsageRow]],
    *,
    import_id: str,
    owners: dict[str, str],
    at: datetime,
    origin: Origin = Origin.REPORT,
) -> None:
    """Store accepted rows, each with its id and content hash.

    `owners` gives the tenant of each cut, who sees the line too.
    """
    mine = principal.tenant_id
    audiences = {one: OWNER if one == mine else f"tenant:{one}" for one in set(owners.values())}
    moment = UtcDateTime().process_bind_param(at, session.connection().dialect)
    values = [
        (
            name,
            mine,
            audiences[owners[row.cut_id]],
            moment,
            import_id,
            row.line_no,
            row.cut_id,
            row.territory,
            row.period,
            row.views,
            row.reference,
            content_hash,
            row.supersedes,
            origin.value,
            *_figures(row.reported),
        )
        # In the order of their ids, so that neighbours in the index go in one after another.
        for name, content_hash, row in sorted(rows, key=itemgetter(0))
    ]
    if values:
        connection = session.connection()
        connection.exec_driver_sql(_CACHE)
        connection.exec_driver_sql(_INSERT, values)


def _figures(said: Reported) -> tuple[Any, ...]:
    if said is NOTHING:
        return _NO_FIGURES
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
    }


def _own(session: Session, principal: Principal, import_id: str) -> UsageImportRow:
    query = select(UsageImportRow).where(
        col(UsageImportRow.id) == import_id, col(UsageImportRow.tenant_id) == principal.tenant_id
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
    )
    return KeptImport(report, row.recorded_at, row.rejects_object)
