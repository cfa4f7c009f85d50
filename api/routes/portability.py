"""Consents carried from registry to registry: bundles written and taken, registries trusted."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api import portability
from api.deps import Caller, Open, Reading, Writing
from api.describing import gives
from api.routes.licences import CREDENTIAL_TYPE, READERS
from api.wire import FROZEN, Text
from core.clock import utc_now
from core.principal import require_any
from licensing.foreign import doubts
from licensing.models import LicenceInForce
from licensing.models_foreign import ForeignLicence, Imported, TrustedRegistry
from licensing.service import extracts, foreign, registries
from licensing.terms import terms_to_dict

router = APIRouter(tags=["portability"])
BUNDLE_TYPE = "application/json"
RAW = "application/octet-stream"
# The bytes count and not what they say, so they are neither parsed nor looked at before the caller.
BODY = {"requestBody": {"required": True, "content": {RAW: {"schema": {"type": "string"}}}}}


async def _body_of(request: Request) -> bytes:
    return await request.body()


Bytes = Annotated[bytes, Depends(_body_of)]


class ImportedOut(BaseModel):
    """What taking a bundle did; `changed` is false for one that was known already."""

    performer_id: str
    registries: list[str]
    licences: list[str]
    new: int
    revoked: int
    changed: bool

    @classmethod
    def of(cls, made: Imported) -> Self:
        """The import as data."""
        return cls(
            performer_id=made.performer_id,
            registries=list(made.registries),
            licences=list(made.licences),
            new=made.new,
            revoked=made.revoked,
            changed=made.changed,
        )


class ForeignOut(BaseModel):
    """A licence of another registry and how it stands; `doubts` keep it from clearing anything."""

    id: str
    vc_id: str
    registry: str
    foreign_id: str
    performer_id: str
    holder: str
    terms: dict[str, Any]
    signed_at: datetime
    revoked_at: datetime | None
    suspended: bool
    status_at: datetime | None
    status_until: datetime | None
    doubts: list[str]

    @classmethod
    def of(cls, pair: tuple[ForeignLicence, LicenceInForce]) -> Self:
        """The licence as data, without its signed bytes."""
        item, standing = pair
        origin = standing.origin
        assert origin is not None, "a licence of another registry has an origin"
        return cls(
            id=item.id,
            vc_id=item.vc_id,
            registry=item.registry,
            foreign_id=item.foreign_id,
            performer_id=item.performer_id,
            holder=item.subject_id,
            terms=terms_to_dict(standing.terms),
            signed_at=item.signed_at,
            revoked_at=standing.revoked_at,
            suspended=origin.suspended or bool(origin.suspensions),
            status_at=origin.status_at,
            status_until=origin.status_until,
            doubts=[reason.code for reason in doubts(standing, utc_now())],
        )


class NewRegistry(BaseModel):
    """A registry to trust: its did:key, its public address, and the policy file of its log."""

    model_config = FROZEN
    did: Text
    base_url: str = Field(min_length=8, max_length=2000)
    policy: str = Field(min_length=8, max_length=64 * 1024)


class OldRegistry(BaseModel):
    """The did:key of a registry that is trusted no more."""

    model_config = FROZEN
    did: Text


class RegistryOut(BaseModel):
    """A registry that is trusted."""

    did: str
    base_url: str
    policy: str
    since: datetime

    @classmethod
    def of(cls, item: TrustedRegistry) -> Self:
        """The registry as data."""
        return cls(did=item.did, base_url=item.base_url, policy=item.policy, since=item.since)


class FetchedOut(BaseModel):
    """What became of fetching a status list; no `fault` is one that holds."""

    url: str
    fault: str


@router.post(
    "/performers/{performer_id}/bundle", response_class=Response, responses=gives(BUNDLE_TYPE)
)
def write(performer_id: str, caller: Caller, world: Open) -> Response:
    """Take the performer's consents along: one signed file for another registry."""
    settings = world.settings
    writer = extracts.Writer(world.registry_key, settings.base_url, settings.log.quorum)
    with world.db.write() as session:
        data = extracts.write_bundle(session, writer, caller, performer_id, now=utc_now())
    return Response(data, media_type=BUNDLE_TYPE)


@router.post("/performers/{performer_id}/bundles", response_model=ImportedOut, openapi_extra=BODY)
def take(performer_id: str, body: Bytes, caller: Caller, world: Open) -> ImportedOut:
    """Take a bundle that another registry wrote of a performer here; twice changes nothing."""
    return ImportedOut.of(portability.take(world, caller, performer_id, body))


@router.get("/foreign-licences", response_model=list[ForeignOut])
def list_foreign(
    caller: Caller,
    reading: Reading,
    performer_id: Annotated[str | None, Query(max_length=64)] = None,
) -> list[ForeignOut]:
    """Licences of other registries that you gave, or hold by your DID."""
    require_any(caller, *READERS)
    found = foreign.foreign_licences(reading, caller, performer_id=performer_id)
    return [ForeignOut.of(pair) for pair in found]


@router.get("/foreign-licences/{foreign_id}", response_model=ForeignOut)
def show(foreign_id: str, caller: Caller, reading: Reading) -> ForeignOut:
    """One of them."""
    require_any(caller, *READERS)
    return ForeignOut.of(foreign.foreign_licence(reading, caller, foreign_id))


@router.get(
    "/foreign-licences/{foreign_id}/credential",
    response_class=Response,
    responses=gives(CREDENTIAL_TYPE),
)
def credential(foreign_id: str, caller: Caller, reading: Reading) -> Response:
    """The exact signed bytes, as the other registry issued them."""
    require_any(caller, *READERS)
    item, _ = foreign.foreign_licence(reading, caller, foreign_id)
    return Response(item.document, media_type=CREDENTIAL_TYPE)


@router.post("/foreign-status", openapi_extra=BODY)
def hand_in(body: Bytes, caller: Caller, world: Open) -> dict[str, bool]:
    """Hand in a status list of a trusted registry: where this registry cannot fetch it itself."""
    require_any(caller, *READERS)
    with world.db.write() as session:
        return {"kept": portability.take_list(session, body)}


@router.get("/registries", response_model=list[RegistryOut])
def list_registries(caller: Caller, reading: Reading) -> list[RegistryOut]:
    """Other registries whose word counts here."""
    require_any(caller, *READERS, registries.SCOPE)
    return [RegistryOut.of(item) for item in registries.trusted(reading)]


@router.post("/registries", status_code=201, response_model=RegistryOut)
def trust(body: NewRegistry, writing: Writing, world: Open) -> Response:
    """Trust a registry by its key, or change its address or its log's keys (operator)."""

    def save(session: Session) -> RegistryOut:
        made = registries.pin(
            session,
            writing.caller,
            body.did,
            base_url=body.base_url,
            policy=body.policy,
            own_did=world.registry_key.did,
            now=utc_now(),
        )
        return RegistryOut.of(made)

    return writing.write(save)


@router.post("/registries/end", response_model=dict[str, str])
def distrust(body: OldRegistry, writing: Writing) -> Response:
    """Trust a registry no more: what it said leaves doubt from now on (operator)."""

    def save(session: Session) -> dict[str, str]:
        portability.distrust(session, writing.caller, body.did)
        return {"did": body.did}

    return writing.write(save, status=200)


@router.post("/registries/refresh", response_model=list[FetchedOut])
def refresh(caller: Caller, world: Open) -> list[FetchedOut]:
    """Fetch the status lists of all licences of other registries now; else hourly (operator)."""
    found = portability.refresh_for(caller, world)
    return [FetchedOut(url=url, fault=fault) for url, fault in found]
