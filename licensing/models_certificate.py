"""What a certificate says, and what happened after it: frozen values of words, numbers and times.

A certificate names people by their ids alone: whoever may see a name is shown it beside, and an
erasure leaves nothing to take out of signed bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fingerprint.misses import MissRate
from fingerprint.models import Reason
from licensing.known import UnknownPolicy
from licensing.models_clearance import Verdict


class CertificateState(StrEnum):
    """How a certificate stands; VOID is for good, and so is what was released before a change."""

    VALID = "VALID"
    CONSENT_SINCE_REVOKED = "VALID_CONSENT_SINCE_REVOKED"
    EXPIRED = "EXPIRED"
    VOID = "VOID"


@dataclass(frozen=True, slots=True)
class Media:
    """Which file it is about.

    `name` is the registry's own keyed name of the content, `sha256` (hex) what anybody can compare
    a file with, empty unless the studio disclosed it; `content` are hashes of the content prints by
    part.
    """

    name: str
    sha256: str
    content: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Shown:
    """One person in the cut: as the studio declared (`licence_id` empty), or as it was found."""

    performer_id: str
    kind: str
    parts: tuple[str, ...]
    licence_id: str = ""


@dataclass(frozen=True, slots=True)
class LicenceBehind:
    """One licence that the decision rests on: which, and the hash (hex) of its exact bytes.

    `contract` names the standard contract and its version, empty where it follows none.
    """

    licence_id: str
    vc_id: str
    sha256: str
    valid_until: datetime
    contract: str = ""


@dataclass(frozen=True, slots=True)
class Miss:
    """How often somebody is missed at a threshold; no `rates` where it is not measurable."""

    threshold_id: str
    rates: tuple[MissRate, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """What the studio declared about the release; `territories` are ISO 3166-1 codes or `*`."""

    on: date
    territories: tuple[str, ...]
    medium: str
    language: str
    stage: str


@dataclass(frozen=True, slots=True)
class Search:
    """How it was looked for people.

    `known_seq` is the newest event that was known, `gallery_seq` the newest print searched for;
    `strangers` are the spans of unknown people that the policy tolerated.
    """

    known_seq: int
    gallery_seq: int | None
    models: tuple[str, ...]
    misses: tuple[Miss, ...]
    provisional: bool
    unknowns: UnknownPolicy
    strangers: int


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """All that a certificate says; `log_index` is the leaf of the decision.

    `remarks` are what the decision tells beside its verdict: label duties, clauses of concern,
    who was declared and not found. Their figures are text.
    """

    id: str
    vc_id: str
    issuer: str
    base_url: str
    status_list: int
    status_index: int
    issued_at: datetime
    clearance_id: str
    decided_at: datetime
    log_index: int
    studio_id: str
    title: str
    cut_id: str
    media: Media
    release: Release
    search: Search
    declared: tuple[Shown, ...]
    detected: tuple[Shown, ...]
    licences: tuple[LicenceBehind, ...]
    remarks: tuple[Reason, ...] = ()

    @property
    def valid_until(self) -> datetime | None:
        """When the first of its licences ends; `None` where it rests on none."""
        return min((item.valid_until for item in self.licences), default=None)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as the registry keeps it; `signed` are its exact bytes."""

    id: str
    tenant_id: str
    clearance_id: str
    submission_id: str
    cut_id: str
    seq: int
    known_seq: int
    release_at: date
    status_list: int
    status_index: int
    issued_at: datetime
    log_index: int
    signed: bytes


@dataclass(frozen=True, slots=True)
class Decided:
    """A later decision on the same submission."""

    seq: int
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class LicenceNow:
    """How a licence behind a certificate stands today; `valid_until` counts notice given.

    It was in force by all that the decision knew, so that a revocation always came later.
    """

    licence_id: str
    valid_until: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Since:
    """Everything that happened after a certificate and bears on it.

    `suspended` says which consent to a use that it clears is suspended on its release day.
    """

    decisions: tuple[Decided, ...] = ()
    licences: tuple[LicenceNow, ...] = ()
    suspended: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate's state, since when (`None`: from its issue), and why."""

    state: CertificateState
    since: datetime | None = None
    reasons: tuple[Reason, ...] = ()
