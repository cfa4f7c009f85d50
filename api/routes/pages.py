"""What a browser sees without a key: where one is, whether it works, what an error means."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from api.deps import Language, Open
from api.recordwords import in_words
from api.retention import schedule
from api.web import texts
from api.web.pages import render
from api.web.response import PageResponse
from api.worker import KINDS
from core import jobs

router = APIRouter(tags=["pages"])
CODE = Annotated[str, Path(pattern="^[a-z][a-z0-9-]{1,60}$")]


class Health(BaseModel):
    """`ready` once the database answers; `open_jobs` waits for a worker or is with one."""

    status: str
    open_jobs: int


@router.get("/health", response_model=Health)
def health(world: Open) -> Health:
    """Is the registry there?"""
    with world.db.read() as session:
        return Health(status="ready", open_jobs=jobs.open_jobs(session, KINDS))


@router.get("/problems/{code}", response_class=PageResponse)
def problem(code: CODE, lang: Language) -> str:
    """What does this error mean?"""
    key = f"problem.{code}"
    known = key in texts.catalogue(lang)
    return render("problem.html", lang, code=code, meaning=key if known else "problem.other")


@router.get("/privacy/retention", response_class=PageResponse)
def retention_page(world: Open, lang: Language) -> str:
    """What is kept for how long?"""
    return render("retention.html", lang, rules=schedule(world.settings))


@router.get("/privacy/records", response_class=PageResponse)
def records_page(lang: Language) -> str:
    """What is held about whom, why, and on what ground?"""
    return render("records.html", lang, records=in_words(lang))
