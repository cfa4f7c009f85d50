"""Pages on which a studio asks performers for licences, and answers what they offer instead."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlmodel import Session

from api import offershowing as views
from api.deps import Language, Open
from api.offerform import Written
from api.paging import Asked
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now

router = APIRouter(tags=["requests"], include_in_schema=False)
HERE = "/studio/requests"
TemplateId = Annotated[str, Path(pattern="^[a-z0-9_-]{1,60}$")]
PerformerId = Annotated[str, Query(max_length=64)]
Show = Callable[[Session, views.Studio], Mapping[str, Any]]
Answer = Callable[..., Response]


def _answers(world: Open, visit: SignedInVisit, lang: Language) -> Answer:
    """The way in which each of these pages is answered."""

    def answer(template: str, show: Show, scripts: tuple[str, ...] = ()) -> Response:
        with world.db.read() as session:
            shown = show(session, views.Studio(visit.principal, lang, utc_now()))
        return form_page(template, lang, visit, here=HERE, scripts=scripts, **shown)

    return answer


Answering = Annotated[Answer, Depends(_answers)]


@router.get(HERE, response_class=FormResponse)
def requests_page(answer: Answering, asked: Asked) -> Response:
    """What have we asked for, and who has answered?"""
    return answer("offers.html", lambda session, studio: views.list_page(session, studio, asked))


@router.get(f"{HERE}/new", response_class=FormResponse)
def choose(answer: Answering, performer_id: PerformerId = "") -> Response:
    """Which contract do we offer?"""
    return answer(
        "offerchoose.html",
        lambda session, studio: views.choose_page(session, studio, performer_id),
    )


@router.get(f"{HERE}/new/{{template_id}}", response_class=FormResponse)
def fill(answer: Answering, template_id: TemplateId, request: Request) -> Response:
    """Whom do we ask for what, and what would we owe?"""
    written = Written.of(request.query_params.multi_items())
    return answer(
        "offerfill.html",
        lambda session, studio: views.fill_page(session, studio, template_id, written),
    )


@router.get(f"{HERE}/{{request_id}}", response_class=FormResponse)
def request_page(answer: Answering, request_id: str) -> Response:
    """What is on the table, and what do we say to it?"""
    return answer(
        "offer.html",
        lambda session, studio: views.request_page(session, studio, request_id),
        ("licence.js",),
    )
