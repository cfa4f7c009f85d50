"""Pages of an organisation's people: members, invitations, and what waits for a second person."""

from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api import approvalshowing, approving
from api.accounts import joining, sessions
from api.accounts.access import Why
from api.accounts.sessions import Visit
from api.approving import Said
from api.deps import Language, Open
from api.paging import Asked, Window
from api.roles import PLACES
from api.routes.signin import SEE_OTHER
from api.scopes import TenantKind
from api.visiting import Acting, SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.errors import EbenbildError

router = APIRouter(tags=["members"], include_in_schema=False)
ROLES = Annotated[list[str] | None, Form()]


@router.get("/members", response_class=FormResponse)
def members(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """Who is in my organisation, and as what?"""
    return _members(world, visit, lang)


@router.post("/members/invitations", response_class=FormResponse)
def invite(
    world: Open,
    visit: Acting,
    lang: Language,
    email: Annotated[str, Form(max_length=320)] = "",
    roles: ROLES = None,
) -> Response:
    """Invite somebody; the link is shown this once."""
    try:
        sessions.require_fresh(visit.session, utc_now())
        with world.db.write() as session:
            made = joining.invite(session, visit.principal, email, roles or [], now=utc_now())
    except EbenbildError as error:
        if error.status == 403 and error.code != sessions.NOT_FRESH:
            raise
        return _members(world, visit, lang, error)
    link = joining.link(world.settings, made.code) if made.code else ""
    return _members(world, visit, lang, link=link, waits=made.waits_for is not None)


@router.post("/members/invitations/{invitation_id}/withdrawal", response_class=FormResponse)
def withdraw(invitation_id: str, world: Open, visit: Acting) -> Response:
    """Take an invitation back."""
    with world.db.write() as session:
        joining.withdraw(session, visit.principal, invitation_id, utc_now())
    return RedirectResponse("/members", SEE_OTHER)


@router.post("/members/{person_id}/roles", response_class=FormResponse)
def change_roles(
    person_id: str, world: Open, visit: Acting, lang: Language, roles: ROLES = None
) -> Response:
    """Give a member these roles; none puts him out."""
    try:
        with world.db.write() as session:
            waits = joining.change_roles(
                session, visit.principal, person_id, roles or [], utc_now()
            )
    except EbenbildError as error:
        if error.status in (403, 404):
            raise
        return _members(world, visit, lang, error)
    return _members(world, visit, lang, waits=waits is not None)


@router.get("/approvals", response_class=FormResponse)
def approvals_page(world: Open, visit: SignedInVisit, lang: Language, window: Asked) -> Response:
    """What waits for a second person?"""
    return _approvals(world, visit, lang, window)


@router.post("/approvals/{approval_id}/decision", response_class=FormResponse)
def decide(
    *,
    approval_id: str,
    world: Open,
    visit: Acting,
    lang: Language,
    window: Asked,
    answer: Annotated[str, Form(max_length=20)] = "",
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Approve or reject a proposal of somebody else; of money it is carried out at once."""
    try:
        sessions.require_fresh(visit.session, utc_now())
        with world.db.write() as session:
            said = Said(approve=answer == "approve", note=note, now=utc_now())
            approving.decide(session, world, visit.principal, approval_id, said)
    except EbenbildError as error:
        if error.status in (403, 404) and error.code != sessions.NOT_FRESH:
            raise
        return _approvals(world, visit, lang, window, error)
    return RedirectResponse("/approvals", SEE_OTHER)


def _members(
    world: Open,
    visit: Visit,
    lang: str,
    error: EbenbildError | None = None,
    *,
    link: str = "",
    waits: bool = False,
) -> FormResponse:
    with world.db.read() as session:
        found = joining.list_members(session, visit.principal)
        sent = joining.list_invitations(session, visit.principal, utc_now())
    roles = sorted(PLACES[TenantKind(visit.principal.tenant_kind)])
    return form_page(
        "members.html",
        lang,
        visit,
        here="/members",
        error=error,
        members=found,
        invitations=sent,
        roles=roles,
        whys=[why.value for why in Why],
        link=link,
        waits=waits,
    )


def _approvals(
    world: Open, visit: Visit, lang: str, window: Window, error: EbenbildError | None = None
) -> FormResponse:
    with world.db.read() as session:
        shown = approvalshowing.waiting(session, visit.principal, lang, window)
    return form_page(
        "approvals.html",
        lang,
        visit,
        error=error,
        here="/approvals",
        items=shown.items,
        more=shown.next_cursor,
        whole=shown.items and not (window.after or shown.next_cursor),
    )
