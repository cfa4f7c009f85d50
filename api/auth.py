"""Who calls: `Authorization: Bearer ebk_...` becomes a principal, or a 401 that says how.

An absent key and a wrong key get the same answer, so that keys cannot be felt for. RFC 6750,
https://www.rfc-editor.org/rfc/rfc6750.
"""

from fastapi.security import HTTPBearer
from sqlmodel import Session

from core.errors import NotAllowed
from core.principal import Principal
from core.tenants import authenticate

BEARER = HTTPBearer(
    scheme_name="API key",
    bearerFormat="ebk_...",
    description="A key made by the operator with `ebenbild tenant add` or `tenant key`.",
    auto_error=False,
)


class Unauthenticated(NotAllowed):
    """No key, or none that is in force."""

    status = 401
    code = "no-key"


def principal_of(session: Session, api_key: str | None) -> Principal:
    """The caller behind the key; raises Unauthenticated."""
    try:
        if api_key:
            return authenticate(session, api_key)
    except NotAllowed as exc:
        raise unauthenticated() from exc
    raise unauthenticated()


def unauthenticated() -> Unauthenticated:
    """The one answer to whoever is not known."""
    return Unauthenticated(
        "This needs an API key that is in force.",
        next_step="Send `Authorization: Bearer ebk_...`; the operator makes keys with "
        "`ebenbild tenant key TENANT`.",
    )
