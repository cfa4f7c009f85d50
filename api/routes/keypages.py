"""How a studio's own programs ask: API keys, a pipeline to copy, webhooks."""

from fastapi import APIRouter, Response

from api.accounts import keys
from api.deps import Language, Open
from api.scopes import MEMBERS
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core import webhooks
from core.clock import utc_now
from core.hooksign import Scheme
from core.principal import holds, require
from registry.service import submissions

router = APIRouter(tags=["works"], include_in_schema=False)
KINDS = ("clearance.*", "request.*", "licence.*", "*")


@router.get("/studio/keys", response_class=FormResponse)
def keys_page(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """How do our own programs ask, and how are they told?"""
    caller, now = visit.principal, utc_now()
    require(caller, submissions.SCOPE)
    makes, hooks = holds(caller, MEMBERS), holds(caller, webhooks.SCOPE)
    with world.db.read() as session:
        found = keys.list_own(session, caller) if makes else []
        endpoints = webhooks.list_endpoints(session, caller) if hooks else []
    return form_page(
        "studiokeys.html",
        lang,
        visit,
        here="/studio/keys",
        scripts=["studiokeys.js"],
        base=world.settings.base_url.rstrip("/"),
        makes=makes,
        hooks=hooks,
        keys=[
            item
            for item in found
            if item.revoked_at is None and (item.expires_at is None or item.expires_at > now)
        ],
        endpoints=endpoints,
        kinds=KINDS,
        schemes=[each.value for each in Scheme],
    )
