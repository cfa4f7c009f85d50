"""Players that report what they show as it happens: their keys, their events, and the sums."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """A view that began, time that was watched, or a payment for an episode."""

    PLAY = "play"
    WATCH = "watch"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Player:
    """A program that shows cuts, by its key (`did:key`); `scope_id` is a cut or a work."""

    id: str
    tenant_id: str
    label: str
    did: str
    scope_id: str
    recorded_at: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlayerEvent:
    """One event as a player tells it; `name` is the player's own and tells events apart.

    `device` is a day's salted hash and names nobody. Times watched are in milliseconds, amounts in
    millionths of the currency; both are None for events of another kind.
    """

    name: str
    kind: EventKind
    cut_id: str
    territory: str
    at: datetime
    device: str
    watched_ms: int | None = None
    amount_micro: int | None = None
    currency: str | None = None

    @property
    def period(self) -> str:
        """The month it counts for, in UTC."""
        return f"{self.at:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Refused:
    """An event of a batch that was not taken in; `index` counts from 0, `cause` is kebab-case."""

    index: int
    cause: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What a player sent: events by their place in it, and those that could not be read."""

    player_id: str
    sent_at: datetime
    events: tuple[tuple[int, PlayerEvent], ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What became of a batch: each event was accepted, known before, or refused."""

    accepted: int
    duplicates: int
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the events of a cut, territory and month come to.

    `payments` are (currency, number, millionths), by currency. `device_plays` is the most views
    that one device began on one day.
    """

    cut_id: str
    territory: str
    period: str
    plays: int
    watched_ms: int
    payments: tuple[tuple[str, int, int], ...]
    device_plays: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A cut, territory and month that a report and players both tell of; the report counts."""

    cut_id: str
    territory: str
    period: str
    reported_views: int
    seen_views: int
