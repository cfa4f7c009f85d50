"""Pages of a performer's money and data: statements, payout, searches, export and erasure."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlmodel import Session

from api.performer import data, disputing, money
from api.performer.desk import AtDesk
from api.performer.whom import Whom
from api.web.accountpage import lines_of, shown
from api.web.response import FormResponse
from registry.models.mandates import Act

router = APIRouter(tags=["money"], include_in_schema=False)
Export = Annotated[str, Query(alias="export", max_length=64)]
Ask = Annotated[str, Query(max_length=64)]


def asked_of(
    cut: Ask = "", kind: Ask = "", change: Ask = "", part: Ask = "", currency: Ask = ""
) -> dict[str, str]:
    """Which of a statement's lines a figure of it led to; nothing is every line."""
    named = {"cut": cut, "kind": kind, "change": change, "part": part, "currency": currency}
    return {name: value for name, value in named.items() if value}


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
def statement_page(
    desk: AtDesk, period: str, asked: Annotated[dict[str, str], Depends(asked_of)]
) -> Response:
    """What became of my money in this month, line by line?"""

    def show(session: Session, acting: Whom, now: datetime) -> dict[str, Any]:
        found = money.statement_page(session, acting, desk.world, period, now)
        made = shown(found["document"], desk.lang)
        disputes = disputing.of_statement(session, acting, made["lines"], now)
        lines = money.with_why(session, acting, lines_of(made["lines"], asked), now)
        narrowed = {**made, "lines": lines}
        return {**found, "s": narrowed, "asked": asked, "disputes": disputes}

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
        lambda session, acting, now: data.data_page(session, acting, export_id, now),
        here="/me/data",
        scripts=["data.js"],
    )
