"""Tenants and their API keys: who may call, with which scopes.

A key is random and long, so its SHA-256 is enough to recognise it; the key itself is stored
nowhere. Which kinds and scopes exist is the business of the packages above.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, Session, SQLModel, col, select

from core.clock import utc_now
from core.columns import JsonText, UtcDateTime
from core.errors import BadInput, NotAllowed, NotFound
from core.ids import new_id
from core.keys import public_from_did
from core.principal import Principal

OPERATOR = "operator"

_WORD = re.compile(r"[a-z][a-z_-]{1,31}")
_KEY = re.compile(r"ebk_([a-z2-7]{26})_([A-Za-z0-9_-]{43})")
_NAME_CHARACTERS_MAX = 200
_NO_HASH = "0" * 64
_USE_NOTED_EVERY = timedelta(hours=1)

_CHAIN_MAX = 100


@dataclass(frozen=True, slots=True)
class Tenant:
    """One organisation or person with data of its own; `did` where it has published one.

    `registry_did` is the did:key of the other registry in which it keeps its book, if it does.
    """

    id: str
    name: str
    kind: str
    did: str | None
    created_at: datetime
    registry_did: str | None = None


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What may be shown of an API key once it is issued."""

    id: str
    tenant_id: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None
    name: str = ""
    expires_at: datetime | None = None
    used_at: datetime | None = None
    made_by: str | None = None


class TenantRow(SQLModel, table=True):
    """Table of tenants."""

    __tablename__ = "tenant"

    id: str = Field(primary_key=True)
    name: str
    kind: str = Field(index=True)
    did: str | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    registry_did: str | None = None


class ApiKeyRow(SQLModel, table=True):
    """Table of API keys, each as a hash."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    tenant_id: str = Field(index=True, foreign_key="tenant.id")
    hash: str
    scopes: list[str] = Field(sa_type=JsonText)
    created_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    name: str | None = None
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    made_by: str | None = None


def create_tenant(
    session: Session,
    *,
    name: str,
    kind: str,
    did: str | None = None,
    registry_did: str | None = None,
) -> Tenant:
    """Store a new tenant; raises BadInput for an empty or long name or a malformed kind.

    One with its book in another registry (`registry_did`) is known by its DID: without, BadInput.
    """
    if not name.strip() or len(name) > _NAME_CHARACTERS_MAX or _WORD.fullmatch(kind) is None:
        raise BadInput(
            "a tenant needs a name and a kind",
            next_step=f"give a name of 1 to {_NAME_CHARACTERS_MAX} characters and a kind",
        )
    if registry_did is not None:
        public_from_did(registry_did)
        if not did:
            raise BadInput(
                "Another registry knows an organisation by its DID.",
                next_step="Name its DID beside its registry.",
                code="no-did",
                fields=("did",),
            )
    row = TenantRow(
        id=new_id("ten"),
        name=name.strip(),
        kind=kind,
        did=did,
        created_at=utc_now(),
        registry_did=registry_did,
    )
    session.add(row)
    session.flush()
    return _tenant(row)


def get_tenant(session: Session, tenant_id: str) -> Tenant:
    """Return one tenant; raises NotFound."""
    row = session.get(TenantRow, tenant_id)
    if row is None:
        raise NotFound("there is no such tenant", next_step="check the tenant id")
    return _tenant(row)


def names_of(session: Session, tenant_ids: Collection[str]) -> dict[str, str]:
    """Return what these tenants are called; unknown ones are left out."""
    query = select(TenantRow.id, TenantRow.name).where(col(TenantRow.id).in_(tenant_ids))
    return dict(session.exec(query).all())


def list_tenants(session: Session, *, kind: str | None = None, limit: int = 200) -> list[Tenant]:
    """Return tenants in the order of their creation, of one kind where it is named."""
    query = select(TenantRow).order_by(col(TenantRow.created_at), col(TenantRow.id)).limit(limit)
    if kind is not None:
        query = query.where(col(TenantRow.kind) == kind)
    return [_tenant(row) for row in session.exec(query)]


def tenants_named(session: Session, did: str) -> list[Tenant]:
    """Return the tenants that have published this DID."""
    query = select(TenantRow).where(col(TenantRow.did) == did).order_by(col(TenantRow.id))
    return [_tenant(row) for row in session.exec(query)]


def issue_key(session: Session, tenant_id: str, scopes: frozenset[str]) -> tuple[str, str]:
    """Store a new API key and return (key id, plaintext); the plaintext is shown only here.

    Raises BadInput for no scopes or malformed ones, NotFound for an unknown tenant.
    """
    info, plaintext = make_key(session, tenant_id, scopes)
    return info.id, plaintext


def make_key(
    session: Session,
    tenant_id: str,
    scopes: frozenset[str],
    *,
    name: str = "",
    expires_at: datetime | None = None,
    made_by: str | None = None,
) -> tuple[KeyInfo, str]:
    """Store a new API key with a name and an end, and return it with its plaintext.

    Whether its maker may give these scopes is decided above. Raises as `issue_key` does.
    """
    if not scopes or not all(_WORD.fullmatch(scope) for scope in scopes):
        raise BadInput("a key needs scopes", next_step="name at least one known scope")
    get_tenant(session, tenant_id)
    key_id = new_id("key")
    plaintext = f"ebk_{key_id.removeprefix('key_')}_{secrets.token_urlsafe(32)}"
    row = ApiKeyRow(
        id=key_id,
        tenant_id=tenant_id,
        hash=_hash(plaintext),
        scopes=sorted(scopes),
        created_at=utc_now(),
        name=name.strip()[:_NAME_CHARACTERS_MAX],
        expires_at=expires_at,
        made_by=made_by,
    )
    session.add(row)
    session.flush()
    return _key_info(row), plaintext


def authenticate(session: Session, plaintext: str) -> Principal:
    """Return the principal of an API key, or raise NotAllowed with one message for all causes."""
    found = _KEY.fullmatch(plaintext)
    row = session.get(ApiKeyRow, f"key_{found.group(1)}") if found else None
    expected = _NO_HASH if row is None else row.hash
    matches = hmac.compare_digest(_hash(plaintext), expected)
    if row is None or not matches or row.revoked_at is not None or _is_over(row):
        raise NotAllowed(
            "this API key is not valid",
            next_step="send a key that was issued here and is neither revoked nor expired",
            code="bad-api-key",
        )
    tenant = get_tenant(session, row.tenant_id)
    return Principal(tenant.id, row.id, frozenset(row.scopes), tenant.kind)


def is_use_due(session: Session, key_id: str, now: datetime) -> bool:
    """Say whether the time of a key's last use is more than an hour old, or unknown."""
    row = session.get(ApiKeyRow, key_id)
    return row is not None and (row.used_at is None or now - row.used_at >= _USE_NOTED_EVERY)


def note_use(session: Session, key_id: str, now: datetime) -> None:
    """Keep the time of a key's last use; call it in `write()`."""
    row = session.get(ApiKeyRow, key_id)
    if row is not None:
        row.used_at = now
        session.add(row)
        session.flush()


def list_keys(session: Session, tenant_id: str) -> list[KeyInfo]:
    """Return the keys of a tenant, oldest first, revoked ones too."""
    query = select(ApiKeyRow).where(col(ApiKeyRow.tenant_id) == tenant_id)
    rows = session.exec(query.order_by(col(ApiKeyRow.created_at), col(ApiKeyRow.id)))
    return [_key_info(row) for row in rows]


def revoke_key(session: Session, tenant_id: str, key_id: str) -> None:
    """End a key for good; a revoked key stays revoked. Raises NotFound for another's key."""
    row = session.get(ApiKeyRow, key_id)
    if row is None or row.tenant_id != tenant_id:
        raise NotFound("there is no such key", next_step="list the keys of your tenant")
    row.revoked_at = row.revoked_at or utc_now()
    session.add(row)
    session.flush()


def makers_of(session: Session, key_id: str) -> list[KeyInfo]:
    """A key, the key that made it, and so on up to one that no key made."""
    found: list[KeyInfo] = []
    row = session.get(ApiKeyRow, key_id)
    while row is not None and len(found) < _CHAIN_MAX:
        found.append(_key_info(row))
        row = session.get(ApiKeyRow, row.made_by) if row.made_by else None
    return found


def revoke_made_by(session: Session, tenant_id: str, maker: str) -> list[KeyInfo]:
    """End every key that a person made in a tenant, and every key that those keys made.

    Returns all of them as they were, those too that had been revoked before.
    """
    found: list[KeyInfo] = []
    makers = [maker]
    query = select(ApiKeyRow).where(col(ApiKeyRow.tenant_id) == tenant_id)
    for name in makers:
        for row in session.exec(query.where(col(ApiKeyRow.made_by) == name)).all():
            found.append(_key_info(row))
            makers.append(row.id)
            revoke_key(session, tenant_id, row.id)
    return found


def _hash(plaintext: str) -> str:
    return hashlib.sha256(plaintext.encode("utf-8", "surrogatepass")).hexdigest()


def _tenant(row: TenantRow) -> Tenant:
    return Tenant(row.id, row.name, row.kind, row.did, row.created_at, row.registry_did)


def _key_info(row: ApiKeyRow) -> KeyInfo:
    return KeyInfo(
        id=row.id,
        tenant_id=row.tenant_id,
        scopes=frozenset(row.scopes),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        name=row.name or "",
        expires_at=row.expires_at,
        used_at=row.used_at,
        made_by=row.made_by,
    )


def _is_over(row: ApiKeyRow) -> bool:
    return row.expires_at is not None and row.expires_at <= utc_now()
