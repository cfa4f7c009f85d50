"""Who calls: `Authorization: Bearer ebk_...` becomes a principal, or a 401 that says how.

An absent key and a wrong key get the same answer, so that keys cannot be felt for. RFC 6750,
https://www.rfc-editor.org/rfc/rfc6750.
"""

from datetime import datetime

from fastapi.security import HTTPBearer
from sqlmodel import Session

from api.accounts.standing import key_standing
from core.errors import NotAllowed
from core.principal import Principal
from core.tenants import authenticate

BEARER = HTTPBearer(
    scheme_name="apiKey",
    bearerFormat="ebk_...",
    description="A key made by the operator with `ebenbild tenant add` or `tenant key`.",
    auto_error=False,
)


class Unauthenticated(NotAllowed):
    """No key, or none that is in force."""

    status = 401
    code = "no-key"


def principal_of(session: Session, api_key: str | None, now: datetime) -> Principal:
    """The caller behind the key, as far as it is good at this moment; raises Unauthenticated."""
    try:
        found = key_standing(session, authenticate(session, api_key), now) if api_key else None
    except NotAllowed as exc:
        raise unauthenticated() from exc
    if found is None:
        raise unauthenticated()
    return found


def unauthenticated() -> Unauthenticated:
    """The one answer to whoever is not known."""
    return Unauthenticated(
        "This needs an API key that is in force.",
        next_step="Send `Authorization: Bearer ebk_...`; the operator makes keys with "
        "`ebenbild tenant key TENANT`.",
    )
