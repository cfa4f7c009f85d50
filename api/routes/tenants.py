"""Organisations, their API keys, and who the caller is."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.accounts import keys
from api.deps import Caller, Reading, Writing
from api.paging import Asked, Page, from_cursor, page
from api.scopes import TenantKind
from core import tenants
from core.clock import utc_now
from core.principal import require
from core.tenants import KeyInfo, Tenant

router = APIRouter(tags=["tenants"])
TENANTS_MAX = 100_000


class NewTenant(BaseModel):
    """An organisation to add; `registry_did` is the did:key of another one, where its book is."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(min_length=1, max_length=200)
    kind: TenantKind
    did: str | None = Field(default=None, max_length=200)
    registry_did: str | None = Field(default=None, max_length=200)


class NewKey(BaseModel):
    """What a new API key may do; the usual scopes of the organisation's kind unless named."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    scopes: list[str] | None = Field(default=None, max_length=20)
    name: str = Field(default="", max_length=200)
    days: int | None = Field(default=None, ge=1, le=keys.DAYS_MAX)


class IssuedKey(BaseModel):
    """An API key; `api_key` is shown once and never again."""

    id: str
    tenant_id: str
    scopes: list[str]
    expires_at: datetime | None = None
    api_key: str | None


class KeyOut(BaseModel):
    """What is kept of an API key."""

    id: str
    scopes: list[str]
    created_at: datetime
    revoked_at: datetime | None
    name: str
    expires_at: datetime | None
    used_at: datetime | None

    @classmethod
    def of(cls, key: KeyInfo) -> Self:
        """The public part of a key."""
        return cls(
            id=key.id,
            scopes=sorted(key.scopes),
            created_at=key.created_at,
            revoked_at=key.revoked_at,
            name=key.name,
            expires_at=key.expires_at,
            used_at=key.used_at,
        )


class Me(BaseModel):
    """The caller as the registry sees it."""

    tenant_id: str
    tenant_kind: str
    key_id: str
    scopes: list[str]


@router.get("/me", response_model=Me)
def me(caller: Caller) -> Me:
    """Who am I, and what may I do?"""
    return Me(
        tenant_id=caller.tenant_id,
        tenant_kind=caller.tenant_kind,
        key_id=caller.subject,
        scopes=sorted(caller.scopes),
    )


@router.post("/tenants", status_code=201, response_model=Tenant)
def add_tenant(body: NewTenant, writing: Writing) -> Response:
    """Add an organisation (operator only)."""
    require(writing.caller, "admin")
    return writing.write(lambda session: tenants.create_tenant(session, **body.model_dump()))


@router.get("/tenants", response_model=Page[Tenant])
def list_tenants(caller: Caller, reading: Reading, asked: Asked) -> Page[Tenant]:
    """List the organisations (operator only)."""
    require(caller, "admin")
    found = tenants.list_tenants(reading, limit=TENANTS_MAX)
    return page(from_cursor(found, asked), asked, lambda tenant: tenant)


@router.post("/tenants/{tenant_id}/keys", status_code=201, response_model=IssuedKey)
def add_key(tenant_id: str, body: NewKey, writing: Writing) -> Response:
    """Issue an API key (operator only); a repeated request does not show the key again."""
    require(writing.caller, "admin")

    def issue(session: Session) -> IssuedKey:
        info, plaintext = keys.make(
            session,
            writing.caller,
            body.scopes,
            name=body.name,
            days=body.days,
            tenant_id=tenant_id,
            now=utc_now(),
        )
        return IssuedKey(
            id=info.id,
            tenant_id=tenant_id,
            scopes=sorted(info.scopes),
            expires_at=info.expires_at,
            api_key=plaintext,
        )

    return writing.write(issue, keep=lambda out: out.model_copy(update={"api_key": None}))


@router.get("/tenants/{tenant_id}/keys", response_model=list[KeyOut])
def list_keys(tenant_id: str, caller: Caller, reading: Reading) -> list[KeyOut]:
    """List an organisation's API keys without the keys themselves (operator only)."""
    require(caller, "admin")
    tenants.get_tenant(reading, tenant_id)
    return [KeyOut.of(key) for key in tenants.list_keys(reading, tenant_id)]


@router.post("/tenants/{tenant_id}/keys/{key_id}/revocation", response_model=list[KeyOut])
def revoke_key(tenant_id: str, key_id: str, writing: Writing) -> Response:
    """End an API key for good (operator only)."""
    require(writing.caller, "admin")

    def revoke(session: Session) -> list[KeyOut]:
        keys.revoke(session, writing.caller, key_id, tenant_id=tenant_id, now=utc_now())
        return [KeyOut.of(key) for key in tenants.list_keys(session, tenant_id)]

    return writing.write(revoke, status=200)
