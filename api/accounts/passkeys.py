"""Passkeys: a key in a device or password manager that signs a challenge for this address only.

Attestation is not asked for: which maker a device has is not the registry's business. The user is
verified by the device (fingerprint, PIN), so that one passkey is two factors.
W3C Web Authentication Level 3, https://www.w3.org/TR/webauthn-3/
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import webauthn
from sqlmodel import Session
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.accounts import sessions, signing_in
from api.accounts.models import Door, Passkey, SignedIn, Stage
from api.accounts.sessions import Origin
from api.accounts.signing_in import Begun
from api.accounts.store import factors, people
from api.accounts.store import sessions as store
from core.db import Database
from core.errors import BadInput
from core.ids import new_id

DOOR = Door("passkey")
IN_TIME = timedelta(minutes=5)
ADD, SIGN_IN = "passkey-add", "passkey-sign-in"
_NAME_MAX = 80
_CREDENTIAL_BYTES_MAX = 1023


@dataclass(frozen=True, slots=True)
class Site:
    """Where browsers find this registry: its origin, and the host that passkeys are bound to."""

    origin: str
    host: str


def ask_to_add(database: Database, site: Site, item: SignedIn, now: datetime) -> dict[str, Any]:
    """The options for `navigator.credentials.create`, with a challenge that is good once."""
    with database.read() as session:
        card = people.card(session, DOOR, item.person_id)
        known = factors.passkeys(session, DOOR, item.person_id)
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Ebenbild",
        user_id=item.person_id.encode(),
        user_name=card.email,
        user_display_name=card.name,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=key.credential_id) for key in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    name = _keep(database, ADD, options.challenge, item.person_id, now)
    return {"challenge_id": name, "options": json.loads(webauthn.options_to_json(options))}


def add(
    database: Database,
    site: Site,
    item: SignedIn,
    *,
    challenge_id: str,
    credential: dict[str, Any],
    name: str,
    origin: Origin,
    now: datetime,
) -> Begun | None:
    """Keep a passkey; one that completes the setting up of an account signs in besides.

    Raises BadInput when the answer is not about this challenge, person, origin or host.
    """
    kept = _take(database, ADD, challenge_id, now)
    if kept.get("person") != item.person_id:
        raise _refused()
    try:
        found = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(kept["challenge"]),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as exc:
        raise _refused() from exc
    made = Passkey(
        id=new_id("pky"),
        person_id=item.person_id,
        credential_id=found.credential_id,
        public_key=found.credential_public_key,
        sign_count=found.sign_count,
        name=name.strip()[:_NAME_MAX] or "Passkey",
        created_at=now,
        used_at=None,
    )
    with database.write() as session:
        factors.add_passkey(session, made)
        signing_in.note(session, item, "account.passkey-added", now, passkey=made.id)
        if item.stage is not Stage.SETUP:
            return None
        return signing_in.complete(session, item, signing_in.PASSKEY, origin, now=now)


def ask_to_sign_in(database: Database, site: Site, now: datetime) -> dict[str, Any]:
    """The options for `navigator.credentials.get`; they name no account, so they tell nothing."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    name = _keep(database, SIGN_IN, options.challenge, "", now)
    return {"challenge_id": name, "options": json.loads(webauthn.options_to_json(options))}


def sign_in(
    database: Database,
    site: Site,
    challenge_id: str,
    credential: dict[str, Any],
    origin: Origin,
    *,
    now: datetime,
) -> Begun:
    """Begin a session by an assertion; raises WrongSignIn for whatever is wrong with it."""
    kept = _take(database, SIGN_IN, challenge_id, now)
    try:
        raw = base64url_to_bytes(str(credential["rawId"]))
        with database.read() as session:
            known = factors.passkey_of(session, DOOR, raw[:_CREDENTIAL_BYTES_MAX])
        if known is None:
            raise signing_in.refusal()
        found = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(kept["challenge"]),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as exc:
        raise signing_in.refusal() from exc
    with database.write() as session:
        factors.passkey_used(session, DOOR, known.id, count=found.new_sign_count, at=now)
        return _enter(session, known, origin, now)


def _enter(session: Session, known: Passkey, origin: Origin, now: datetime) -> Begun:
    if people.person(session, DOOR, known.person_id).disabled_at is not None:
        raise signing_in.refusal()
    methods = (signing_in.PASSKEY,)
    made = sessions.begin(session, known.person_id, Stage.FULL, methods, origin, now=now)
    signing_in.note(session, made[1], "account.signed-in", now, methods=list(methods))
    return Begun(*made)


def _keep(database: Database, kind: str, challenge: bytes, person: str, now: datetime) -> str:
    name = secrets.token_urlsafe(24)
    data = {"challenge": bytes_to_base64url(challenge), "person": person}
    with database.write() as session:
        store.keep_once(session, name, kind, data, now + IN_TIME)
    return name


def _take(database: Database, kind: str, name: str, now: datetime) -> dict[str, Any]:
    with database.write() as session:
        kept = store.take_once(session, name, kind, now)
    if kept is None:
        raise _refused()
    return kept


def _refused() -> BadInput:
    return BadInput(
        "The passkey's answer does not fit the question, or came too late.",
        next_step="Try once more on the page of this registry.",
        code="passkey-refused",
    )
