"""Taking in a usage report: every line is accepted, a duplicate, or rejected with its cause.

A file is taken in within the caller's one transaction, so a broken run leaves nothing of it. Lines
go through in batches, so memory stays bounded whatever the size of the file.
"""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from core.clock import utc_now
from core.errors import NotFound
from core.ids import new_id
from core.principal import Principal, SearchCapability, require
from core.tenants import OPERATOR
from royalties.models import ImportReport, Reject, UsageRow
from royalties.store import usage as store
from royalties.usage import read_header, read_rows

BATCH = 500
REJECTS_MAX = 1000
COLLECTORS = frozenset({"society", OPERATOR})

Progress = Callable[[int], None]


class _Metered:
    """A stream that hashes what is read and tells how many bytes that was."""

    def __init__(self, stream: BinaryIO, progress: Progress | None) -> None:
        self._stream = stream
        self._progress = progress
        self._bytes = 0
        self.hash = hashlib.sha256()

    def readline(self, size: int = -1, /) -> bytes:
        """Read as the stream does."""
        line = self._stream.readline(size)
        self.hash.update(line)
        self._bytes += len(line)
        return line

    def report(self) -> None:
        """Tell the progress so far, in bytes."""
        if self._progress is not None:
            self._progress(self._bytes)


@dataclass(slots=True)
class _Tally:
    """Counts while a file is read; `owners` remembers whose each cut is, "" for unknown ones."""

    import_id: str
    at: datetime
    lines: int = 0
    accepted: int = 0
    duplicates: int = 0
    overlapping: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    def reject(self, one: Reject) -> None:
        self.rejected += 1
        if len(self.rejects) < REJECTS_MAX:
            self.rejects.append(one)


def import_usage(
    session: Session,
    principal: Principal,
    source: Path | bytes | BinaryIO,
    progress: Progress | None = None,
) -> ImportReport:
    """Take in a usage report (CSV) on behalf of the tenant that reports it.

    `progress` is called with the number of bytes read so far. Raises `BadInput` (bad-usage-header)
    when the first line names no usable columns, `NotFound` for a missing file and `NotAllowed`
    without the scope `usage`. A studio reports its own cuts, a society those of all studios.
    """
    require(principal, "usage")
    if isinstance(source, Path):
        try:
            with source.open("rb") as file:
                return _import(session, principal, file, progress)
        except FileNotFoundError as exc:
            raise NotFound("There is no such file.", next_step="Check the path.") from exc
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    return _import(session, principal, stream, progress)


def _import(
    session: Session, principal: Principal, stream: BinaryIO, progress: Progress | None
) -> ImportReport:
    metered = _Metered(stream, progress)
    header = read_header(metered)
    tally = _Tally(new_id("imp"), utc_now())
    batch: list[UsageRow] = []
    for one in read_rows(metered, header):
        tally.lines += 1
        if isinstance(one, Reject):
            tally.reject(one)
            continue
        batch.append(one)
        if len(batch) == BATCH:
            _take_in(session, principal, batch, tally)
            batch.clear()
            metered.report()
    _take_in(session, principal, batch, tally)
    metered.report()
    return _finish(session, principal, tally, metered.hash.hexdigest(), header.ignored)


def _take_in(session: Session, principal: Principal, batch: list[UsageRow], tally: _Tally) -> None:
    """Store what is new in a batch of well-formed rows, and count the rest."""
    _find_owners(session, principal, batch, tally)
    known = [row for row in batch if tally.owners[row.cut_id]]
    for row in batch:
        if not tally.owners[row.cut_id]:
            tally.reject(Reject(row.line_no, "unknown-cut", "cut_id"))
    new: dict[str, UsageRow] = {}
    for row in known:
        new.setdefault(store.line_id(row.content_hash), row)
    seen = store.known_lines(session, list(new))
    fresh = [row for name, row in new.items() if name not in seen]
    tally.duplicates += len(known) - len(fresh)
    fresh = _correctable(session, principal, fresh, tally)
    tally.accepted += len(fresh)
    tally.overlapping += _overlaps(fresh, store.reported(session, fresh))
    store.add_lines(
        session,
        principal,
        fresh,
        import_id=tally.import_id,
        owners=tally.owners,
        at=tally.at,
    )


def _correctable(
    session: Session, principal: Principal, rows: list[UsageRow], tally: _Tally
) -> list[UsageRow]:
    """These rows without corrections of what is not the reporter's, or was corrected before."""
    wanted = [row.supersedes for row in rows if row.supersedes is not None]
    if not wanted:
        return rows
    open_lines = store.newest(session, principal, wanted)
    found = []
    for row in rows:
        if row.supersedes is None:
            found.append(row)
        elif row.supersedes in open_lines:
            open_lines.remove(row.supersedes)
            found.append(row)
        else:
            tally.reject(Reject(row.line_no, "unknown-line", "supersedes"))
    return found


def _find_owners(
    session: Session, principal: Principal, batch: list[UsageRow], tally: _Tally
) -> None:
    missing = {row.cut_id for row in batch} - tally.owners.keys()
    collector = principal.tenant_kind in COLLECTORS
    reader = SearchCapability("usage-report", tally.import_id) if collector else principal
    found = store.cut_owners(session, reader, sorted(missing))
    tally.owners.update({cut_id: found.get(cut_id, "") for cut_id in missing})


def _overlaps(rows: list[UsageRow], reported: set[tuple[str, str, str]]) -> int:
    """How many rows concern a cut, territory and period that has been reported before them."""
    before = set(reported)
    count = 0
    for row in rows:
        place = (row.cut_id, row.territory, row.period)
        count += place in before
        before.add(place)
    return count


def _finish(
    session: Session,
    principal: Principal,
    tally: _Tally,
    file_sha256: str,
    ignored_columns: tuple[str, ...],
) -> ImportReport:
    report = ImportReport(
        import_id=tally.import_id,
        file_sha256=file_sha256,
        known_file=store.find_import(session, principal, file_sha256),
        lines=tally.lines,
        accepted=tally.accepted,
        duplicates=tally.duplicates,
        overlapping=tally.overlapping,
        rejected=tally.rejected,
        rejects=tuple(sorted(tally.rejects, key=lambda one: one.line_no)),
        ignored_columns=ignored_columns,
    )
    store.add_import(session, principal, report, at=tally.at)
    return report
