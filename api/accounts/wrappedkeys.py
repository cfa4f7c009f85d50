"""Signing keys that their owner's passkey opens, in the owner's browser and nowhere else.

The registry keeps what the browser encrypted under a secret of the passkey (the `prf` extension),
so that the key is wherever the passkey is and nothing has to be backed up. It cannot open one: the
secret never leaves the browser. Web Authentication Level 3, section 10.1.4; docs/adr/0055.
"""

from datetime import datetime

from sqlmodel import Session

from api.accounts import signing_in
from api.accounts.models import Door, Passkey, SignedIn, WrappedKey
from api.accounts.store import factors
from api.accounts.store import wrappedkeys as store
from core.errors import BadInput, Conflict, NotFound
from core.ids import new_id
from core.keys import public_from_did

DOOR = Door("own signing keys")
KEYS_MAX = 50
SALT_BYTES, NONCE_BYTES = 32, 12
# PKCS #8 of an Ed25519 key, with or without its public half, and the tag of AES-GCM.
WRAPPED_BYTES = range(64, 112)


def keep(
    session: Session,
    item: SignedIn,
    *,
    credential_id: bytes,
    did: str,
    salt: bytes,
    nonce: bytes,
    wrapped: bytes,
    now: datetime,
) -> WrappedKey:
    """Keep a key as its owner's browser encrypted it.

    Raises BadInput for what no browser made, NotFound for a passkey of somebody else, Conflict for
    a key that this passkey opens already and beyond 50.
    """
    public_from_did(did)
    sizes = (len(salt), len(nonce), len(wrapped) in WRAPPED_BYTES)
    if sizes != (SALT_BYTES, NONCE_BYTES, True):
        raise BadInput("This is no encrypted signing key.", next_step="Make the key once more.")
    passkey = _own(session, item.person_id, credential_id)
    held = store.of_person(session, DOOR, item.person_id)
    if len(held) >= KEYS_MAX or (passkey.id, did) in {(key.passkey_id, key.did) for key in held}:
        raise Conflict(
            f"This passkey opens this key already, or {KEYS_MAX} keys are kept.",
            next_step="Remove one on your account page that you no longer use.",
        )
    made = WrappedKey(new_id("wky"), item.person_id, passkey.id, did, salt, nonce, wrapped, now)
    store.add(session, made)
    signing_in.note(session, item, "account.signing-key-kept", now, passkey=passkey.id)
    return made


def list_own(session: Session, item: SignedIn) -> tuple[tuple[WrappedKey, Passkey], ...]:
    """One's signing keys, each with the passkey that opens it, oldest first."""
    passkeys = {key.id: key for key in factors.passkeys(session, DOOR, item.person_id)}
    held = store.of_person(session, DOOR, item.person_id)
    return tuple((key, passkeys[key.passkey_id]) for key in held)


def drop(session: Session, item: SignedIn, wrapped_id: str, now: datetime) -> None:
    """Forget one; raises NotFound. Whoever has it nowhere else proves a new one by enrolling."""
    gone = store.drop(session, DOOR, item.person_id, wrapped_id)
    signing_in.note(session, item, "account.signing-key-dropped", now, passkey=gone.passkey_id)


def check_free(session: Session, person_id: str, passkey_id: str) -> None:
    """Return unless a passkey opens a signing key: raises Conflict, so that none is lost by it."""
    if any(key.passkey_id == passkey_id for key in store.of_person(session, DOOR, person_id)):
        raise Conflict(
            "this passkey opens a signing key",
            next_step="let another passkey open it or save it as a file; then remove it here first",
            code="passkey-opens-key",
        )


def _own(session: Session, person_id: str, credential_id: bytes) -> Passkey:
    found = factors.passkey_of(session, DOOR, credential_id)
    if found is None or found.person_id != person_id:
        raise NotFound("there is no such passkey", next_step="add it on your account page first")
    return found
