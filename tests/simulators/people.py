"""People who are signed in, without the steps that lead there: for tests of what comes after."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from api.accounts import sessions
from api.accounts.models import Passkey, Stage, WrappedKey
from api.accounts.sessions import Origin
from api.accounts.store import factors, people, wrappedkeys
from api.accounts.store.sessions import SessionRow
from api.roles import Role
from core.clock import utc_now
from core.db import Database
from core.ids import new_id
from core.keys import generate

HERE = Origin("127.0.0.1", "A test")


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody's token, with the ids of what is personally his; `session_id` is a second one.

    `leaving` is the token of a third, for whoever signs out.
    """

    token: str
    person_id: str
    passkey_id: str
    wrapped_id: str
    session_id: str
    leaving: str

    @property
    def ids(self) -> dict[str, str]:
        """What paths name of it."""
        return {
            "person_id": self.person_id,
            "passkey_id": self.passkey_id,
            "wrapped_id": self.wrapped_id,
            "session_id": self.session_id,
        }


def seat(
    database: Database, tenant_id: str, *roles: Role, name: str = "Somebody", email: str = ""
) -> Seat:
    """Somebody with these roles in an organisation, signed in three times."""
    now, person_id = utc_now(), new_id("per")
    with database.write() as session:
        address = email or f"{person_id}@example.org"
        people.add_person(session, person_id=person_id, email=address, name=name, at=now)
        people.set_membership(session, person_id, tenant_id, roles, now)
        passkey = _passkey(person_id, now)
        spare_key = _passkey(person_id, now)
        for item in (passkey, spare_key):
            factors.add_passkey(session, item)
        signing = WrappedKey(
            new_id("wky"), person_id, spare_key.id, generate().did, b"", b"", b"", now
        )
        wrappedkeys.add(session, signing)
        methods = ("passkey",)
        token, _ = sessions.begin(session, person_id, Stage.FULL, methods, HERE, now=now)
        _, spare = sessions.begin(session, person_id, Stage.FULL, methods, HERE, now=now)
        leaving, _ = sessions.begin(session, person_id, Stage.FULL, methods, HERE, now=now)
    return Seat(token, person_id, passkey.id, signing.id, spare.id, leaving)


def renew(database: Database) -> None:
    """Everybody who is signed in has proved himself just now: for tests that outlast a session."""
    now = utc_now()
    with database.write() as session:
        for row in session.exec(select(SessionRow).where(col(SessionRow.ended_at).is_(None))):
            row.seen_at = row.fresh_at = now
            row.expires_at = now + sessions.LONGEST
            session.add(row)


def _passkey(person_id: str, now: datetime) -> Passkey:
    return Passkey(
        id=(name := new_id("pky")),
        person_id=person_id,
        credential_id=name.encode(),
        public_key=b"",
        sign_count=0,
        name="A key",
        created_at=now,
        used_at=None,
    )
