"""What is known here of licences that another registry issued, and of those registries."""

from dataclasses import dataclass
from datetime import datetime

from licensing.models_suspension import Suspension


@dataclass(frozen=True, slots=True)
class TrustedRegistry:
    """Another registry whose key and log keys the operator pinned; `policy` is a policy file."""

    id: str
    tenant_id: str
    did: str
    base_url: str
    policy: str
    since: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptList:
    """A status list of another registry as it was taken: its bits, and for how long they count."""

    url: str
    purpose: str
    valid_from: datetime
    valid_until: datetime
    document: bytes


@dataclass(frozen=True, slots=True)
class Origin:
    """How a foreign licence stands at its registry, as far as it is known here.

    `status_until` is the end of the newest status list at hand, None where there is none. Past it
    nobody here can say whether the licence was revoked since.
    """

    registry: str
    status_at: datetime | None
    status_until: datetime | None
    trusted: bool = True
    suspended: bool = False
    suspensions: tuple[Suspension, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignLicence:
    """A licence of another registry; `document` are its exact bytes, `subject_id` names its holder.

    `performer_id` is the performer here, `foreign_performer_id` there.
    """

    id: str
    tenant_id: str
    performer_id: str
    registry: str
    foreign_performer_id: str
    foreign_id: str
    vc_id: str
    subject_id: str
    tariff_id: str
    signed_at: datetime
    seq: int
    document: bytes


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did; nothing where the bundle was known already."""

    performer_id: str
    registries: tuple[str, ...]
    licences: tuple[str, ...]
    new: int
    revoked: int
    changed: bool


@dataclass(frozen=True, slots=True)
class Concerned:
    """A foreign licence whose standing may have changed; `holder` is the DID that it names."""

    licence_id: str
    performer_id: str
    holder: str
