"""What whoever runs the registry looks after: organisations, keys, health, models."""

from fastapi import APIRouter, Response

from api import adminshowing, examining
from api.condition import signs
from api.conditionfacts import gather
from api.deps import Language, Open
from api.visiting import SignedInVisit
from api.web.forms import form_page
from api.web.response import FormResponse
from core.clock import utc_now
from core.principal import require

router = APIRouter(tags=["pages"], include_in_schema=False)


@router.get("/admin", response_class=FormResponse)
def admin_page(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """What needs my hand?"""
    now = utc_now()
    with world.db.read() as session:
        shown = adminshowing.show(session, world, visit.principal, now)
        found = signs(gather(session, world), now)
    return form_page("admin.html", lang, visit, here="/admin", now=now, signs=found, **shown)


@router.get("/admin/health", response_class=FormResponse)
def health_page(world: Open, visit: SignedInVisit, lang: Language) -> Response:
    """Is anything wrong with the machine? `ebenbild doctor` looks, and this page waits for it."""
    require(visit.principal, adminshowing.SCOPE)
    found = examining.examined(world.settings)
    return form_page("health.html", lang, visit, here="/admin", found=found, now=utc_now())
