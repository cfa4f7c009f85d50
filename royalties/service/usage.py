"""Taking in a usage report: every line is accepted, a duplicate, or rejected with its cause.

A small file is taken in within the caller's one transaction, so a broken run leaves nothing of it.
A large one is begun, taken in batch by batch with how far it is, and ended: whoever is stopped in
between goes on from the last batch that was kept.
"""

import hashlib
import io
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlmodel import Session

from core.errors import BadInput, NotFound
from core.ids import new_id
from core.notices import notify
from core.principal import Principal, SearchCapability, require
from royalties.models import ImportReport, Reject, UsageLine
from royalties.reports.mapping import OURS, ColumnMapping
from royalties.reports.opening import Form, open_report
from royalties.service import booknames
from royalties.service.books import collector
from royalties.service.mappings import mapping_for
from royalties.service.usage_intake import REJECTS_MAX, Intake, batches
from royalties.store import intake as store
from royalties.store import reportlines
from royalties.store.bulk import give_room_back

Progress = Callable[[int], None]
HELD = "usage.held"


class Metered:
    """A stream that hashes what is read and tells how many bytes that was."""

    def __init__(self, stream: BinaryIO, progress: Progress | None = None) -> None:
        self._stream = stream
        self._progress = progress
        self.bytes = 0
        self.hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """Read as the stream does."""
        block = self._stream.read(size)
        self.hash.update(block)
        self.bytes += len(block)
        return block

    def report(self) -> None:
        """Tell the progress so far, in bytes."""
        if self._progress is not None:
            self._progress(self.bytes)


def import_usage(
    session: Session,
    principal: Principal,
    source: Path | bytes | BinaryIO,
    progress: Progress | None = None,
    *,
    sender: str = "",
    now: datetime,
) -> ImportReport:
    """Take in a usage report on behalf of the tenant that reports it; `sender` says whose it is.

    `progress` is called with the number of bytes read so far. Raises `BadInput` (bad-usage-header)
    when the first line names no usable columns, `NotFound` for a missing file and `NotAllowed`
    without the scope `usage`. A studio reports its own cuts, a society those of all studios.
    """
    require(principal, "usage")
    with _stream(source) as stream:
        metered = Metered(stream, progress)
        opened = open_report(metered, mapping_for(session, principal, sender))
        begun = replace(_fresh(sender), ignored_columns=opened.ignored, form=opened.form.value)
        intake = Intake(principal, begun, now)
        rejects: list[Reject] = []
        for batch in batches(opened.rows):
            rejects += intake.take(session, batch)[: REJECTS_MAX - len(rejects)]
            metered.report()
        metered.report()
    intake.end(session)
    digest = metered.hash.hexdigest()
    known = store.find_import(session, principal, digest)
    report = replace(
        intake.report, file_sha256=digest, known_file=known, rejects=tuple(rejects), reached_line=0
    )
    store.add_import(session, principal, report, at=intake.at)
    _tell_held(session, intake)
    return report


def begin_import(
    session: Session, principal: Principal, *, file_sha256: str, sender: str, now: datetime
) -> ImportReport:
    """Begin an import that is taken in batch by batch; raises `NotAllowed` without `usage`."""
    require(principal, "usage")
    mapping_for(session, principal, sender)
    known = store.find_import(session, principal, file_sha256)
    begun = replace(_fresh(sender), file_sha256=file_sha256, known_file=known, running=True)
    store.add_import(session, principal, begun, at=now)
    return begun


def go_on(session: Session, principal: Principal, import_id: str) -> tuple[Intake, ColumnMapping]:
    """The intake of an import that was begun, from where it is, and how its sender writes."""
    kept = store.get_import(session, principal, import_id)
    mapping = mapping_for(session, principal, kept.report.sender) if kept.report.sender else OURS
    return Intake(principal, kept.report, kept.recorded_at), mapping


def save(session: Session, intake: Intake, form: Form, *, ended: bool = False) -> None:
    """Keep how far an import is, in the transaction that stores what was taken in."""
    if ended:
        intake.end(session)
    intake.report = replace(intake.report, form=form.value, running=not ended)
    store.save_import(session, intake.principal, intake.report)
    if ended:
        _tell_held(session, intake)


def give_up(session: Session, principal: Principal, import_id: str) -> None:
    """End an import whose work failed for good; what was taken in stays."""
    kept = store.get_import(session, principal, import_id)
    if kept.report.running:
        store.save_import(session, principal, replace(kept.report, running=False))
        give_room_back(session)


def get_import(session: Session, principal: Principal, import_id: str) -> store.KeptImport:
    """One import of the caller's; raises `NotFound`, and `NotAllowed` without `usage`."""
    require(principal, "usage")
    return store.get_import(session, principal, import_id)


def list_imports(
    session: Session, principal: Principal, *, before: str = "", limit: int = 100
) -> tuple[store.KeptImport, ...]:
    """The caller's imports, newest first; page on with the id of the last one."""
    require(principal, "usage")
    return store.list_imports(session, principal, before=before, limit=limit)


def lines_of(
    session: Session, principal: Principal, import_id: str, *, after: int = 0, limit: int = 50
) -> list[tuple[UsageLine, bool, bool]]:
    """Lines taken in of one's own report, in its order: whether each is kept back, and whether a
    later one stands in its place. Raises `NotAllowed` without `usage`."""
    require(principal, "usage")
    return reportlines.taken_in(session, principal, import_id, after=after, limit=limit)


def lines_of_cut(
    session: Session,
    principal: Principal,
    cut_id: str,
    *,
    period: str = "",
    after: int = 0,
    limit: int = 50,
) -> list[tuple[int, UsageLine, bool]]:
    """One's own lines of a cut that may be corrected, whether each is kept back, by their places.

    Raises `NotAllowed` without `usage`, `BadInput` where no cut is named.
    """
    require(principal, "usage")
    if not cut_id:
        raise BadInput("No cut is named.", next_step="Name one: ebenbild usage lines CUT")
    return reportlines.of_cut(session, principal, cut_id, period=period, after=after, limit=limit)


def titles_of(
    session: Session, principal: Principal, cut_ids: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Title and version of the cuts of lines that one may see; empty where a cut is gone."""
    require(principal, "usage")
    reading = SearchCapability("usage-titles", principal.tenant_id)
    owners = store.cut_owners(session, reading, sorted(cut_ids))
    return {**dict.fromkeys(cut_ids, ("", "")), **booknames.titles_of(session, owners.items())}


def _tell_held(session: Session, intake: Intake) -> None:
    """Tell the clerks of whoever collects that lines of this import wait for them."""
    if intake.report.held:
        notify(
            session,
            tenant_id=collector(session),
            person=None,
            kind=HELD,
            subject_id=intake.report.import_id,
            facts={"count": str(intake.report.held)},
            now=intake.at,
        )


def _fresh(sender: str) -> ImportReport:
    return ImportReport(new_id("imp"), "", None, 0, 0, 0, 0, 0, (), (), sender=sender)


@contextmanager
def _stream(source: Path | bytes | BinaryIO) -> Iterator[BinaryIO]:
    if isinstance(source, bytes):
        yield io.BytesIO(source)
    elif not isinstance(source, Path):
        yield source
    else:
        try:
            file = source.open("rb")
        except FileNotFoundError as exc:
            raise NotFound("There is no such file.", next_step="Check the path.") from exc
        with file:
            yield file
