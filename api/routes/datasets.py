"""Datasets over HTTP: may a model be trained with exactly these files?"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.errors import NotFound
from core.principal import Principal
from licensing.clearance import WORST_FIRST
from licensing.models_clearance import Verdict
from licensing.service import clearances
from registry.models.datasets import Dataset
from registry.service import datasets

router = APIRouter(tags=["datasets"])
MANIFEST_CHARACTERS_MAX = 900_000


class NewDataset(BaseModel):
    """A manifest (CSV or JSONL of path and sha256) and the model that is trained with it."""

    model_config = FROZEN
    name: Text
    model: Text
    manifest: Annotated[str, Field(max_length=MANIFEST_CHARACTERS_MAX)]


class DatasetFileOut(BaseModel):
    """One file and what was last decided on it."""

    sha256: str
    submission_id: str
    verdict: str


class DatasetOut(BaseModel):
    """A dataset; `verdict` is the worst of all its files'."""

    id: str
    name: str
    model: str
    manifest_sha256: str
    recorded_at: datetime
    verdict: str
    files: list[DatasetFileOut]


@router.post("/datasets", status_code=201, response_model=DatasetOut)
def register(body: NewDataset, writing: Writing, world: Open) -> Response:
    """Register what a model is trained with; every file must have been handed in as a dataset."""
    return writing.write(
        lambda session: shown(
            session,
            writing.caller,
            datasets.register(
                session,
                world.vault,
                writing.caller,
                name=body.name,
                model=body.model,
                manifest=body.manifest,
                now=utc_now(),
            ),
        )
    )


@router.get("/datasets", response_model=list[DatasetOut])
def list_datasets(caller: Caller, reading: Reading) -> list[DatasetOut]:
    """Your datasets, newest first."""
    return [shown(reading, caller, item) for item in datasets.list_datasets(reading, caller)]


@router.get("/datasets/{dataset_id}", response_model=DatasetOut)
def show(dataset_id: str, caller: Caller, reading: Reading) -> DatasetOut:
    """May the model be trained with it? Everybody found needs to have allowed training."""
    return shown(reading, caller, datasets.get_dataset(reading, caller, dataset_id))


def shown(session: Session, caller: Principal, item: Dataset) -> DatasetOut:
    """The dataset with the newest decision on each file."""
    verdicts = [_verdict(session, caller, each.submission_id) for each in item.files]
    worst = next((each for each in WORST_FIRST if each in verdicts), Verdict.REVIEW)
    return DatasetOut(
        id=item.id,
        name=item.name,
        model=item.model,
        manifest_sha256=item.manifest_sha256,
        recorded_at=item.recorded_at,
        verdict=worst.value,
        files=[
            DatasetFileOut(
                sha256=each.sha256, submission_id=each.submission_id, verdict=verdict.value
            )
            for each, verdict in zip(item.files, verdicts, strict=True)
        ],
    )


def _verdict(session: Session, caller: Principal, submission_id: str) -> Verdict:
    """What was last decided; a file that nobody has decided on is for a person."""
    try:
        return clearances.latest_clearance(session, caller, submission_id).decision.verdict
    except NotFound:
        return Verdict.REVIEW
