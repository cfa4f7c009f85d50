"""Groups of performers, who is in them, and the suspension of consent while a group strikes.

Membership of a union is nobody's business but the member's and the union's; that a group suspends
consent is meant to be known.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from registry.models.works import KindOfUse


class Basis(StrEnum):
    """How somebody came into a group: by the own key's signature, or by whoever holds a mandate."""

    SIGNED = "signed"
    MANDATE = "mandate"


@dataclass(frozen=True, slots=True)
class Group:
    """Performers who act together; `tenant_id` is the union or agency that speaks for them."""

    id: str
    tenant_id: str
    name: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """One performer in one group, from `joined_at` until before `left_at`.

    `document` are the exact bytes that the performer signed, empty under a mandate, whose paper
    `mandate_ref` names. A membership that waits for its signature has no `joined_at`.
    """

    id: str
    tenant_id: str
    group_id: str
    performer_id: str
    basis: Basis
    mandate_ref: str
    document: bytes
    recorded_at: datetime
    joined_at: datetime | None = None
    joined_seq: int | None = None
    left_at: datetime | None = None
    left_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Suspension:
    """Consent of a group's members that is not to be relied on, `since <= t < lifted_at`.

    No `kinds` means every kind of use. `since_seq` and `lifted_seq` are when the registry learned
    of each: a decision knows only what came before it. `clause` is what is told to licensees.
    One that a performer called alone is `own`: the performer's id stands in `group_id`, no clause.
    """

    id: str
    group_id: str
    kinds: frozenset[KindOfUse]
    since: datetime
    since_seq: int
    lifted_at: datetime | None
    lifted_seq: int | None
    clause: str
    own: bool = False
