"""Pages of a performer's likeness: its prints, what is said of it to all, who speaks for it."""

from fastapi import APIRouter, Response

from api.performer.desk import AtDesk
from api.performer.prints import prints_page
from api.performer.speaking import speaking_page
from api.performer.stances import standing_page
from api.web.response import FormResponse

router = APIRouter(tags=["performers"], include_in_schema=False)


@router.get("/me/prints", response_class=FormResponse)
def prints(desk: AtDesk) -> Response:
    """What of me is searched for, and how good is it?"""
    return desk.answer("prints.html", prints_page, here="/me/prints")


@router.get("/me/standing", response_class=FormResponse)
def standing(desk: AtDesk) -> Response:
    """What do I say to everybody?"""
    return desk.answer(
        "standing.html",
        lambda session, acting, now: standing_page(session, acting, desk, now),
        here="/me/licences",
        scripts=["standing.js"],
    )


@router.get("/me/speaking", response_class=FormResponse)
def speaking(desk: AtDesk) -> Response:
    """Who speaks for me?"""
    return desk.answer(
        "speaking.html",
        lambda session, acting, now: speaking_page(session, acting, desk, now),
        here="/me/speaking",
        scripts=["speaking.js"],
    )
