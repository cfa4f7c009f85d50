"""The page on which a demonstration is tried out; no other registry has it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import FileResponse, RedirectResponse

from api import demonstration, trial
from api.accounts import demo
from api.deps import Language, Open
from api.jobkinds import KINDS
from api.routes.signin import SEE_OTHER
from api.visiting import Acting, SignedInVisit, begin_anew, check_origin, is_near, origin_of
from api.web.forms import form_page
from api.web.response import FormResponse
from core import jobs
from core.clock import utc_now
from core.errors import NotFound
from core.init import World

HOME = "/demo"


def here(request: Request, world: Open) -> World:
    """The registry, where it is a demonstration that this visitor sits at; NotFound elsewhere."""
    if not (is_near(request) and demonstration.is_one(world)):
        raise NotFound("there is no such page", next_step="begin at /")
    return world


Here = Annotated[World, Depends(here)]
router = APIRouter(tags=["pages"], include_in_schema=False)


@router.post("/demo/newcomer", response_class=FormResponse)
def begin(request: Request, world: Here, name: Annotated[str, Form(max_length=200)]) -> Response:
    """Make an account of one's own and come in as it."""
    check_origin(request, world.settings)
    trial.make_room(request.app, world)
    with world.db.write() as session:
        guest = trial.newcomer(session, name, now=utc_now())
        token = demo.come_in(session, guest, origin_of(request), utc_now())
        demo.add(world.settings.data_dir, guest)
    answer = RedirectResponse(HOME, SEE_OTHER)
    begin_anew(request, world, answer, token)
    return answer


@router.get("/demo", response_class=FormResponse)
def home(world: Here, visit: SignedInVisit, lang: Language) -> Response:
    """What do I do next, and what would it take elsewhere?"""
    with world.db.read() as session:
        found = trial.trial_of(session, visit.principal, now=utc_now())
        waiting = jobs.open_jobs(session, KINDS) > 0
    return form_page(
        "trial.html",
        lang,
        visit,
        here=HOME,
        trial=found,
        steps=trial.STEPS,
        samples=trial.SAMPLES,
        waiting=waiting,
        scripts=["trial.js"],
    )


@router.get("/demo/files/{name}")
def sample(world: Here, name: str) -> Response:
    """A recording of a made voice, to be handed in as one's own."""
    path = trial.sample(world.settings.data_dir, name)
    return FileResponse(path, media_type="audio/flac", filename=name)


@router.post("/demo/proofs", response_class=FormResponse)
def prove(request: Request, world: Here, visit: Acting) -> Response:
    """Have the demonstration's attesters vouch for one's own enrolment."""
    with world.db.read() as session:
        found = trial.trial_of(session, visit.principal, now=utc_now())
    trial.vouch(request.app, world, found)
    return RedirectResponse(HOME, SEE_OTHER)


@router.post("/demo/film", response_class=FormResponse)
def film(request: Request, world: Here, visit: Acting) -> Response:
    """Have the demonstration's studio hand in a film in which one is heard."""
    with world.db.read() as session:
        found = trial.trial_of(session, visit.principal, now=utc_now())
    trial.release(request.app, world, found)
    return RedirectResponse(HOME, SEE_OTHER)
