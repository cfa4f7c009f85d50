"""A forgotten password: asked for by anybody, mailed to its owner, good once, the app stays.

Whether an address has an account shows nowhere: the same words, the same counts and the same row
either way, and the mail is written later by a worker. Its code is made when it is sent, so that
only its hash is ever stored. OWASP, docs/accounts.md and
https://cheatsheetseries.owasp.org/cheatsheets/Forgot_Password_Cheat_Sheet.html
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from api.accounts import passwords, sessions, signing_in, tries
from api.accounts.factors import check_password
from api.accounts.models import Door
from api.accounts.sessions import Origin
from api.accounts.store import people, resets
from api.accounts.store import sessions as session_store
from api.accounts.store.resets import Reset
from api.accounts.throttle import ADDRESS, RESET
from core import audit, notices
from core.db import Database
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.principal import Principal
from core.settings import Settings

DOOR = Door("password reset")
PAGE = "/reset/new"
GOOD_FOR = timedelta(minutes=30)
MAILED_WITHIN = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Letter:
    """What goes out: to whom, in which language, with which code."""

    reset_id: str
    email: str
    lang: str
    code: str


def ask(
    database: Database, settings: Settings, email: str, lang: str, origin: Origin, *, now: datetime
) -> None:
    """Ask for a mail with a code; returns nothing, whoever's the address is.

    Raises Conflict when this registry sends no mail.
    """
    if not settings.mail.host:
        raise Conflict(
            "this registry sends no mail, so it cannot send a link",
            next_step="ask its operator to set EBENBILD_MAIL__HOST",
            code="no-mail",
        )
    address = signing_in.normal(email)
    own = tries.name_of("reset", address)
    place = tries.name_of("reset-address", origin.address)
    with database.write() as session:
        if tries.any_waits(session, (own, place), now):
            return
        tries.count(session, own, RESET, now)
        tries.count(session, place, ADDRESS, now)
        item = Reset(new_id("rst"), _owner(session, address), lang, now)
        resets.add_reset(session, item, now + MAILED_WITHIN)


def next_letter(database: Database, now: datetime) -> Letter | None:
    """The mail that is due, under a fresh code; None when nothing is. Repeats until `mailed`."""
    with database.read() as session:
        if not resets.is_due(session, DOOR, now):
            return None
    with database.write() as session:
        resets.drop_over(session, now)
        while (item := resets.next_due(session, DOOR, now)) is not None:
            email = _email(session, item.person_id)
            if email and now < item.asked_at + MAILED_WITHIN:
                code = secrets.token_urlsafe(32)
                resets.give_code(
                    session,
                    item.id,
                    _hash(code),
                    expires_at=now + GOOD_FOR,
                    due_at=now + AGAIN_AFTER,
                )
                return Letter(item.id, email, item.lang, code)
            resets.drop_reset(session, item.id)
    return None


def mailed(database: Database, letter: Letter, *, refused: bool) -> None:
    """Note that the mail has gone out, or that its receiver's server refuses it for good."""
    with database.write() as session:
        if refused:
            resets.drop_reset(session, letter.reset_id)
        else:
            resets.sent(session, letter.reset_id)


def reset(
    database: Database, settings: Settings, code: str, password: str, *, now: datetime
) -> None:
    """Set another password by a mailed code and end every session; factors stay as they are.

    Raises NotFound for a code that is wrong, used or out of time, BadInput for a weak password,
    after which the code is still good.
    """
    code_hash = _hash(code.strip())
    # Load.
    with database.read() as session:
        person_id = resets.owner_of(session, DOOR, code_hash, now)
        if person_id is None:
            raise _no_code()
        card = people.card(session, DOOR, person_id)
    # Decide: the slow hash is computed outside of any transaction.
    check_password(settings, password, card.email, card.name)
    stored = passwords.hashed(password)
    # Save.
    with database.write() as session:
        if resets.owner_of(session, DOOR, code_hash, now) is None or not _email(session, person_id):
            raise _no_code()
        resets.drop_of(session, person_id)
        people.set_password(session, DOOR, person_id, stored)
        ended = session_store.end_all(session, person_id, now)
        _tell(session, person_id, ended, now)


def _tell(session: Session, person_id: str, ended: int, now: datetime) -> None:
    """Record it, and tell the owner, who may not have been the one who did it."""
    tenant_id = sessions.first_tenant(session, person_id, now)
    principal = Principal(tenant_id, "password-reset", frozenset(), "", person_id)
    audit.record(
        session,
        principal,
        action="account.password-reset",
        subject_id=person_id,
        details={"sessions_ended": ended},
        now=now,
    )
    if tenant_id:
        notices.notify(
            session,
            tenant_id=tenant_id,
            person=person_id,
            kind="account.password_reset",
            subject_id=person_id,
            facts={},
            now=now,
        )


def _owner(session: Session, address: str) -> str:
    who = people.person_by_email(session, DOOR, address)
    if who is None:
        people.nobodys_secrets(session, DOOR)
    return "" if who is None or who.disabled_at is not None else who.id


def _email(session: Session, person_id: str) -> str:
    if not person_id:
        return ""
    who = people.person(session, DOOR, person_id)
    return "" if who.disabled_at is not None else people.card(session, DOOR, person_id).email


def _hash(code: str) -> str:
    return hashlib.sha256(b"reset\x00" + code.encode("utf-8", "surrogatepass")).hexdigest()


def _no_code() -> NotFound:
    return NotFound(
        "This code is not in force: it is wrong, was used, or is too old.",
        next_step="Ask for a new mail at /reset.",
        code="no-reset",
    )
