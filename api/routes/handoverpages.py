"""The operator's page to let in who came of age; two of its people have seen who it is."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Response

from api import adminshowing
from api.accounts import handing, joining, sessions
from api.accounts.handing import Proof
from api.accounts.sessions import Visit
from api.deps import Language, Open
from api.visiting import Acting, SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.errors import EbenbildError
from core.principal import require

router = APIRouter(tags=["pages"], include_in_schema=False)
HERE = "/admin/handover"


@router.get(HERE, response_class=FormResponse)
def handover_page(
    visit: SignedInVisit, lang: Language, performer: Annotated[str, Query(max_length=64)] = ""
) -> Response:
    """Whom do I let into what their family's organisation holds about them?"""
    require(visit.principal, adminshowing.SCOPE)
    return _page(visit, lang, typed={"performer": performer})


@router.post(HERE, response_class=FormResponse)
def hand_over(
    *,
    world: Open,
    visit: Acting,
    lang: Language,
    performer: Annotated[str, Form(max_length=64)] = "",
    email: Annotated[str, Form(max_length=320)] = "",
    proof: Annotated[Proof, Form()] = Proof.PASSPORT,
) -> Response:
    """Invite that person, once a second one agreed; the link is shown this once."""
    typed = {"performer": performer.strip(), "email": email, "proof": proof.value}
    now = utc_now()
    try:
        sessions.require_fresh(visit.session, now)
        with world.db.write() as session:
            made = handing.hand_over(
                session, visit.principal, typed["performer"], email, proof, now=now
            )
    except EbenbildError as error:
        if error.status == 403 and error.code != sessions.NOT_FRESH:
            raise
        return _page(visit, lang, error, typed=typed)
    link = joining.link(world.settings, made.code) if made.code else ""
    waits = made.waits_for is not None
    return _page(visit, lang, typed=typed if waits else {}, link=link, waits=waits)


def _page(
    visit: Visit,
    lang: str,
    error: EbenbildError | None = None,
    *,
    typed: dict[str, str],
    link: str = "",
    waits: bool = False,
) -> FormResponse:
    return form_page(
        "handover.html",
        lang,
        visit,
        here="/admin",
        error=error,
        typed=typed,
        proofs=[one.value for one in Proof],
        link=link,
        waits=waits,
    )
