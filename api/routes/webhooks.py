"""Webhooks: where an organisation's programs are told of events, and what became of each."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlmodel import Session

from api.deps import Caller, Open, Reading, Writing
from api.events import check_kinds
from api.paging import Asked, Page, page
from api.wire import FROZEN, Text
from core import deliveries, webhooks
from core.clock import utc_now
from core.deliveries import Delivery
from core.hooksign import Scheme
from core.principal import require
from core.webhooks import Endpoint

router = APIRouter(tags=["webhooks"])


class NewEndpoint(BaseModel):
    """Where to call, and for which events: kinds such as `use.found`, groups `licence.*`, or `*`.

    `scheme` v1 signs with a secret both sides know, v1a with a key only the registry holds.
    """

    model_config = FROZEN
    url: str = Field(min_length=1, max_length=2000)
    kinds: list[Text] = Field(default=["*"], min_length=1, max_length=50)
    scheme: Scheme = Scheme.HMAC


class EndpointOut(BaseModel):
    """An endpoint; `key` is what its receiver verifies by, shown only when it is new."""

    id: str
    url: str
    kinds: list[str]
    disabled: str
    created_at: datetime
    rotated_at: datetime | None
    key: str | None = None

    @classmethod
    def of(cls, endpoint: Endpoint, key: str | None = None) -> Self:
        """The endpoint as data."""
        return cls(
            id=endpoint.id,
            url=endpoint.url,
            kinds=list(endpoint.kinds),
            disabled=endpoint.disabled,
            created_at=endpoint.created_at,
            rotated_at=endpoint.rotated_at,
            key=key,
        )


class DeliveryOut(BaseModel):
    """One event on its way to one receiver; `id` is the message's own, the same every time."""

    id: str
    kind: str
    channel: str
    target_id: str
    state: str
    attempts: int
    status: int | None
    fault: str
    due_at: datetime
    at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """The delivery as data."""
        return cls.model_validate(delivery, from_attributes=True)


@router.post("/webhooks", status_code=201, response_model=EndpointOut)
def add_webhook(body: NewEndpoint, writing: Writing, world: Open) -> Response:
    """Add an endpoint; the key that verifies its messages is shown this once."""

    check_kinds(body.kinds)

    def add(session: Session) -> EndpointOut:
        endpoint, key = webhooks.add_endpoint(
            session,
            world.vault,
            writing.caller,
            url=body.url,
            kinds=body.kinds,
            scheme=body.scheme,
            loopback=world.settings.webhooks.loopback,
            now=utc_now(),
        )
        return EndpointOut.of(endpoint, key)

    return writing.write(add, keep=_without_key)


@router.get("/webhooks", response_model=list[EndpointOut])
def list_webhooks(caller: Caller, reading: Reading) -> list[EndpointOut]:
    """List your endpoints."""
    return [EndpointOut.of(item) for item in webhooks.list_endpoints(reading, caller)]


@router.post("/webhooks/{endpoint_id}/rotation", response_model=EndpointOut)
def rotate_webhook(endpoint_id: str, writing: Writing, world: Open) -> Response:
    """Give an endpoint a new key, shown this once; for a day both keys sign."""

    def rotate(session: Session) -> EndpointOut:
        made = webhooks.rotate_secret(
            session, world.vault, writing.caller, endpoint_id, now=utc_now()
        )
        return EndpointOut.of(*made)

    return writing.write(rotate, status=200, keep=_without_key)


@router.post("/webhooks/{endpoint_id}/activation", response_model=EndpointOut)
def enable_webhook(endpoint_id: str, writing: Writing) -> Response:
    """Use an endpoint again that was disabled."""
    return writing.write(
        lambda session: EndpointOut.of(webhooks.enable(session, writing.caller, endpoint_id)),
        status=200,
    )


@router.post("/webhooks/{endpoint_id}/removal", response_model=EndpointOut)
def remove_webhook(endpoint_id: str, writing: Writing, world: Open) -> Response:
    """Forget an endpoint, its deliveries and its key."""

    def remove(session: Session) -> EndpointOut:
        gone = webhooks.remove_endpoint(session, writing.caller, endpoint_id)
        deliveries.drop_target(session, endpoint_id)
        return EndpointOut.of(gone)

    answer = writing.write(remove, status=200)
    world.vault.erase(webhooks.vault_subject(endpoint_id))
    return answer


@router.get("/deliveries", response_model=Page[DeliveryOut])
def list_deliveries(
    caller: Caller,
    reading: Reading,
    window: Asked,
    target: Annotated[str | None, Query(max_length=64)] = None,
) -> Page[DeliveryOut]:
    """List your deliveries, newest first, to one endpoint or mail address where it is named."""
    require(caller, webhooks.SCOPE)
    found = deliveries.list_deliveries(
        reading, caller, target_id=target, before_seq=window.before_seq, limit=window.limit
    )
    return page(found, window, lambda one: DeliveryOut.of(one[1]), cursor=lambda one: one[0])


@router.post("/deliveries/{delivery_id}/retry", response_model=DeliveryOut)
def send_again(delivery_id: str, writing: Writing) -> Response:
    """Send a delivery again that ended."""
    require(writing.caller, webhooks.SCOPE)
    return writing.write(
        lambda session: DeliveryOut.of(
            deliveries.send_again(session, writing.caller, delivery_id, now=utc_now())
        ),
        status=200,
    )


def _without_key(made: EndpointOut) -> EndpointOut:
    return made.model_copy(update={"key": None})
