"""Usage over HTTP: reports taken in at once or as a job, and how their senders write them."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import importing, uploads
from api.deps import Caller, Language, Open, Reading, Writing
from api.describing import gives
from api.download import download
from api.paging import Asked, Page, page
from api.wire import FROZEN, Text
from api.wire_usage import BegunImportOut, ImportOut, KeptImportOut
from core import jobs
from core.clock import utc_now
from core.errors import NotFound
from core.forms import Form
from core.principal import require
from royalties.models import ImportReport, UsageLine
from royalties.reports.mapping import COLUMNS, ColumnMapping
from royalties.reports.rows import to_correct
from royalties.service import mappings, usage
from royalties.store.intake import KeptImport
from royalties.store.mappings import KeptMapping
from royalties.wire_usage import import_report_to_dict

router = APIRouter(tags=["money"])
Sender = Annotated[str, Field(max_length=64, pattern=r"^[a-z0-9][a-z0-9._-]*$")]


class NewImport(BaseModel):
    """An uploaded usage report: CSV, JSON lines or DDEX, packed with gzip or not.

    With `background` a job takes it in, which is for large files; `sender` says whose mapping
    reads it.
    """

    model_config = FROZEN
    upload_id: Text
    sender: Sender | None = None
    background: bool = False


class Headings(BaseModel):
    """The headings of a sender's report, as they stand in its first line."""

    model_config = FROZEN
    sender: Sender
    headings: list[Text] = Field(max_length=200)


class NewMapping(BaseModel):
    """How a sender writes (docs/tariffs.md), and under which name that was kept before."""

    model_config = FROZEN
    mapping: dict[str, Any]
    replaces: Sender | None = None


class LineOut(BaseModel):
    """A line that was taken in: `cells` by the columns of a CSV, its own id as `supersedes`."""

    id: str
    import_id: str
    line: int
    held: bool
    cells: dict[str, str]

    @classmethod
    def of(cls, item: tuple[int, UsageLine, bool]) -> Self:
        """One line as data."""
        _, line, held = item
        return cls(
            id=line.id,
            import_id=line.import_id,
            line=line.line_no,
            held=held,
            cells=to_correct(line),
        )


class MappingOut(BaseModel):
    """A mapping in force; `columns` gives the sender's heading of each of our columns."""

    sender: str
    mapping: ColumnMapping
    since: datetime

    @classmethod
    def of(cls, item: KeptMapping) -> Self:
        """The mapping as data."""
        return cls(
            sender=item.mapping.sender,
            mapping=item.mapping,
            since=item.recorded_at,
        )


class GuessedOut(Form):
    """What headings most likely mean, those that mean nothing here, and all that can be meant."""

    mapping: ColumnMapping
    not_read: list[str]
    columns: list[str]


class RemovedOut(Form):
    """Whose mapping was forgotten."""

    sender: str


@router.post(
    "/usage-imports",
    status_code=201,
    response_model=ImportOut,
    responses={202: {"model": BegunImportOut, "description": "A job takes it in."}},
)
def import_usage(body: NewImport, writing: Writing, world: Open, lang: Language) -> Response:
    """Take a usage report in; every line is accepted, known, or rejected with its cause."""
    require(writing.caller, "usage")
    replayed = writing.replay()
    if replayed is not None:
        return replayed
    caller, sender, now = writing.caller, body.sender or "", utc_now()
    if body.background:
        begun = importing.begin(world, caller, body.upload_id, sender)
        answer = writing.write(
            lambda session: _queued(session, caller, begun, lang=lang), status=202
        )
    else:
        with uploads.opened(world, caller, body.upload_id) as path:
            made: list[ImportReport] = []

            def take(session: Session) -> dict[str, Any]:
                made.append(usage.import_usage(session, caller, path, sender=sender, now=now))
                return import_report_to_dict(made[0])

            answer = writing.write(take)
            if made:
                importing.keep_rejects(world, caller, made[0], path, lang)
    uploads.discard(world.settings, caller, body.upload_id)
    return answer


def _queued(
    session: Session, caller: Caller, begun: importing.Begun, *, lang: str
) -> dict[str, Any]:
    report = importing.enqueue(session, caller, begun, lang)
    job = jobs.latest(session, caller, kind=importing.KIND, subject=report.import_id)
    return {**import_report_to_dict(report), "job_id": job.id if job else ""}


@router.get("/usage-imports", response_model=Page[KeptImportOut])
def list_imports(caller: Caller, reading: Reading, window: Asked) -> Page[KeptImportOut]:
    """Your imports, newest first."""
    found = usage.list_imports(reading, caller, before=window.after, limit=window.limit)
    return page(found, window, _import, cursor=lambda item: item.report.import_id)


@router.get("/usage-imports/{import_id}", response_model=KeptImportOut)
def show_import(import_id: str, caller: Caller, reading: Reading) -> KeptImportOut:
    """How far is this import, and what became of its lines?"""
    return _import(usage.get_import(reading, caller, import_id))


@router.get(
    "/usage-imports/{import_id}/rejects", response_class=Response, responses=gives("text/csv")
)
def rejects(import_id: str, caller: Caller, reading: Reading, world: Open) -> Response:
    """The rejected lines with their causes, as a CSV to mend and hand in again."""
    name = usage.get_import(reading, caller, import_id).rejects_object
    if name is None:
        raise NotFound(
            "No rejected lines are kept of this import.",
            next_step=f"They are kept for {importing.KEPT_DAYS} days, where there were any.",
        )
    return download(importing.read_kept(world, name), f"{import_id}-rejects.csv", "text/csv")


@router.get("/usage-lines", response_model=Page[LineOut])
def list_lines(
    caller: Caller,
    reading: Reading,
    window: Asked,
    cut_id: Annotated[str, Query(max_length=64)],
    period: Annotated[str, Query(max_length=7)] = "",
) -> Page[LineOut]:
    """Your own lines of a cut as you may correct them, of one month or of all."""
    found = usage.lines_of_cut(
        reading,
        caller,
        cut_id,
        period=period,
        after=window.before_seq or 0,
        limit=window.limit,
    )
    return page(found, window, LineOut.of, cursor=lambda item: str(item[0]))


@router.get("/usage-mappings", response_model=list[MappingOut])
def list_mappings(caller: Caller, reading: Reading) -> list[MappingOut]:
    """How your senders write their reports."""
    return [MappingOut.of(item) for item in mappings.list_mappings(reading, caller)]


@router.post("/usage-mappings", status_code=201, response_model=MappingOut)
def keep_mapping(body: NewMapping, writing: Writing) -> Response:
    """Keep how a sender writes; the mapping before ends."""
    return writing.write(
        lambda session: MappingOut.of(
            mappings.keep_mapping(
                session,
                writing.caller,
                body.mapping,
                replaces=body.replaces or "",
                now=utc_now(),
            )
        )
    )


@router.post("/usage-mapping-guesses", response_model=GuessedOut)
def guess_mapping(body: Headings, caller: Caller) -> GuessedOut:
    """What these headings most likely mean; nothing is kept."""
    guessed = mappings.guess_mapping(caller, body.sender, body.headings)
    left = [name for name in body.headings if name.strip() not in guessed.columns.values()]
    return {"mapping": guessed, "not_read": left, "columns": list(COLUMNS)}


@router.post("/usage-mappings/{sender}/removal", response_model=RemovedOut)
def remove_mapping(sender: str, writing: Writing) -> Response:
    """Forget how a sender writes."""

    def remove(session: Session) -> RemovedOut:
        mappings.remove_mapping(session, writing.caller, sender, now=utc_now())
        return {"sender": sender}

    return writing.write(remove, status=200)


def _import(item: KeptImport) -> KeptImportOut:
    return KeptImportOut(
        **import_report_to_dict(item.report),
        recorded_at=item.recorded_at,
        rejects_kept=item.rejects_object is not None,
    )
