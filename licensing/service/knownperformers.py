"""Whom a studio may know by name: who was found in its films, or signed a licence that it holds."""

from sqlmodel import Session

from core.principal import Principal
from licensing.service import licences
from registry.service import reading

SCOPE = "submissions"
FILMS_MAX = 200
LICENCES_MAX = 500


def known_performers(session: Session, principal: Principal) -> dict[str, str]:
    """Their public names by id, in the order of the names; raises `NotAllowed` without `SCOPE`."""
    held = licences.list_licences(session, principal, limit=LICENCES_MAX)
    signed = {
        item.terms.performer_id for item in held if item.terms.licensee_id == principal.tenant_id
    }
    found = reading.known_performers(session, principal, signed, films=FILMS_MAX)
    return dict(sorted(found.items(), key=lambda each: (each[1], each[0])))
