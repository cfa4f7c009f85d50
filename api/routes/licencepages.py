"""Pages of a performer's licences: read, revoked, made from a contract, signed, negotiated."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.performer import licences as views
from api.performer.desk import AtDesk
from api.web.response import FormResponse
from registry.models.mandates import Act

router = APIRouter(tags=["licences"], include_in_schema=False)
HERE = "/me/licences"
Month = Annotated[str, Query(pattern="^(20[0-9]{2}-[01][0-9])?$")]
TemplateId = Annotated[str, Path(pattern="^[a-z0-9_-]{1,60}$")]


@router.get("/me/licences", response_class=FormResponse)
def licences(desk: AtDesk) -> Response:
    """What have I allowed, and who asks?"""
    return desk.answer(
        "licences.html",
        lambda session, acting, now: views.licences_page(session, acting, desk, now),
        here=HERE,
    )


@router.get("/me/licences/new", response_class=FormResponse)
def choose(desk: AtDesk) -> Response:
    """Which contract fits?"""
    return desk.answer(
        "licencenew.html",
        lambda session, acting, _: views.choose_page(session, acting, desk.lang),
        here=HERE,
        needs=Act.LICENSE,
    )


@router.get("/me/licences/new/{template_id}", response_class=FormResponse)
def fill(desk: AtDesk, template_id: TemplateId) -> Response:
    """With whom, for what, and for how much?"""
    return desk.answer(
        "licencefill.html",
        lambda session, acting, _: views.fill_page(session, acting, template_id, desk.lang),
        here=HERE,
        needs=Act.LICENSE,
        scripts=["licence.js"],
    )


@router.get("/me/drafts/{licence_id}", response_class=FormResponse)
def draft(desk: AtDesk, licence_id: str, month: Month = "") -> Response:
    """What do I sign, and what would it have earned?"""
    return desk.answer(
        "licencedraft.html",
        lambda session, acting, _: views.draft_page(session, acting, desk, licence_id, month),
        here=HERE,
        needs=Act.LICENSE,
        scripts=["sign.js"],
    )


@router.get("/me/licences/{licence_id}", response_class=FormResponse)
def licence(desk: AtDesk, licence_id: str) -> Response:
    """What does this licence allow, and what rests on it?"""
    return desk.answer(
        "licence.html",
        lambda session, acting, now: views.licence_page(
            session, acting, licence_id, desk.lang, now
        ),
        here=HERE,
    )


@router.get("/me/requests/{request_id}", response_class=FormResponse)
def request(desk: AtDesk, request_id: str, month: Month = "") -> Response:
    """What does this studio ask, and what is it worth?"""
    return desk.answer(
        "request.html",
        lambda session, acting, _: views.request_page(session, acting, desk, request_id, month),
        here=HERE,
        needs=Act.LICENSE,
        scripts=["licence.js"],
    )
