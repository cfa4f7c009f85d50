"""The first page: where am I, what can I do here; and the door of a demo's registry."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api import trial
from api.accounts import demo
from api.accounts.models import Stage
from api.deps import Language, Open
from api.jobkinds import KINDS
from api.routes.signin import SEE_OTHER
from api.visiting import begin_anew, check_origin, is_near, origin_of, visit_of
from api.web.forms import form_page
from api.web.navigation import first_place, leads_to
from api.web.response import FormResponse
from api.web.texts import catalogue
from core import jobs
from core.clock import utc_now

COMMANDS = {
    "performer": "ebenbild key new my.key",
    "studio": "ebenbild clear film.mp4 --declare use.toml",
    "society": "ebenbild usage import views.csv",
    "anyone": "ebenbild verify licence.json",
}
DOORS = {"performer": "/me", "studio": "/studio", "society": "/society"}
WORDS = "verifying."
router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/", response_class=FormResponse)
def landing(request: Request, world: Open, lang: Language) -> Response:
    """Where am I, does it work, what can I do here?"""
    visit = visit_of(world, request)
    signed_in = visit is not None and visit.session.stage is Stage.FULL
    who = visit.principal if visit is not None and signed_in else None
    with world.db.read() as session:
        open_jobs = jobs.open_jobs(session, KINDS)
    return form_page(
        "landing.html",
        lang,
        visit,
        here="/",
        open_jobs=open_jobs,
        commands=COMMANDS,
        doors={"anyone": "/verify"}
        | {group: href for group, href in DOORS.items() if leads_to(href, who)},
        guests=demo.guests(world, is_near=is_near(request)),
        tryable=trial.is_offered(world.settings.data_dir),
        signed_in=signed_in,
    )


@router.get("/verify", response_class=FormResponse)
def verify(request: Request, world: Open, lang: Language) -> Response:
    """Is this document genuine, and does it still hold? The browser checks it by itself."""
    return form_page(
        "verify.html",
        lang,
        visit_of(world, request),
        here="/verify",
        did=world.registry_key.did,
        words=[key.removeprefix(WORDS) for key in catalogue(lang) if key.startswith(WORDS)],
        scripts=["verify.js"],
    )


@router.post("/demo/entrance", response_class=FormResponse)
def enter_demo(
    request: Request, world: Open, person_id: Annotated[str, Form(max_length=64)] = ""
) -> Response:
    """Come in as one of a demo's people; there is nobody to come in as anywhere else."""
    check_origin(request, world.settings)
    chosen = demo.find(demo.guests(world, is_near=is_near(request)), person_id)
    with world.db.write() as session:
        token = demo.come_in(session, chosen, origin_of(request), utc_now())
    with world.db.read() as session:
        principal = demo.principal_of(session, token, utc_now())
    answer = RedirectResponse(first_place(principal, chosen.group), SEE_OTHER)
    begin_anew(request, world, answer, token)
    return answer
