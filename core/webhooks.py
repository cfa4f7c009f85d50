"""Webhook endpoints: where an organisation wants to be told of its events, and how that is signed.

Secrets lie sealed. A new secret does not end the old one at once: during the overlap both sign, so
that the receiver changes over without losing a message. https://www.standardwebhooks.com
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, Session, col, select

from core.addresses import parse_target
from core.columns import JsonText, Owned, UtcDateTime
from core.errors import BadInput, Conflict, NotFound
from core.hooksign import Scheme, new_secret, receivers_part
from core.ids import new_id
from core.principal import Principal, require
from core.resealing import SealedColumn
from core.vault import Vault
from core.visibility import visible

SCOPE = "webhooks"
ANY_KIND = "*"
OVERLAP = timedelta(hours=24)
ENDPOINTS_MAX = 20
_KIND = re.compile(r"\*|[a-z][a-z_-]*(\.[a-z][a-z_-]*)*(\.\*)?")
_KINDS_MAX = 50
_BOUND = {"kind": "webhook-secret"}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address to call; `kinds` are event kinds, `group.*` or `*`.

    `disabled` says why nothing is sent there any more, empty while it is in use.
    """

    id: str
    tenant_id: str
    url: str
    kinds: tuple[str, ...]
    disabled: str
    created_at: datetime
    rotated_at: datetime | None


class EndpointRow(Owned, table=True):
    """Table of endpoints; the secrets are sealed under a key of the endpoint's own."""

    __tablename__ = "webhook_endpoint"

    url: str
    kinds: list[str] = Field(sa_type=JsonText)
    disabled: str = ""
    sealed: bytes
    previous_sealed: bytes | None = None
    previous_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    rotated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_endpoint(
    session: Session,
    vault: Vault,
    principal: Principal,
    *,
    url: str,
    kinds: Sequence[str],
    scheme: Scheme,
    loopback: bool,
    now: datetime,
) -> tuple[Endpoint, str]:
    """Store an endpoint and return it with what its receiver verifies by, shown only here.

    Raises BadInput for an address or kind that cannot be used, Conflict beyond 20 endpoints.
    """
    require(principal, SCOPE)
    parse_target(url, loopback=loopback)
    if len(list_endpoints(session, principal)) >= ENDPOINTS_MAX:
        raise Conflict(
            f"an organisation has at most {ENDPOINTS_MAX} endpoints",
            next_step="remove one that is no longer used: ebenbild webhook list",
        )
    endpoint_id, secret = new_id("whk"), new_secret(scheme)
    row = EndpointRow(
        id=endpoint_id,
        tenant_id=principal.tenant_id,
        recorded_at=now,
        url=url,
        kinds=_checked(kinds),
        sealed=_seal(vault, endpoint_id, secret),
    )
    _save(session, row)
    return _endpoint(row), receivers_part(secret)


def list_endpoints(session: Session, principal: Principal) -> list[Endpoint]:
    """Return the organisation's endpoints, oldest first."""
    require(principal, SCOPE)
    query = select(EndpointRow).where(visible(EndpointRow, principal))
    rows = session.exec(query.order_by(col(EndpointRow.recorded_at), col(EndpointRow.id)))
    return [_endpoint(row) for row in rows]


def rotate_secret(
    session: Session, vault: Vault, principal: Principal, endpoint_id: str, *, now: datetime
) -> tuple[Endpoint, str]:
    """Give the endpoint a new secret; for a day the present one signs too. Raises NotFound."""
    row = _own(session, principal, endpoint_id)
    old = _unseal(vault, endpoint_id, row.sealed)
    scheme = Scheme.HMAC if receivers_part(old) == old else Scheme.ED25519
    secret = new_secret(scheme)
    row.previous_sealed, row.previous_until = row.sealed, now + OVERLAP
    row.sealed, row.rotated_at = _seal(vault, endpoint_id, secret), now
    _save(session, row)
    return _endpoint(row), receivers_part(secret)


def enable(session: Session, principal: Principal, endpoint_id: str) -> Endpoint:
    """Use an endpoint again that was disabled. Raises NotFound."""
    row = _own(session, principal, endpoint_id)
    row.disabled = ""
    _save(session, row)
    return _endpoint(row)


def remove_endpoint(session: Session, principal: Principal, endpoint_id: str) -> Endpoint:
    """Forget an endpoint; erase its key once this is committed. Raises NotFound."""
    row = _own(session, principal, endpoint_id)
    gone = _endpoint(row)
    session.delete(row)
    session.flush()
    return gone


def disable(session: Session, endpoint_id: str, why: str) -> None:
    """Send nothing there any more: its receiver is gone for good."""
    row = session.get(EndpointRow, endpoint_id)
    if row is not None:
        row.disabled = why
        _save(session, row)


def wanting(
    session: Session, tenant_ids: Sequence[str], kind: str, *, at: datetime
) -> list[Endpoint]:
    """Return the endpoints in use, of these organisations, that had asked for this kind at `at`."""
    query = select(EndpointRow).where(
        col(EndpointRow.tenant_id).in_(tenant_ids),
        col(EndpointRow.disabled) == "",
        col(EndpointRow.recorded_at) <= at,
    )
    rows = session.exec(query.order_by(col(EndpointRow.recorded_at), col(EndpointRow.id)))
    return [_endpoint(row) for row in rows if any(_asks(pattern, kind) for pattern in row.kinds)]


def address_of(
    session: Session, vault: Vault, endpoint_id: str, *, now: datetime
) -> tuple[str, list[str]] | None:
    """Return (URL, signing secrets, the newest first) for a delivery; None when it is not to be."""
    row = session.get(EndpointRow, endpoint_id)
    if row is None or row.disabled:
        return None
    signing = [_unseal(vault, row.id, row.sealed)]
    if row.previous_sealed is not None and row.previous_until and now < row.previous_until:
        signing.append(_unseal(vault, row.id, row.previous_sealed))
    return row.url, signing


def vault_subject(endpoint_id: str) -> str:
    """Return the name of the data key of an endpoint's secrets."""
    return f"webhook:{endpoint_id}"


def _asks(pattern: str, kind: str) -> bool:
    group = pattern.endswith(".*") and kind.startswith(pattern[:-1])
    return group or pattern in (ANY_KIND, kind)


def _checked(kinds: Sequence[str]) -> list[str]:
    if not 0 < len(kinds) <= _KINDS_MAX or not all(_KIND.fullmatch(kind) for kind in kinds):
        raise BadInput(
            "an endpoint needs the kinds of events it is for",
            next_step="name kinds such as use.found, groups such as licence.*, or *",
        )
    return sorted(set(kinds))


def _own(session: Session, principal: Principal, endpoint_id: str) -> EndpointRow:
    require(principal, SCOPE)
    query = select(EndpointRow).where(
        col(EndpointRow.id) == endpoint_id, visible(EndpointRow, principal)
    )
    row = session.exec(query).first()
    if row is None:
        raise NotFound("there is no such endpoint", next_step="list yours: ebenbild webhook list")
    return row


def _seal(vault: Vault, endpoint_id: str, secret: str) -> bytes:
    return vault.seal(vault_subject(endpoint_id), secret.encode(), _BOUND)


def _unseal(vault: Vault, endpoint_id: str, sealed: bytes) -> str:
    opened = vault.unseal(vault_subject(endpoint_id), sealed, _BOUND)
    return opened.decode()


def _save(session: Session, row: EndpointRow) -> None:
    session.add(row)
    session.flush()


def _endpoint(row: EndpointRow) -> Endpoint:
    return Endpoint(
        id=row.id,
        tenant_id=row.tenant_id,
        url=row.url,
        kinds=tuple(row.kinds),
        disabled=row.disabled,
        created_at=row.recorded_at,
        rotated_at=row.rotated_at,
    )


def _bound(row: EndpointRow) -> tuple[str, dict[str, str]]:
    return vault_subject(row.id), _BOUND


SEALED = tuple(SealedColumn(EndpointRow, name, _bound) for name in ("sealed", "previous_sealed"))
