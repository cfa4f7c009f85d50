"""Signing in with a password and a code: one answer for everything that is wrong.

An unknown account costs the same work, counts the same failures and reads the same words as a
wrong password. The slow hash is computed outside of any transaction.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from api.accounts import passwords, sessions, totp, tries
from api.accounts.models import Door, Person, Secrets, SignedIn, Stage
from api.accounts.sessions import Origin
from api.accounts.store import factors, people
from api.accounts.throttle import ACCOUNT, ADDRESS
from core import audit
from core.db import Database
from core.errors import NotAllowed
from core.principal import Principal
from core.vault import Vault

DOOR = Door("sign-in")
PASSWORD, CODE, RECOVERY, PASSKEY, PROVIDER = "password", "totp", "recovery", "passkey", "oidc"


class WrongSignIn(NotAllowed):
    """Something about a sign-in is wrong; which, is not said."""

    status = 401
    code = "sign-in-refused"


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that was made, with the token for its owner."""

    token: str
    session: SignedIn


def with_password(
    database: Database, email: str, password: str, origin: Origin, *, now: datetime
) -> Begun:
    """Begin a session by a password: it then waits for a second factor, or for one to be made.

    Raises WrongSignIn for an unknown account, a wrong password, a locked account and a locked
    address alike.
    """
    address = normal(email)
    # Load.
    with database.read() as session:
        who = people.person_by_email(session, DOOR, address)
        known = (
            people.nobodys_secrets(session, DOOR)
            if who is None
            else people.secrets_of(session, DOOR, who.id)
        )
        locked = _is_locked(session, address, origin, now)
    # Decide: hash in any case, so that the time tells nothing.
    right = passwords.matches(known.password_hash, password)
    # Save.
    with database.write() as session:
        if who is None or not right or locked or who.disabled_at is not None:
            fail(session, address, origin, now)
            refused = True
        else:
            refused, made = False, _begin(session, who, origin, now)
    if refused or who is None:
        raise refusal()
    _renew(database, who.id, known, password)
    return made


def with_code(
    database: Database, vault: Vault, half: SignedIn, given: str, origin: Origin, *, now: datetime
) -> Begun:
    """Complete a session by a code of the app or a recovery code; each is good once."""
    made = None
    with database.write() as session:
        email = people.card(session, DOOR, half.person_id).email
        if not _is_locked(session, email, origin, now):
            method = check_code(session, vault, half.person_id, given, now=now)
            if method is not None:
                made = complete(session, half, method, origin, now=now)
        if made is None:
            fail(session, email, origin, now)
    if made is None:
        raise refusal()
    return made


def check_code(
    session: Session, vault: Vault, person_id: str, given: str, *, now: datetime
) -> str | None:
    """Use up a code; returns how it proved its owner, None when it did not."""
    sealed = people.secrets_of(session, DOOR, person_id).totp_sealed
    if sealed is not None:
        seed = vault.unseal(person_id, sealed, seed_aad(person_id))
        step = totp.matching_step(seed, given, now)
        if step is not None and people.use_totp(session, DOOR, person_id, step, now):
            return CODE
    if factors.use_code(session, DOOR, person_id, totp.code_hash(given), now):
        return RECOVERY
    return None


def complete(
    session: Session, half: SignedIn, method: str, origin: Origin, *, now: datetime
) -> Begun:
    """Turn a session into a signed-in one, under a new token."""
    email = people.card(session, DOOR, half.person_id).email
    tries.forget(session, tries.name_of("account", email))
    methods = (*(item for item in half.methods if item != method), method)
    token, item = sessions.begin(
        session,
        half.person_id,
        Stage.FULL,
        methods,
        origin,
        now=now,
        tenant_id=half.tenant_id,
        earlier=half,
    )
    note(session, item, "account.signed-in", now, methods=list(methods))
    return Begun(token, item)


def fail(session: Session, email: str, origin: Origin, now: datetime) -> None:
    """Count a failure for the account and for the address it came from."""
    tries.count(session, tries.name_of("account", email), ACCOUNT, now)
    tries.count(session, tries.name_of("address", origin.address), ADDRESS, now)


def note(session: Session, item: SignedIn, action: str, now: datetime, **details: object) -> None:
    """Record what a person did with his own account."""
    principal = Principal(item.tenant_id, item.id, frozenset(), "", item.person_id)
    audit.record(
        session, principal, action=action, subject_id=item.person_id, details=details, now=now
    )


def refusal() -> WrongSignIn:
    """The one answer to everything that is wrong with a sign-in."""
    return WrongSignIn(
        "This sign-in is not right, or there were too many tries.",
        next_step="Check address, password and code; after several failures wait some minutes.",
    )


def normal(email: str) -> str:
    """The form in which an address is kept and compared."""
    return email.strip().casefold()


def seed_aad(person_id: str) -> dict[str, str]:
    """What the sealed seed of codes is bound to."""
    return {"purpose": "totp", "person": person_id}


def _begin(session: Session, who: Person, origin: Origin, now: datetime) -> Begun:
    stage = Stage.SECOND if who.has_second else Stage.SETUP
    return Begun(*sessions.begin(session, who.id, stage, (PASSWORD,), origin, now=now))


def _renew(database: Database, person_id: str, known: Secrets, password: str) -> None:
    if known.password_hash is not None and passwords.is_dated(known.password_hash):
        stronger = passwords.hashed(password)
        with database.write() as session:
            people.set_password(session, DOOR, person_id, stronger)


def _is_locked(session: Session, email: str, origin: Origin, now: datetime) -> bool:
    names = (tries.name_of("account", email), tries.name_of("address", origin.address))
    return tries.any_waits(session, names, now)
