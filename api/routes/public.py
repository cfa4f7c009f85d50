"""What anyone may fetch: status lists, contexts, the registry's name, and unclaimed money."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from api.deps import Language, Open, Reading
from api.describing import gives
from api.paging import Asked, Page, page
from api.routes.licences import CREDENTIAL_TYPE
from api.routes.unclaimedpages import wants_page
from api.society import unclaimed
from api.visiting import visit_of
from api.web.forms import form_page
from core.clock import utc_now
from licensing import assets
from licensing.service import licences
from licensing.service.statuslists import suspension_list_credential
from registry import contexts
from royalties.forms.unclaimed import UnclaimedItemOut
from royalties.service import publishing
from royalties.wire_unclaimed import published_to_dict

router = APIRouter(tags=["public"])
JSON_LD = "application/ld+json"


class RegistryName(BaseModel):
    """The key with which this registry countersigns."""

    did: str
    verification_method: str


@router.get("/status/{number}", response_class=Response, responses=gives(CREDENTIAL_TYPE))
def status_list(number: int, reading: Reading, world: Open) -> Response:
    """Which licences are revoked? A signed bitstring that tells nothing else."""
    data = licences.status_list_credential(
        reading,
        world.registry_key,
        base_url=world.settings.base_url,
        now=utc_now(),
        number=number,
    )
    return Response(data, media_type=CREDENTIAL_TYPE)


@router.get(
    "/status/{number}/suspension", response_class=Response, responses=gives(CREDENTIAL_TYPE)
)
def suspension_list(number: int, reading: Reading, world: Open) -> Response:
    """Of which licences is some kind of use suspended now? At the same places as revocations."""
    data = suspension_list_credential(
        reading,
        world.registry_key,
        base_url=world.settings.base_url,
        now=utc_now(),
        number=number,
    )
    return Response(data, media_type=CREDENTIAL_TYPE)


@router.get(
    "/unclaimed",
    response_model=Page[UnclaimedItemOut],
    responses={200: {"content": {"text/html": {}}}},
)
def unclaimed_money(
    *,
    request: Request,
    response: Response,
    world: Open,
    reading: Reading,
    lang: Language,
    window: Asked,
    q: Annotated[str, Query(max_length=100, description="Words of the title.")] = "",
) -> Any:
    """In which works does money wait for somebody whom nobody knows? No amounts, no names.

    A browser gets a page to search, everybody else JSON; both a page of the list at a time.
    """
    if not wants_page(request):
        response.headers["Vary"] = "Accept"
        items = publishing.page(reading, q, after=window.after, limit=window.limit)
        return page(items, window, published_to_dict, lambda one: one.item_id)
    found = unclaimed.public_page(reading, q.strip(), window)
    visit = visit_of(world, request)
    shown = form_page("unclaimed.html", lang, visit, here="/unclaimed", **found)
    shown.headers["Vary"] = "Accept"
    return shown


@router.get("/ns/licence/v1", response_class=Response, responses=gives(JSON_LD))
def licence_context() -> Response:
    """The JSON-LD context of licences."""
    return Response(assets.context_bytes(), media_type=JSON_LD)


@router.get("/ns/enrolment/v1", response_class=Response, responses=gives(JSON_LD))
def enrolment_context() -> Response:
    """The JSON-LD context of enrolment consents."""
    return Response(contexts.context_bytes("enrolment"), media_type=JSON_LD)


@router.get("/ns/keys/v1", response_class=Response, responses=gives(JSON_LD))
def keys_context() -> Response:
    """The JSON-LD context of key bindings."""
    return Response(contexts.context_bytes("keys"), media_type=JSON_LD)


@router.get("/ns/mandate/v1", response_class=Response, responses=gives(JSON_LD))
def mandate_context() -> Response:
    """The JSON-LD context of mandates."""
    return Response(contexts.context_bytes("mandate"), media_type=JSON_LD)


@router.get("/ns/likeness", response_class=Response, responses=gives(JSON_LD))
def vocabulary() -> Response:
    """The vocabulary of the licence profile."""
    return Response(assets.vocabulary_bytes(), media_type=JSON_LD)


@router.get("/ns/likeness/v1", response_class=Response, responses=gives(JSON_LD))
def odrl_context() -> Response:
    """The JSON-LD context of licences exported as ODRL."""
    return Response(assets.odrl_context_bytes(), media_type=JSON_LD)


@router.get("/registry", response_model=RegistryName)
def registry_name(world: Open) -> RegistryName:
    """Whose countersignature to expect on a licence of this registry."""
    key = world.registry_key
    return RegistryName(did=key.did, verification_method=key.verification_method)
