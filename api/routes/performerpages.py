"""Pages of performers: what is new, for whom one acts, and every use down to the second."""

from fastapi import APIRouter, Response

from api.deps import Language, Open
from api.performer.desk import AtDesk
from api.performer.home import home_page, waiting
from api.performer.uses import use_page, uses_page
from api.performer.whom import everybody
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from registry.service.forgetting import list_erasures

router = APIRouter(tags=["performers"], include_in_schema=False)


@router.get("/me", response_class=FormResponse)
def home(desk: AtDesk) -> Response:
    """Who uses me, and what did I earn?"""
    return desk.answer("me.html", home_page, here="/me")


@router.get("/act-as", response_class=FormResponse)
def act_as(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """For whom do I act, and as what?"""
    now = utc_now()
    with world.db.read() as session:
        found = everybody(session, visit.principal, now=now)
        asks = {one.performer.id: len(waiting(session, one, now)) for one in found}
        erased = list_erasures(session, visit.principal)
    return form_page(
        "actas.html", lang, visit, here="/act-as", found=found, asks=asks, erased=erased
    )


@router.get("/me/uses", response_class=FormResponse)
def uses(desk: AtDesk) -> Response:
    """Where am I heard and seen?"""
    return desk.answer(
        "uses.html",
        lambda session, acting, now: uses_page(session, acting, desk.window, now),
        here="/me/uses",
    )


@router.get("/me/uses/{use_id}", response_class=FormResponse)
def use(desk: AtDesk, use_id: str) -> Response:
    """Is this me, who allowed it, and what does it bring?"""
    return desk.answer(
        "use.html",
        lambda session, acting, now: use_page(session, acting, use_id, now),
        here="/me/uses",
    )
