"""Takes a large usage report in as a job: batch by batch, from wherever it was stopped.

Each batch is kept together with how far it is, so that a worker that dies loses none and takes
none in twice. The lines that were rejected go into a sealed file of their own, for a month.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from pathlib import Path

from sqlmodel import Session

from api import uploads
from api.heartbeat import Heartbeat
from api.stopping import Stopping
from api.tools import Tools
from api.web.texts import text
from core import jobs, leases
from core.clock import utc_now
from core.errors import BadInput
from core.files import sha256_of
from core.init import World
from core.jobs import Job
from core.principal import Principal, SearchCapability, system
from royalties.models import ImportReport, Reject
from royalties.reports.opening import open_report
from royalties.reports.rejected import first_line, line_of
from royalties.service import usage
from royalties.service.mappings import mapping_for
from royalties.service.usage_intake import batches
from royalties.store import intake as store
from royalties.usage import Header

KIND = "usage"
JOB_BATCH = 50_000
REJECTS_MAX = 100_000
KEPT_DAYS = 30
_MARK_BYTES = 31  # an id and a line end


@dataclass(frozen=True, slots=True)
class Begun:
    """A report that is kept for its job."""

    object_name: str
    file_sha256: str
    sender: str


def import_report(tools: Tools, job: Job, pulse: Heartbeat) -> None:
    """Carry out a `usage` job: read the kept file, and let it go once it is taken in.

    The import ends before its file goes, and the job after it, so that wherever a worker dies the
    next one finds what is left to do.
    """
    world, clerk = tools.world, clerk_of(job)
    name, import_id = str(job.payload["object_name"]), str(job.payload["import_id"])
    with world.db.read() as session:
        running = store.get_import(session, clerk, import_id).report.running
    try:
        if running:
            with world.objects.opened(name) as path:
                _take_in(tools, job, pulse, path)
    except BadInput:
        world.objects.delete(name)
        raise
    world.objects.delete(name)
    with world.db.write() as session:
        leases.finish(session, job)


def fail_import(session: Session, job: Job) -> None:
    """An import whose job failed for good has ended; what was taken in stays."""
    usage.give_up(session, clerk_of(job), str(job.payload["import_id"]))


def begin(world: World, caller: Principal, upload_id: str, sender: str) -> Begun:
    """Look at an upload's first lines and keep it for a job; raises `BadInput` for no report.

    Done before the transaction that names the file, because copying must not hold the write lock.
    """
    with uploads.opened(world, caller, upload_id) as path:
        with path.open("rb") as file, world.db.read() as session:
            open_report(file, mapping_for(session, caller, sender))
        digest = sha256_of(path)
        with path.open("rb") as file:
            name = keep(world, caller, upload_id, iter(lambda: file.read(1 << 20), b""))
    return Begun(name, digest, sender)


def enqueue(session: Session, caller: Principal, begun: Begun, lang: str) -> ImportReport:
    """Begin the import and queue its job, in one transaction."""
    report = usage.begin_import(
        session, caller, file_sha256=begun.file_sha256, sender=begun.sender, now=utc_now()
    )
    payload = {
        "import_id": report.import_id,
        "object_name": begun.object_name,
        "tenant_kind": caller.tenant_kind,
        "lang": lang,
    }
    jobs.enqueue(session, caller, kind=KIND, subject_key=report.import_id, payload=payload)
    return report


def _take_in(tools: Tools, job: Job, pulse: Heartbeat, path: Path) -> None:
    world, clerk = tools.world, clerk_of(job)
    import_id, size = str(job.payload["import_id"]), max(1, path.stat().st_size)
    with world.db.read() as session:
        intake, mapping = usage.go_on(session, clerk, import_id)
    with path.open("rb") as file, world.objects.scratch() as (scratch, rejected):
        file.seek(_MARK_BYTES)
        metered = usage.Metered(file)
        opened = open_report(metered, mapping)
        write = Rejected(scratch.write, opened.header, str(job.payload["lang"]))
        for batch in batches(opened.rows, JOB_BATCH):
            if tools.stopping.is_set():
                raise Stopping
            with world.db.write() as session:
                leases.guard(session, job)
                write(intake.take(session, batch))
                usage.save(session, intake, opened.form)
            pulse.show(metered.bytes / size, str(intake.report.lines))
        scratch.flush()
        kept = None
        if write.any:
            with rejected.open("rb") as source:
                kept = keep(world, clerk, import_id, iter(lambda: source.read(1 << 20), b""))
    with world.db.write() as session:
        leases.guard(session, job)
        store.keep_rejects(session, clerk, import_id, kept)
        usage.save(session, intake, opened.form, ended=True)


def clerk_of(job: Job) -> Principal:
    """Whoever handed the report in, as far as taking it in goes."""
    return replace(system(job.tenant_id), tenant_kind=str(job.payload["tenant_kind"]))


class Rejected:
    """Writes rejected lines as a file to mend, at most so many of them."""

    def __init__(self, write: Callable[[bytes], object], header: Header | None, lang: str) -> None:
        self._write = write
        self._header = header
        self._lang = lang
        self._left = REJECTS_MAX
        self.any = False

    def __call__(self, rejects: Iterable[Reject]) -> None:
        for one in rejects:
            if self._left == 0:
                return
            if not self.any:
                self._write(first_line(self._header).encode())
            self.any, self._left = True, self._left - 1
            words = {one.cause: text(self._lang, f"usage.cause.{one.cause}")}
            self._write(line_of(one, self._header, words).encode())


def keep(world: World, owner: Principal, mark: str, pieces: Iterable[bytes]) -> str:
    """Seal a file that nothing else shares, whatever it holds; returns its name."""
    marked = chain([f"{mark}\n".encode()], pieces)
    return world.objects.put_stream(world.vault, owner.tenant_id, marked, bytes_max=None).name


def read_kept(world: World, name: str) -> Iterator[bytes]:
    """The bytes of a kept file."""
    pieces = world.objects.read(name)
    yield next(pieces, b"")[_MARK_BYTES:]
    yield from pieces


def keep_rejects(
    world: World, caller: Principal, report: ImportReport, path: Path, lang: str
) -> None:
    """Keep what a small import of this file rejected as a file to mend."""
    if not report.rejects:
        return
    lines: list[bytes] = []
    with path.open("rb") as file, world.db.read() as session:
        header = open_report(file, mapping_for(session, caller, report.sender)).header
    write = Rejected(lines.append, header, lang)
    write(report.rejects)
    if write.any:
        name = keep(world, caller, report.import_id, lines)
        with world.db.write() as session:
            store.keep_rejects(session, caller, report.import_id, name)


def expire(world: World, before: datetime) -> int:
    """Delete files of rejects kept since before this time; returns how many."""
    capability = SearchCapability("retention", "housekeeping")
    with world.db.read() as session:
        due = store.rejects_due(session, capability, before=before)
    for tenant_id, import_id, name in due:
        world.objects.delete(name)
        with world.db.write() as session:
            store.keep_rejects(session, system(tenant_id), import_id, None)
    return len(due)
