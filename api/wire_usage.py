"""Forms of usage: what became of a report that was handed in, and of what players sent."""

from datetime import datetime

from pydantic import BaseModel, Field


class RejectOut(BaseModel):
    """A line that was not taken in; `cause` is one of docs/tariffs.md, `column` may be empty."""

    line: int
    cause: str
    column: str


class ImportOut(BaseModel):
    """What became of a usage report; `lines` = `accepted` + `duplicates` + `rejected`.

    `rejects` and `ignored_columns` are told once, when a report is taken in at once; afterwards all
    rejected lines are at `/rejects`. A `running` one goes on in the job named by `job_id`.
    """

    import_id: str
    file_sha256: str
    known_file: str | None = Field(description="The earlier import of the very same bytes.")
    lines: int
    accepted: int
    duplicates: int
    overlapping: int = Field(description="Accepted, for a place and month reported otherwise.")
    rejected: int
    rejects: list[RejectOut]
    ignored_columns: list[str]
    sender: str
    form: str
    running: bool
    held: int = Field(description="Accepted, and waiting for a person.")


class KeptImportOut(ImportOut):
    """An import as it stands; `rejects_kept` says whether its rejected lines can be fetched."""

    recorded_at: datetime
    rejects_kept: bool


class BegunImportOut(ImportOut):
    """An import that a job takes in."""

    job_id: str


class RefusedEvent(BaseModel):
    """An event of a batch, from 0, that was not taken in, and why (docs/usage.md)."""

    index: int
    cause: str


class BatchOut(BaseModel):
    """What became of a player's batch; `duplicates` were known before."""

    accepted: int
    duplicates: int
    refused: list[RefusedEvent]


class CountOut(BaseModel):
    """A month of players' events as lines; `lines` are the new ones, `held` of them wait."""

    month: str
    lines: list[str]
    held: int


class DifferenceOut(BaseModel):
    """What a report and players say otherwise of a cut in a territory; the report counts."""

    cut_id: str
    territory: str
    month: str
    reported_views: int
    seen_views: int
    difference: int
