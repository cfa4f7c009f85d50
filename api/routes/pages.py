"""What a browser sees without a key: where one is, whether it works, what an error means."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from api.deps import Language, Open
from api.jobkinds import KINDS
from api.recordwords import in_words
from api.retention import schedule
from api.visiting import visit_of
from api.web import texts
from api.web.forms import form_page
from api.web.response import FormResponse
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


@router.get("/problems/{code}", response_class=FormResponse)
def problem(request: Request, world: Open, code: CODE, lang: Language) -> Response:
    """What does this error mean?"""
    key = f"problem.{code}"
    known = key in texts.catalogue(lang)
    meaning = key if known else "problem.other"
    visit = visit_of(world, request)
    return form_page("problem.html", lang, visit, code=code, meaning=meaning)


@router.get("/privacy/retention", response_class=FormResponse)
def retention_page(request: Request, world: Open, lang: Language) -> Response:
    """What is kept for how long?"""
    rules = schedule(world.settings)
    return form_page("retention.html", lang, visit_of(world, request), rules=rules)


@router.get("/privacy/records", response_class=FormResponse)
def records_page(request: Request, world: Open, lang: Language) -> Response:
    """What is held about whom, why, and on what ground?"""
    return form_page("records.html", lang, visit_of(world, request), records=in_words(lang))
