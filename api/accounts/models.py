"""The nouns of accounts, as frozen values without any secret."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api.roles import Role


@dataclass(frozen=True, slots=True)
class Door:
    """The right to look for an account before anybody is known, for one declared purpose.

    It is a value that only the services of sign-in make; no request carries one.
    """

    purpose: str


class Stage(StrEnum):
    """How far a session's owner has proved himself.

    `SECOND` waits for the second factor, `SETUP` has to make one, `FULL` is signed in.
    """

    SECOND = "second"
    SETUP = "setup"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Person:
    """An account; `has_totp` once a code from the app was confirmed."""

    id: str
    has_password: bool
    has_totp: bool
    passkeys: int
    created_at: datetime
    disabled_at: datetime | None

    @property
    def has_second(self) -> bool:
        """Whether this person can prove himself with more than a password."""
        return self.has_totp or self.passkeys > 0


@dataclass(frozen=True, slots=True)
class Card:
    """How an account's owner is called and written to: opened only for who needs it.

    `lang` is the language of mails, empty while none was chosen.
    """

    name: str
    email: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in one organisation; `performer_id` where it was handed over to that one."""

    person_id: str
    tenant_id: str
    roles: frozenset[Role]
    since: datetime
    ended_at: datetime | None
    disabled_at: datetime | None = None
    performer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A person as his organisation sees him; `disabled_at` while he is shut out."""

    person_id: str
    name: str
    email: str
    roles: frozenset[Role]
    since: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session; `fresh_at` is when its owner last proved himself."""

    id: str
    person_id: str
    tenant_id: str
    stage: Stage
    methods: tuple[str, ...]
    created_at: datetime
    seen_at: datetime
    fresh_at: datetime
    expires_at: datetime
    address: str
    device: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A word to join an organisation; good once, for one address, until it expires.

    `performer_id` is who came of age and takes over, None for everybody else.
    """

    id: str
    tenant_id: str
    email: str
    roles: frozenset[Role]
    made_by: str
    expires_at: datetime
    used_at: datetime | None
    withdrawn_at: datetime | None
    performer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential; `public_key` is in COSE form, `credential_id` raw bytes."""

    id: str
    person_id: str
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A signing key as its owner's browser encrypted it, under a secret that a passkey gives.

    `salt` (32 bytes) is what the passkey is asked with, `nonce` (12 bytes) that of AES-256-GCM over
    the key's PKCS #8 form, `did` the public half. Nothing here opens it.
    """

    id: str
    person_id: str
    passkey_id: str
    did: str
    salt: bytes
    nonce: bytes
    wrapped: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Secrets:
    """What sign-in compares with: a password's hash and the sealed seed of codes."""

    password_hash: str | None
    totp_sealed: bytes | None
    totp_step: int
