"""The pages of notices to platforms: hand in what was found, have it taken down, see the answer."""

from fastapi import APIRouter, Response

from api.performer import takingdown
from api.performer.desk import AtDesk
from api.web.response import FormResponse

router = APIRouter(tags=["performers"], include_in_schema=False)
HERE = "/me/notices"


@router.get(HERE, response_class=FormResponse)
def list_page(desk: AtDesk) -> Response:
    """What have I had taken down, and what came of it?"""
    return desk.answer("mynotices.html", takingdown.list_page, here=HERE)


@router.get(HERE + "/clips/{clip_id}", response_class=FormResponse)
def clip_page(desk: AtDesk, clip_id: str) -> Response:
    """Am I in this clip, and shall it be taken down?"""
    return desk.answer(
        "mynoticeclip.html",
        lambda session, acting, _: takingdown.clip_page(session, acting, clip_id, desk.lang),
        here=HERE,
        scripts=["notices.js"],
    )


@router.get(HERE + "/{takedown_id}", response_class=FormResponse)
def notice_page(desk: AtDesk, takedown_id: str) -> Response:
    """How does this notice stand?"""
    return desk.answer(
        "mynotice.html",
        lambda session, acting, _: takingdown.notice_page(session, acting, takedown_id),
        here=HERE,
    )
