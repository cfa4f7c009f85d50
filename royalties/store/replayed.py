"""Usage lines as a replay needs them: with a work, cuts and an import that say nothing else.

An empty database has none of what a usage line belongs to, and its references are checked there as
everywhere.
"""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from core.ids import derived_id
from core.principal import SearchCapability
from registry.models.works import Cut, CutFormat, Work, WorkLevel
from registry.store.works import CutRow, add_cut, add_work
from royalties.models import UsageLine
from royalties.store.usage import UsageImportRow, UsageLineRow

_IDS_MAX = 500


def hashes(
    session: Session, capability: SearchCapability, line_ids: Sequence[str]
) -> dict[str, str]:
    """The content hash of each of these usage lines, by id."""
    found: dict[str, str] = {}
    for start in range(0, len(line_ids), _IDS_MAX):
        some = line_ids[start : start + _IDS_MAX]
        query = select(UsageLineRow.id, UsageLineRow.content_hash)
        found.update(session.exec(query.where(col(UsageLineRow.id).in_(some))).all())
    return found


def restore(session: Session, line: UsageLine) -> None:
    """Store a usage line, and before the first one what all of them belong to."""
    work_id = derived_id("wrk", line.import_id)
    if session.get(UsageImportRow, line.import_id) is None:
        _begin(session, line, work_id)
    if session.get(CutRow, line.cut_id) is None:
        cut = Cut(line.cut_id, line.tenant_id, work_id, "", CutFormat.VERTICAL, "und", None)
        add_cut(session, cut, at=line.recorded_at)
    told: dict[str, Any] = dict(line.reported.told())
    session.add(
        UsageLineRow(
            id=line.id,
            tenant_id=line.tenant_id,
            recorded_at=line.recorded_at,
            import_id=line.import_id,
            line_no=line.line_no,
            cut_id=line.cut_id,
            territory=line.territory,
            period=line.period,
            views=line.views,
            reference=line.reference,
            content_hash=line.content_hash,
            origin=line.origin.value,
            **told,
        )
    )
    session.flush()


def _begin(session: Session, line: UsageLine, work_id: str) -> None:
    work = Work(work_id, line.tenant_id, WorkLevel.SERIES, None, "", {})
    add_work(session, work, at=line.recorded_at)
    session.add(
        UsageImportRow(
            id=line.import_id,
            tenant_id=line.tenant_id,
            recorded_at=line.recorded_at,
            file_sha256="",
            lines=0,
            accepted=0,
            duplicates=0,
            overlapping=0,
            rejected=0,
        )
    )
    session.flush()
