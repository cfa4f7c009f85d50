"""Making and dropping factors: the seed of codes, recovery codes, passwords."""

from datetime import datetime

from sqlmodel import Session

from api.accounts import passwords, signing_in, totp, wrappedkeys
from api.accounts.models import Door, SignedIn, Stage
from api.accounts.sessions import Origin
from api.accounts.signing_in import Begun
from api.accounts.store import factors, people
from api.accounts.store import sessions as store
from api.web.texts import LANGUAGES
from core.db import Database
from core.errors import BadInput, Conflict
from core.settings import Settings
from core.vault import Vault

DOOR = Door("own factors")


def new_seed(database: Database, vault: Vault, person_id: str) -> bytes:
    """Make a seed that counts once a code of it was given.

    Raises Conflict while a confirmed one is in use: it has to be taken away first, signed in.
    """
    seed = totp.new_seed()
    sealed = vault.seal(person_id, seed, signing_in.seed_aad(person_id))
    with database.write() as session:
        if people.person(session, DOOR, person_id).has_totp:
            raise Conflict(
                "codes from an app are set up already",
                next_step="take the present app away first, on your account page",
            )
        people.set_totp(session, DOOR, person_id, sealed)
    return seed


def seed_of(session: Session, vault: Vault, person_id: str) -> bytes | None:
    """The seed that waits for its first code; None once it is confirmed."""
    if people.person(session, DOOR, person_id).has_totp:
        return None
    sealed = people.secrets_of(session, DOOR, person_id).totp_sealed
    return (
        None if sealed is None else vault.unseal(person_id, sealed, signing_in.seed_aad(person_id))
    )


def confirm(
    database: Database, vault: Vault, item: SignedIn, given: str, origin: Origin, *, now: datetime
) -> tuple[Begun, list[str]]:
    """Confirm a seed by its first code; returns the new session and the recovery codes, once."""
    codes = totp.new_codes()
    with database.write() as session:
        method = signing_in.check_code(session, vault, item.person_id, given, now=now)
        if method != signing_in.CODE:
            raise BadInput(
                "this is not the code that the app shows now",
                next_step="check the clock of the device, and type the next code",
                code="wrong-code",
            )
        hashes = [totp.code_hash(value) for value in codes]
        factors.replace_codes(session, DOOR, item.person_id, hashes)
        signing_in.note(session, item, "account.totp-added", now)
        return signing_in.complete(session, item, method, origin, now=now), codes


def drop_totp(database: Database, item: SignedIn, *, now: datetime) -> None:
    """Take the app away; raises Conflict when no passkey would be left to sign in with."""
    with database.write() as session:
        if not factors.passkeys(session, DOOR, item.person_id):
            raise Conflict("a second factor has to be left", next_step="add a passkey first")
        people.set_totp(session, DOOR, item.person_id, None)
        factors.replace_codes(session, DOOR, item.person_id, ())
        signing_in.note(session, item, "account.totp-dropped", now)


def drop_passkey(database: Database, item: SignedIn, passkey_id: str, *, now: datetime) -> None:
    """Take a passkey away; raises Conflict when it is the only second factor, or opens a key."""
    with database.write() as session:
        who = people.person(session, DOOR, item.person_id)
        wrappedkeys.check_free(session, who.id, passkey_id)
        factors.drop_passkey(session, DOOR, who.id, passkey_id)
        if who.passkeys == 1 and not (who.has_totp and who.has_password):
            raise Conflict(
                "a way to sign in has to be left", next_step="set up password and app first"
            )
        signing_in.note(session, item, "account.passkey-dropped", now, passkey=passkey_id)


def change_password(
    database: Database, settings: Settings, item: SignedIn, password: str, *, now: datetime
) -> None:
    """Keep another password and end every other session; raises BadInput for a weak one."""
    with database.read() as session:
        card = people.card(session, DOOR, item.person_id)
    check_password(settings, password, card.email, card.name)
    stored = passwords.hashed(password)
    with database.write() as session:
        people.set_password(session, DOOR, item.person_id, stored)
        store.end_all(session, item.person_id, now, but=item.id)
        signing_in.note(session, item, "account.password-changed", now)


def choose_language(database: Database, person_id: str | None, lang: str) -> None:
    """Keep in which language this person is written to; raises BadInput for one there is not.

    Raises Conflict for a key, which belongs to nobody.
    """
    if lang not in LANGUAGES:
        raise BadInput("there is no such language", next_step=f"choose {' or '.join(LANGUAGES)}")
    if person_id is None:
        raise Conflict(
            "a key is nobody's own",
            next_step="sign in as a person: ebenbild account sign-in ADDRESS",
            code="not-a-person",
        )
    with database.write() as session:
        people.set_language(session, DOOR, person_id, lang)


def check_password(settings: Settings, password: str, email: str, name: str) -> None:
    """Return when a password is good enough for this person."""
    own = (email, email.partition("@")[0], *name.split())
    passwords.check(password, own=own, breached=settings.accounts.breached_passwords)


def is_ready(item: SignedIn) -> bool:
    """Whether the session's owner has done all that a sign-in needs."""
    return item.stage is Stage.FULL
