"""Who asks, and what he may do: a value that every store query takes.

Nothing here knows how a principal proved himself.
"""

from dataclasses import dataclass, replace

from core.errors import NotAllowed

ANY_SCOPE = "*"


@dataclass(frozen=True, slots=True)
class Closed:
    """Somebody of the caller's own tenant who is none of his business any more.

    `ids` are those of `subject` and of what others name instead of it: no row that names one of
    them is the caller's to see.
    """

    subject: str
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Principal:
    """One caller acting for one tenant; `subject` names the key, session or worker, no secret.

    `person` is the id of the account that acts, None for an API key or a worker; `roles` are those
    of that person in this tenant. Services ask for scopes; a role is a set of them. `closed` is
    what of the tenant is not open to this caller; see `core.visibility.owned`.
    """

    tenant_id: str
    subject: str
    scopes: frozenset[str]
    tenant_kind: str
    person: str | None = None
    roles: frozenset[str] = frozenset()
    closed: tuple[Closed, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchCapability:
    """The service's right to search across all tenants, for one declared purpose.

    `reference` is the id of the record on whose behalf the search runs. It is a value that only
    services make; no request carries one.
    """

    purpose: str
    reference: str


def actor(principal: Principal) -> str:
    """Who acts, by one name however often they sign in: the person, else the key or worker."""
    return principal.person or principal.subject


def holds(principal: Principal, scope: str) -> bool:
    """Whether the principal may do what `scope` opens."""
    return scope in principal.scopes or ANY_SCOPE in principal.scopes


def closed_ids(principal: Principal) -> frozenset[str]:
    """Every id that nothing which the principal sees may name."""
    return frozenset().union(*(item.ids for item in principal.closed))


def is_closed(principal: Principal, subject: str) -> bool:
    """Whether somebody of the principal's tenant is closed to him."""
    return any(item.subject == subject for item in principal.closed)


def opened(principal: Principal, subject: str) -> Principal:
    """The same principal for whom this one is not closed; whoever calls says by what right."""
    left = tuple(item for item in principal.closed if item.subject != subject)
    return replace(principal, closed=left)


def require(principal: Principal, scope: str) -> None:
    """Return when the principal holds `scope`; raise NotAllowed otherwise."""
    if not holds(principal, scope):
        raise NotAllowed(
            f"this needs the scope {scope}",
            next_step="ask your administrator for a key with that scope",
        )


def require_any(principal: Principal, *scopes: str) -> None:
    """Return when the principal holds one of `scopes`; raise NotAllowed otherwise."""
    if not principal.scopes.intersection((*scopes, ANY_SCOPE)):
        raise NotAllowed(
            f"this needs one of the scopes {', '.join(scopes)}",
            next_step="ask your administrator for a key with one of them",
        )


def system(tenant_id: str) -> Principal:
    """Return the principal of a worker that acts for a tenant; no API key can hold its scope."""
    return Principal(tenant_id, "system", frozenset({ANY_SCOPE}), "system")
