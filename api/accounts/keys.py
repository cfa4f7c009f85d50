"""API keys of one's own organisation: made narrower than their maker, never wider.

Nothing changes the scopes of a key: a new one is made and the old one revoked.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from api.scopes import ADMIN, MEMBERS, METRICS, chosen
from core import audit, tenants
from core.errors import BadInput, NotAllowed
from core.principal import ANY_SCOPE, Principal, actor, require_any
from core.tenants import KeyInfo

DAYS_MAX = 3650


def make(
    session: Session,
    principal: Principal,
    scopes: Sequence[str] | None,
    *,
    name: str = "",
    days: int | None = None,
    tenant_id: str = "",
    now: datetime,
) -> tuple[KeyInfo, str]:
    """Make a key; returns what may be shown of it and the key itself, once. Call it in `write()`.

    Raises NotAllowed for a scope that the maker lacks: the maker's scopes are the most he can
    give. The operator, who looks after every organisation, gives each what is usual for its kind.
    """
    require_any(principal, MEMBERS, ADMIN)
    where = tenants.get_tenant(session, tenant_id or principal.tenant_id)
    if where.id != principal.tenant_id:
        require_any(principal, ADMIN)
    wanted = _wanted(principal, where.kind, scopes)
    until = None if days is None else now + timedelta(days=_days(days))
    info, plaintext = tenants.make_key(
        session,
        where.id,
        wanted,
        name=name,
        expires_at=until,
        made_by=actor(principal),
    )
    details = {"scopes": sorted(wanted), "organisation": where.id}
    audit.record(
        session, principal, action="key.made", subject_id=info.id, details=details, now=now
    )
    return info, plaintext


def list_own(session: Session, principal: Principal) -> list[KeyInfo]:
    """The keys of one's organisation."""
    require_any(principal, MEMBERS, ADMIN)
    return tenants.list_keys(session, principal.tenant_id)


def revoke(
    session: Session, principal: Principal, key_id: str, *, tenant_id: str = "", now: datetime
) -> None:
    """End a key of one's organisation, or as the operator of another; NotFound otherwise."""
    require_any(principal, MEMBERS, ADMIN)
    if tenant_id and tenant_id != principal.tenant_id:
        require_any(principal, ADMIN)
    tenants.revoke_key(session, tenant_id or principal.tenant_id, key_id)
    audit.record(session, principal, action="key.revoked", subject_id=key_id, details={}, now=now)


def _wanted(principal: Principal, kind: str, scopes: Sequence[str] | None) -> frozenset[str]:
    wanted = chosen(kind, scopes)
    if ANY_SCOPE in principal.scopes:
        return wanted
    if not scopes:
        usual = wanted & principal.scopes
        if usual:
            return usual
    # Keys that are older than the scope may read all that it opens.
    held = principal.scopes | ({METRICS} if ADMIN in principal.scopes else set())
    missing = wanted - held
    if missing:
        raise NotAllowed(
            f"a key cannot give what its maker lacks: {', '.join(sorted(missing))}",
            next_step="leave these scopes out, or ask somebody who has them",
            code="wider-than-maker",
        )
    return wanted


def _days(days: int) -> int:
    if not 1 <= days <= DAYS_MAX:
        raise BadInput("a key is good for 1 to 3650 days", next_step="name another number of days")
    return days
