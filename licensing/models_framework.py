"""Frameworks: what a union has agreed for everybody who is licensed under its name."""

from dataclasses import dataclass
from datetime import datetime

from core.integrity import ProofOptions
from licensing.models import TariffTerm
from registry.models.works import KindOfUse


@dataclass(frozen=True, slots=True)
class Minimums:
    """What a licence under a framework gives at least.

    No `kinds` means that every kind of use may be licensed, no `rates` that no price is named.
    `rates` hold one floor for each currency and way to pay; what is not among them cannot be
    agreed. `suspension` says that licences stand still while the group suspends consent, whoever
    is a member then; `members_only` that nobody else may be licensed under the framework.
    """

    kinds: tuple[KindOfUse, ...] = ()
    rates: tuple[TariffTerm, ...] = ()
    use_notice_hours: int = 0
    description_words_min: int = 0
    suspension: bool = True
    members_only: bool = True


@dataclass(frozen=True, slots=True)
class FrameworkFacts:
    """All that a framework's document says: one version, in force `valid_from <= t < valid_until`.

    `key` is the did:key that signs for the union; no `valid_until` means until further notice.
    """

    id: str
    version: int
    group_id: str
    group_name: str
    key: str
    title: str
    agreement: str
    minimums: Minimums
    valid_from: datetime
    valid_until: datetime | None
    created: datetime


@dataclass(frozen=True, slots=True)
class Framework:
    """A published version; `signed` are its exact bytes, `digest` their sha256 as hex."""

    facts: FrameworkFacts
    tenant_id: str
    seq: int
    recorded_at: datetime
    log_index: int
    signed: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class FrameworkDraft:
    """What the union's own program signs to publish: Ed25519 over `signing_input` (64 bytes)."""

    id: str
    document: dict[str, object]
    options: ProofOptions
    signing_input: bytes
