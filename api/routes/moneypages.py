"""Pages of a performer's money and data: statements, payout, searches, export and erasure."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlmodel import Session

from api.performer import data, disputing, money
from api.performer.desk import AtDesk
from api.performer.whom import Whom
from api.web import texts
from api.web.accountpage import shown
from api.web.response import FormResponse
from registry.models.mandates import Act

router = APIRouter(tags=["money"], include_in_schema=False)
Export = Annotated[str, Query(alias="export", max_length=64)]


@router.get("/me/money", response_class=FormResponse)
def money_page(desk: AtDesk) -> Response:
    """What did I earn, and when is it paid?"""
    return desk.answer(
        "money.html",
        lambda session, acting, now: money.money_page(session, acting, desk, now),
        here="/me/money",
        scripts=["release.js"],
        needs=Act.COLLECT,
    )


@router.get("/me/money/{period}", response_class=FormResponse)
def statement_page(desk: AtDesk, period: str) -> Response:
    """What became of my money in this month, line by line?"""

    def show(session: Session, acting: Whom, now: datetime) -> dict[str, Any]:
        found = money.statement_page(session, acting, desk.world, period, now)
        names = found["names"]
        made = shown(found["document"], desk.lang)
        untold = texts.text(desk.lang, "use.untold")
        told = {one["cut_id"]: names.get(one["cut_id"], untold) for one in made["sources"]}
        disputes = disputing.of_statement(session, acting, made["lines"], now)
        return {**found, "s": made, "names": told, "disputes": disputes}

    return desk.answer("moneymonth.html", show, here="/me/money", needs=Act.COLLECT)


@router.get("/me/searches", response_class=FormResponse)
def searches_page(desk: AtDesk) -> Response:
    """Who searched and found me?"""
    return desk.answer(
        "searches.html",
        lambda session, acting, now: data.searches_page(session, acting, desk.window, now),
        here="/me/searches",
    )


@router.get("/me/data", response_class=FormResponse)
def data_page(desk: AtDesk, export_id: Export = "") -> Response:
    """What is kept of me, and how do I take it along or have it erased?"""
    return desk.answer(
        "data.html",
        lambda session, acting, _: data.data_page(session, acting, export_id),
        here="/me/data",
        scripts=["data.js"],
    )
