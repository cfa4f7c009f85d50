"""Signing keys that one's passkey opens: kept for the browser, which alone can read them."""

import base64
import binascii
from typing import Annotated, Any, Self

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, BeforeValidator, Field

from api.accounts import wrappedkeys
from api.accounts.models import Passkey, Stage, WrappedKey
from api.accounts.sessions import require_fresh
from api.accounts.store import factors
from api.deps import Open
from api.visiting import Acting, Known, SignedInVisit, check_form, require_stage
from api.wire import FROZEN
from core.clock import utc_now

router = APIRouter(tags=["account"], include_in_schema=False)
TEXT_MAX = 2_000


def _bytes(text: Any) -> bytes:
    try:
        return base64.urlsafe_b64decode(f"{text[:TEXT_MAX]}==")
    except (TypeError, ValueError, binascii.Error) as exc:
        raise ValueError("base64url is wanted") from exc


Base64Url = Annotated[bytes, BeforeValidator(_bytes)]


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


class NewWrappedKey(BaseModel):
    """A signing key as the browser encrypted it, with the page's word; bytes as base64url."""

    model_config = FROZEN
    credential_id: Base64Url
    did: str = Field(max_length=100)
    salt: Base64Url
    nonce: Base64Url
    wrapped: Base64Url
    csrf: str = ""


class PasskeyOut(BaseModel):
    """A passkey of one's own, as a browser asks for it."""

    id: str
    credential_id: str
    name: str

    @classmethod
    def of(cls, item: Passkey) -> Self:
        """The passkey as data."""
        return cls(id=item.id, credential_id=_text(item.credential_id), name=item.name)


class WrappedKeyOut(BaseModel):
    """What a browser with the passkey needs to open a signing key."""

    id: str
    did: str
    credential_id: str
    salt: str
    nonce: str
    wrapped: str

    @classmethod
    def of(cls, item: WrappedKey, passkey: Passkey) -> Self:
        """The encrypted key as data."""
        return cls(
            id=item.id,
            did=item.did,
            credential_id=_text(passkey.credential_id),
            salt=_text(item.salt),
            nonce=_text(item.nonce),
            wrapped=_text(item.wrapped),
        )


class OwnKeys(BaseModel):
    """One's passkeys, and the signing keys that they open."""

    passkeys: list[PasskeyOut]
    keys: list[WrappedKeyOut]


@router.get("/account/signing-keys", response_model=OwnKeys)
def own_keys(world: Open, visit: SignedInVisit) -> OwnKeys:
    """Which passkeys have I, and which signing keys do they open?"""
    with world.db.read() as session:
        passkeys = factors.passkeys(session, wrappedkeys.DOOR, visit.session.person_id)
        held = wrappedkeys.list_own(session, visit.session)
    return OwnKeys(
        passkeys=[PasskeyOut.of(item) for item in passkeys],
        keys=[WrappedKeyOut.of(*item) for item in held],
    )


@router.post("/account/signing-keys")
def keep_key(request: Request, world: Open, visit: Known, body: NewWrappedKey) -> Response:
    """Keep a signing key that my passkey opens."""
    check_form(request, world.settings, visit, body.csrf)
    require_stage(visit, Stage.FULL)
    with world.db.write() as session:
        wrappedkeys.keep(
            session,
            visit.session,
            credential_id=body.credential_id,
            did=body.did,
            salt=body.salt,
            nonce=body.nonce,
            wrapped=body.wrapped,
            now=utc_now(),
        )
    return Response(status_code=204)


@router.post("/account/signing-keys/{wrapped_id}/removal")
def drop_key(wrapped_id: str, world: Open, visit: Acting) -> Response:
    """Forget a signing key; the passkey stays."""
    require_fresh(visit.session, utc_now())
    with world.db.write() as session:
        wrappedkeys.drop(session, visit.session, wrapped_id, utc_now())
    return RedirectResponse("/account", status_code=303)
