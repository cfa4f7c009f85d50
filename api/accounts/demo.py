"""The people of a demo's registry: whoever sits at its machine comes in as any of them.

Only `ebenbild demo` writes the list, into the folder of the registry that it makes; no other
registry has one. Even there the door opens to this machine alone: the registry is a demonstration,
which serves nobody else, and the browser came by the machine's own name.
"""

import json
import os
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from api.accounts import sessions
from api.accounts.models import Stage
from api.accounts.sessions import Origin
from api.accounts.store import people
from api.demonstration import is_one
from api.roles import Role
from core.errors import Conflict, NotFound
from core.files import create_private
from core.ids import new_id
from core.init import World
from core.principal import Principal

FILE = "demo-people.json"
METHOD = "demo"
GUESTS_MAX = 60


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
    """Write the list that opens the door, in place of the one before."""
    draft = data_dir / f"{FILE}-{os.getpid()}"
    create_private(draft, json.dumps([asdict(guest) for guest in guests]).encode())
    draft.replace(data_dir / FILE)


def add(data_dir: Path, guest: Guest) -> None:
    """Somebody new, who may come back; raises Conflict where there are too many already."""
    found = listed(data_dir)
    if len(found) >= GUESTS_MAX:
        raise Conflict(
            f"this demonstration has {len(found)} people, which is all it holds",
            next_step="come in as one of them, or make another with `ebenbild demo`",
            code="demonstration-full",
        )
    keep(data_dir, (*found, guest))


def listed(data_dir: Path) -> tuple[Guest, ...]:
    """Everybody on the list, in order; nobody where there is none."""
    path = data_dir / FILE
    return (
        tuple(Guest(**row) for row in json.loads(path.read_text("utf-8"))) if path.is_file() else ()
    )


def guests(world: World, *, is_near: bool) -> tuple[Guest, ...]:
    """Who may be chosen: nobody, unless this is a demonstration on the visitor's own machine."""
    return listed(world.settings.data_dir) if is_near and is_one(world) else ()


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
