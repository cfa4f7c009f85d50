"""The people of a demo's registry: whoever sits at its machine comes in as any of them.

Only `ebenbild demo` writes the list, into the folder of the registry that it makes; no other
registry has one. Even there the door opens to this machine alone: the server listens to nobody
else, the registry has no public address, and the browser came by the machine's own name.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path

from sqlmodel import Session

from api.accounts import sessions
from api.accounts.models import Stage
from api.accounts.sessions import Origin
from api.accounts.store import people
from api.roles import Role
from core.errors import NotFound
from core.files import create_private
from core.ids import new_id
from core.principal import Principal
from core.settings import Settings

FILE = "demo-people.json"
METHOD = "demo"
_NOWHERE = ".invalid"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to come in as: their account, organisation, name, and the group they stand for."""

    person_id: str
    tenant_id: str
    name: str
    group: str


def invite(
    session: Session,
    tenant_id: str,
    name: str,
    *,
    group: str,
    roles: Collection[Role],
    now: datetime,
) -> Guest:
    """Make an account that has no password and no passkey; call it in `write()`."""
    person_id = new_id("per")
    email = f"{person_id}@demo.invalid".lower()
    people.add_person(session, person_id=person_id, email=email, name=name, at=now)
    people.set_membership(session, person_id, tenant_id, roles, now)
    return Guest(person_id, tenant_id, name, group)


def keep(data_dir: Path, guests: Collection[Guest]) -> None:
    """Write the list that opens the door."""
    rows = [
        {"person_id": g.person_id, "tenant_id": g.tenant_id, "name": g.name, "group": g.group}
        for g in guests
    ]
    create_private(data_dir / FILE, json.dumps(rows).encode())


def guests(settings: Settings, *, is_near: bool) -> tuple[Guest, ...]:
    """Who may be chosen: nobody, unless this is a demo's registry on the visitor's own machine."""
    path = settings.data_dir / FILE
    if not (is_near and _serves_itself(settings) and path.is_file()):
        return ()
    return tuple(Guest(**row) for row in json.loads(path.read_text("utf-8")))


def come_in(session: Session, chosen: Guest, origin: Origin, now: datetime) -> str:
    """Begin a session as this guest, and return its token; call it in `write()`."""
    token, _ = sessions.begin(
        session,
        chosen.person_id,
        Stage.FULL,
        (METHOD,),
        origin,
        now=now,
        tenant_id=chosen.tenant_id,
    )
    return token


def principal_of(session: Session, token: str, now: datetime) -> Principal:
    """Who a session that began just now speaks for."""
    found = sessions.visit(session, token, now)
    assert found is not None
    return found.principal


def find(found: Collection[Guest], person_id: str) -> Guest:
    """The guest of that id; raises NotFound, as it does where there are none at all."""
    for guest in found:
        if guest.person_id == person_id:
            return guest
    raise NotFound("there is nobody here to come in as", next_step="sign in at /sign-in")


def _serves_itself(settings: Settings) -> bool:
    try:
        own = ip_address(settings.server.host).is_loopback
    except ValueError:
        own = settings.server.host == "localhost"
    return own and settings.base_url.endswith(_NOWHERE)
