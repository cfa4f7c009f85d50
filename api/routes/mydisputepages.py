"""The pages of a performer's disputes: what is wrong with an amount, and how it stands."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.performer import disputing
from api.performer.desk import AtDesk
from api.web.response import FormResponse
from registry.models.mandates import Act

router = APIRouter(tags=["performers"], include_in_schema=False)
MONEY = "/me/money"


@router.get("/me/disputes/new", response_class=FormResponse)
def new_page(desk: AtDesk, line: Annotated[str, Query(max_length=64)] = "") -> Response:
    """What is wrong with this amount?"""
    return desk.answer(
        "mydisputenew.html",
        lambda session, acting, now: disputing.new_page(session, acting, line, now),
        here=MONEY,
        needs=Act.COLLECT,
    )


@router.get("/me/disputes/{complaint_id}", response_class=FormResponse)
def dispute_page(desk: AtDesk, complaint_id: str) -> Response:
    """How does my dispute stand, and what was answered?"""
    return desk.answer(
        "mydispute.html",
        lambda session, acting, now: disputing.dispute_page(session, acting, complaint_id, now),
        here=MONEY,
        needs=Act.COLLECT,
    )
