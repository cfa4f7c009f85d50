"""Those who speak for a performer who is a minor, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Relation(StrEnum):
    """Why somebody speaks for a child: by birth or adoption, or because a court said so."""

    PARENT = "parent"
    COURT_APPOINTED = "court_appointed"


class EndOfGuardianship(StrEnum):
    """Why a guardian's right ended before the child came of age."""

    COURT = "court"
    DEATH = "death"
    ADOPTION = "adoption"


class Paper(StrEnum):
    """What an attester has seen that shows who has custody."""

    BIRTH_CERTIFICATE = "birth_certificate"
    CUSTODY_CERTIFICATE = "custody_certificate"
    ADOPTION_ORDER = "adoption_order"
    COURT_ORDER = "court_order"


@dataclass(frozen=True, slots=True)
class Guardian:
    """One holder of custody; all of them sign, any one withdraws.

    `sealed_name` opens under the guardian's own key, below the child's; empty once it was erased.
    `person` is the account, where there is one. `until` is exclusive and None while the right
    lasts; at the latest it ends with the minority.
    `proved_at` is when the last attester needed had read the papers; before, nobody can sign.
    """

    id: str
    tenant_id: str
    performer_id: str
    sealed_name: bytes
    did: str
    relation: Relation
    person: str | None
    since: datetime
    until: datetime | None
    recorded_at: datetime
    attesters: tuple[str, ...] = ()
    proved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Minority:
    """What is known of a minor's age; `agrees_on` is the day from which the child signs too."""

    born_on: date
    agrees_on: date


@dataclass(frozen=True, slots=True)
class MoneyRelease:
    """A child's blocked money may be paid from `released_at` until before `valid_until`.

    `signed` are the exact bytes that all `guardians` (did:key) signed, at `signed_at`. Where one
    guardian signs alone it waits for `attester`, who read the court's order. Any one ends it.
    """

    id: str
    tenant_id: str
    performer_id: str
    guardians: tuple[str, ...]
    document: Mapping[str, Any]
    valid_until: datetime
    drafted_at: datetime
    signed: bytes | None = None
    signed_at: datetime | None = None
    attester: str | None = None
    released_at: datetime | None = None
    ended_at: datetime | None = None
    single_operator: bool = False
