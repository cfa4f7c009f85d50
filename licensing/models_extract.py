"""What one registry says of one performer's consents, to be carried to another registry.

An extract holds signed documents byte for byte, with the receipts that prove when the registry took
them; a bundle is the extract of whoever writes it and those that it was brought itself.
"""

from dataclasses import dataclass
from datetime import datetime

from licensing.models_suspension import Suspension


@dataclass(frozen=True, slots=True)
class CarriedLicence:
    """A licence and how it stands at its registry; `ends_at` is where notice was given."""

    id: str
    document: bytes
    revoked_at: datetime | None
    ends_at: datetime | None
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarriedConsent:
    """An enrolment's consent, and when it was withdrawn."""

    document: bytes
    withdrawn_at: datetime | None
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarriedStanding:
    """A standing declaration; the last of an extract is the one that counts."""

    document: bytes
    receipts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarriedGuardian:
    """Who spoke for the performer as a child, by key and time; without a name."""

    did: str
    relation: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class CarriedKey:
    """The binding of a key that was held for an agency, and when it was destroyed."""

    statement: bytes
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Brought:
    """An extract of another registry that goes along: whose it is, and the SHA-256 of its bytes."""

    registry: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Extract:
    """All that a registry (`registry` is its did:key) says of one performer at `made_at`.

    `keys` are the statements that bound the performer's keys, oldest first, `held_keys` those
    beside them that agencies signed with, `status_lists` the lists that its licences stand on,
    `checkpoint` the log's head and `policy` the keys that the log names for itself: a reader trusts
    the keys that he knows, not these.
    """

    registry: str
    base_url: str
    performer_id: str
    made_at: datetime
    checkpoint: str
    policy: str
    keys: tuple[bytes, ...] = ()
    consents: tuple[CarriedConsent, ...] = ()
    guardians: tuple[CarriedGuardian, ...] = ()
    licences: tuple[CarriedLicence, ...] = ()
    standings: tuple[CarriedStanding, ...] = ()
    suspensions: tuple[Suspension, ...] = ()
    status_lists: tuple[bytes, ...] = ()
    brought: tuple[Brought, ...] = ()
    held_keys: tuple[CarriedKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """The file: signed extracts, the writer's own first; `signed` are their exact bytes."""

    extracts: tuple[Extract, ...]
    signed: tuple[bytes, ...]
