"""What a performer lets an agent or a union do in the performer's name, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from registry.models.works import KindOfUse


class Act(StrEnum):
    """What can be done for somebody else; none of them implies another.

    Nobody signs a consent for a performer: LICENSE is to negotiate and draft a licence, HOLD_KEY to
    have a key of the performer's held sealed and to sign licences and declarations with it, which
    say so. REPRESENT is to join and leave groups, and so to have them suspend consent. ENFORCE is
    to say "not me" of a find and to have uses elsewhere taken down.
    """

    READ = "read"
    ENROL = "enrol"
    WITHDRAW = "withdraw"
    LICENSE = "license"
    REVOKE = "revoke"
    COLLECT = "collect"
    REPRESENT = "represent"
    HOLD_KEY = "hold-key"
    ENFORCE = "enforce"


@dataclass(frozen=True, slots=True)
class MandateTerms:
    """What a mandate says; no `kinds` means every kind of use, `valid_until` is exclusive.

    `territories` bound where the holder collects and nothing else; none means everywhere.
    `issuer` and `guardians` are the did:key of all who sign it.
    """

    mandate_id: str
    performer_id: str
    holder_id: str
    issuer: str
    guardians: tuple[str, ...]
    acts: tuple[Act, ...]
    kinds: tuple[KindOfUse, ...]
    valid_from: datetime
    valid_until: datetime
    territories: tuple[str, ...] = ()

    @property
    def signers(self) -> tuple[str, ...]:
        """The did:key of everybody whose proof the mandate must carry."""
        return (self.issuer, *self.guardians)


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate as it is kept: in force once signed, until its end or its revocation.

    `signed` are the exact bytes; `seq` and `revoked_seq` place signature and end in the one order.
    """

    id: str
    tenant_id: str
    terms: MandateTerms
    document: Mapping[str, Any]
    drafted_at: datetime
    signed: bytes | None = None
    seq: int | None = None
    signed_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_seq: int | None = None
